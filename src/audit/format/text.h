// The report for people at a terminal: the sentence that matters, the spoofing table, the findings with their
// evidence and the record to paste; after several domains, what they are together and the worst of them.
#pragma once

#include "audit/format/writer.h"

namespace rampart::audit {

// Colour only underlines what a word beside it says too. Records to paste are never broken, everything else
// keeps to options.width (at least kMinWidth).
inline constexpr std::size_t kMinWidth = 72;

std::unique_ptr<ReportWriter> make_text_writer(const WriterOptions& options, Sink sink);

}  // namespace rampart::audit
