// What messages' content is judged by, of one configuration.
#pragma once

#include <cstddef>
#include <optional>

#include "guard/inspect/seen/inspected.h"

namespace rampart::guard {

struct InspectionRules {
  bool is_on = true;
  std::size_t most = std::size_t{64} << 20U;  // bytes of a message; a larger one is not looked at
};

// Where nobody has to look into a message from outside, or nobody may: what is said in place of what would have been seen.
// `lists_name_content`: a block list names links or parts, for which one has to look whatever the rules say.
std::optional<Inspected> why_not_looked_at(const InspectionRules& rules, bool lists_name_content, std::size_t size);

}  // namespace rampart::guard
