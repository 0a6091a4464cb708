// A message that was authenticated and handled becomes lines of results: what aggregate reports are made of.
//
//   for (const auto& line : results_of({.time = now, .envelope = envelope, .result = result, .done = Disposition::quarantine}))
//     out << format_result(line) << '\n';
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/authenticate.h"
#include "base/time.h"
#include "reports/write/results.h"

namespace rampart::reports {

struct Handled {
  base::Time time{};
  const auth::Envelope& envelope;
  const auth::Authentication& result;
  Disposition done = Disposition::none;  // none: it was delivered
  std::string envelope_to;               // the recipients' domain; empty where it is not to be told
  // Why it was not handled as the policy asks (RFC 9990 section 3.1.6), where there is more to say than the report's writer finds
  // out by itself.
  std::optional<Reason> reason;
};

// One for each domain of the From field at which a policy was found. None of a message whose client is not known, or whose policy
// could not be found out: nobody can be told what would be made up.
std::vector<MessageResult> results_of(const Handled& handled);

}  // namespace rampart::reports
