#include "guard/inspect/inspection.h"

#include <fmt/format.h>

namespace rampart::guard {

std::optional<Inspected> why_not_looked_at(const InspectionRules& rules, bool lists_name_content, std::size_t size) {
  if (!rules.is_on && !lists_name_content) return not_inspected("nobody looks into messages (guard.inspect)");
  if (size > rules.most) return not_inspected(fmt::format("it is larger than {} bytes (guard.inspect_size)", rules.most));
  return std::nullopt;
}

}  // namespace rampart::guard
