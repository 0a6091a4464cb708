// Status, grade and the sentence that matters.
//
// What a stranger can do decides the band; hygiene only moves the grade within it.
//
//   band  status            what a stranger can do (rows of the spoofing table whose origin is a stranger)
//   ----  ----------------  -----------------------------------------------------------------------------
//   A     protected         nothing: refused as the domain, as an existing and as an invented subdomain,
//                           by receivers of RFC 9989 and of RFC 7489
//   B     partly-protected  nothing is delivered, but something is only quarantined
//   C     partly-protected  as the domain nothing is delivered, as some subdomain it is
//   D     partly-protected  as the domain it is delivered by some receivers only (t=y, pct, or a record that
//                           the two generations read differently); or whoever registers a name that SPF
//                           trusts passes
//         spoofable         as the domain it is delivered everywhere, but the owner watches: p=none with
//                           reports
//   F     spoofable         as the domain it is delivered everywhere
//   ?     unknown           a row could not be decided, and the ones that could leave open which band it is
//
//   within a band    when
//   ---------------  --------------------------------------------------------------------------------------
//   + (A+ … C+)      every other finding is effectively info
//   nothing          the worst is low
//   - (A- … D-)      the worst is medium or more; F has neither
//
// A finding of status unknown weighs as much as the catalogue's effective value: not knowing is never better
// than knowing the fault. DKIM does not count on a domain that provably sends no mail. Findings that decide
// the band (the policy, the spoofing table's own) count within it all the same; they are the same for the
// whole band.
#pragma once

#include <string>
#include <vector>

#include "audit/report.h"

namespace rampart::audit {

struct Picture;

// Fills status, grade and sentence from spoofing and findings, which must be filled.
void grade(const Picture& picture, DomainReport& report);

}  // namespace rampart::audit
