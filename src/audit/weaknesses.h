// The advisory's weaknesses WK-1 … WK-7 (NCA-34.061725), each read literally, with what it really lets a
// stranger do beside it:
//
//   WK-1  no SPF, no DKIM, no DMARC        all three proven absent
//   WK-2  no DKIM                          proven absent
//   WK-3  no DMARC                         no record applies, neither the domain's own nor an inherited one
//   WK-4  DMARC p=none                     the policy that applies is none because the record says so
//   WK-5  DMARC without sp                 judged on the record of the Organizational Domain alone:
//                                          elsewhere sp has no effect (RFC 9989 section 4.7)
//   WK-6  SPF ends in ~all                 the domain's own record, or the one it redirects to
//   WK-7  DMARC, but neither SPF nor DKIM  both proven absent
//
// They are predicates and not classes: a domain of WK-1 has WK-2 and WK-3 too, so that whoever counts "no
// DMARC" counts it. What could not be found out is never one of them: where only DKIM is open, a finding
// dkim-unknown says which of WK-1, WK-2 and WK-7 it would be.
#pragma once

#include <string>
#include <vector>

#include "audit/report.h"

namespace rampart::audit {

struct Picture;

void find_weaknesses(const Picture& picture, std::vector<Finding>& findings);

// "WK-1, WK-2": what the domain would have if it had no DKIM key.
std::string weaknesses_without_dkim(const Picture& picture);

}  // namespace rampart::audit
