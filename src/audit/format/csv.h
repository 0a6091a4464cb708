// CSV (RFC 4180) for spreadsheets: a header, then one row a finding; a domain without findings has one row
// with the finding's columns empty. CRLF line ends, UTF-8 without a byte order mark. A cell that a
// spreadsheet would take for a formula begins with an apostrophe, and every byte that is no plain character
// is spelled out, so that a row is always one line.
#pragma once

#include "audit/format/writer.h"

namespace rampart::audit {

std::unique_ptr<ReportWriter> make_csv_writer(Sink sink);

// One cell, quoted where it must be.
std::string csv_cell(std::string_view text);

}  // namespace rampart::audit
