// The link services that Rampart brings along: links/*.toml, as they were when it was built.
#pragma once

#include <span>
#include <string_view>

namespace rampart::guard::url {

struct BuiltInLinks {
  std::string_view file;  // "links"
  std::string_view text;
};
std::span<const BuiltInLinks> built_in_links();

}  // namespace rampart::guard::url
