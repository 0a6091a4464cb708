// One HTML file to read, print and send: no script, nothing fetched, light and dark by what the reader's
// system wants. The summary and its charts, the domains worst first, then each domain with its spoofing table
// and findings.
//
// The summary is known last and stands first, so the parts wait in temporary files; memory does not grow.
#pragma once

#include "audit/format/writer.h"

namespace rampart::audit {

std::unique_ptr<ReportWriter> make_html_writer(Sink sink);

// A stranger's text as character data or inside a quoted attribute: printable, with & < > " ' as references.
std::string html_text(std::string_view text);

}  // namespace rampart::audit
