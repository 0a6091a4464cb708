// A report as the file that is sent: gzip of its XML, under the name of RFC 9990 section 3.5.2.
#pragma once

#include <string>

#include "base/result.h"
#include "reports/aggregate/report.h"
#include "reports/write/collector.h"

namespace rampart::reports {

// Bytes of the file; our own. In base64 that is a mail below the 10 MiB that most servers take. A record's `!10m` is obsolete and
// ignored (RFC 9989 section 4.8).
inline constexpr std::size_t kMaxReportFile = std::size_t{7} << 20U;

struct ReportFile {
  std::string name;   // receiver!policy-domain!begin!end!id.xml.gz; a re-send has the same
  std::string bytes;  // the same for the same report
};

// Memory is that of the file. Errors are of kind input: what write_feedback() refuses, or more than `limit` bytes. RFC 9990 lets
// nobody cut a report in two for one period, so that the way out of the limit is a shorter period.
base::Result<ReportFile> report_file(const Report& report, const Texts& texts, const Reporter& reporter,
                                     std::size_t limit = kMaxReportFile);

}  // namespace rampart::reports
