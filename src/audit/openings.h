// What the spoofing table shows a stranger to get past, where nothing else that was found says so.
//
// The checks look for faults of records, and a way in can come of a record without one: `+all` at a name below
// the domain, a policy of a name in between. So that "spoofable" always has a finding that names what to change.
#pragma once

#include "audit/report.h"

namespace rampart::audit {

// Adds findings for the stranger's rows of report.spoofing that are delivered; nothing where a finding about SPF
// or DMARC that is present is effective at high or above already.
void find_openings(DomainReport& report);

}  // namespace rampart::audit
