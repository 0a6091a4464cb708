// The registry's data as text (brands.h shows its form).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "guard/inspect/names/brands.h"

namespace rampart::guard::names {

struct BrandFile {
  std::vector<Brand> brands;           // in its order
  std::vector<std::string> free_mail;  // lower case A-labels
};
// Errors are of kind config, with `file:line:column`.
base::Result<BrandFile> parse_brands(std::string_view text, const std::string& file);

}  // namespace rampart::guard::names
