// A TLS report's JSON (RFC 8460 section 4.4, and what is sent in its name), read.
//
//   const auto report = TRY(read_tls(json, "google.com!bank.example!1764028800!1764115199!001.json", now));
//
// What can be read is read, and what was wrong is said (TlsReport::defects): missing members, single values for lists, numbers as
// strings, words and dates in other forms, bytes that are no UTF-8.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "reports/limits.h"
#include "reports/tls/report.h"

namespace rampart::reports {

// Errors are of kind input and say why it is none: no JSON, too large, nothing of a report in it, no time or one that cannot be
// (settle_period() of period.h).
base::Result<TlsReport> read_tls(std::string_view json, std::string_view file_name, base::Time now);

}  // namespace rampart::reports
