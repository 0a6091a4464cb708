// SARIF 2.1.0 (OASIS), for code scanning and dashboards: the catalogue of findings as rules, each finding as
// a result.
//
//   status present: kind "fail", level error (critical, high), warning (medium) or note (low, info), by
//                   what a stranger can do (effective)
//   unknown:        kind "open" (there was not enough information to decide); absent: kind "pass"; both
//                   level "none"
//
// There are no files to point at: a result's place is a logical location (the domain, and the record where
// one is shown) and, for tools that insist on a URI, the record's dns: URI (RFC 4501). A result is recognised
// in the next run by its partialFingerprints.
#pragma once

#include "audit/format/writer.h"

namespace rampart::audit {

std::unique_ptr<ReportWriter> make_sarif_writer(Sink sink);

// Text for a SARIF message: printable, and with the brackets escaped that would make a link (section 3.11.6).
std::string sarif_text(std::string_view text);

}  // namespace rampart::audit
