// The profiles that Rampart brings along: profiles/*.toml, as they were when it was built.
#pragma once

#include <span>
#include <string_view>

namespace rampart::audit {

struct BuiltInProfile {
  std::string_view name;  // of the file, without .toml; its id
  std::string_view text;
};
std::span<const BuiltInProfile> built_in_profiles();

}  // namespace rampart::audit
