// The registry that Rampart brings along: providers/*.toml, as they were when it was built.
#pragma once

#include <span>
#include <string_view>

namespace rampart::mail {

struct BuiltInProviders {
  std::string_view file;  // "providers.toml"
  std::string_view text;
};
std::span<const BuiltInProviders> built_in_providers();

}  // namespace rampart::mail
