// A report as RFC 9990's XML, valid by its schema (appendix A) and read by AggregateReader to the same report.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "reports/aggregate/report.h"

namespace rampart::reports {

// Gets the XML in pieces; its first error ends the writing.
using XmlSink = std::function<base::Result<>(std::string_view piece)>;

// Memory is that of one row. Every text is escaped, and made valid where it is not (clean.h). Errors are of kind input: no row, or a
// value that RFC 9990 has no word for (a report that Collector made has none), or the sink's.
base::Result<> write_feedback(const Report& report, const Texts& texts, const XmlSink& sink);

// The whole of it in memory.
base::Result<std::string> feedback_xml(const Report& report, const Texts& texts);

}  // namespace rampart::reports
