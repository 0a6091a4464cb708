// The weights that Rampart brings along: model/weights.toml, as it was when it was built.
#pragma once

#include <span>
#include <string_view>

namespace rampart::guard::model {

struct BuiltInModel {
  std::string_view file;  // "weights"
  std::string_view text;
};
std::span<const BuiltInModel> built_in_models();

}  // namespace rampart::guard::model
