// How mail reaches a domain, and how well the way is guarded: MX, reverse DNS, MTA-STS, TLS reports, DANE,
// DNSSEC, BIMI, what SMTP and HTTPS probes saw (only when they are enabled), and the block lists that the
// user names.
#pragma once

#include <vector>

#include "audit/assess.h"
#include "audit/report.h"
#include "facts/facts.h"

namespace rampart::audit {

// Pure. Everything whose name is known is asked at once: three to four rounds in all. Findings in a fixed
// order; nothing is said of what was looked for and is as it should be.
std::vector<Finding> check_transport(const Input& input, facts::Facts& facts);

}  // namespace rampart::audit
