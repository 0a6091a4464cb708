// The brands that Rampart brings along: brands/*.toml, as they were when it was built.
#pragma once

#include <span>
#include <string_view>

namespace rampart::guard::names {

struct BuiltInBrands {
  std::string_view file;  // "world"
  std::string_view text;
};
std::span<const BuiltInBrands> built_in_brand_files();

}  // namespace rampart::guard::names
