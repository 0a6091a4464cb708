// The phrases that Rampart brings along: words/*.toml, as they were when it was built.
#pragma once

#include <span>
#include <string_view>

namespace rampart::guard::words {

struct BuiltInPhrases {
  std::string_view file;  // "en"
  std::string_view text;
};
std::span<const BuiltInPhrases> built_in_phrase_files();

}  // namespace rampart::guard::words
