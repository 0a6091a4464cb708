// A message's result as a report may tell it.
#pragma once

#include "base/result.h"
#include "reports/write/results.h"

namespace rampart::reports {

// In place: names in lower case and the policy domain in A-labels, texts valid and cut as the reader cuts them, defaults of the
// policy filled in ("Unspecified tags have their default values", RFC 9990 section 3.1.1.5), and a reason added where one is
// required and none is given (section 3.1.1.9). Errors are of kind input, without `where`:
//   - a policy domain that is none, or that the From domain is not within
//   - a word of the policy that RFC 9989 does not have
//   - something that is unknown, or that is read and never written (forwarded, sampled_out, the scope helo)
//   - the disposition pass of a message that fails
base::Result<> settle(MessageResult& message);

}  // namespace rampart::reports
