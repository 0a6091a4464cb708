#include "audit/known.h"

#include <fmt/format.h>

namespace rampart::audit {

std::string why_unknown(const facts::Answer& answer) {
  std::string why(facts::describe(answer.why()));
  if (!answer.detail().empty()) why.append(": ").append(answer.detail());
  return why;
}

Evidence evidence_of(const facts::Answer& answer, const dns::Name& name, dns::RrType type,
                     std::string_view record) {
  Evidence evidence;
  evidence.text = fmt::format("{} {}", name.text(), dns::to_string(type));
  evidence.record = record;
  if (answer.open()) return evidence;
  evidence.server = answer.server();
  if (answer.unknown()) evidence.why = why_unknown(answer);
  return evidence;
}

}  // namespace rampart::audit
