#include "audit/format/writer.h"

#include "audit/format/csv.h"
#include "audit/format/html.h"
#include "audit/format/json.h"
#include "audit/format/sarif.h"
#include "audit/format/text.h"

namespace rampart::audit {

std::optional<Format> parse_format(std::string_view name) {
  const auto found = std::ranges::find(kFormatNames, name);
  if (found == kFormatNames.end()) return std::nullopt;
  return static_cast<Format>(found - kFormatNames.begin());
}

std::unique_ptr<ReportWriter> make_writer(Format format, const WriterOptions& options, Sink sink) {
  switch (format) {
    case Format::text:
      return make_text_writer(options, std::move(sink));
    case Format::json:
      return make_json_writer(std::move(sink));
    case Format::jsonl:
      return make_jsonl_writer(std::move(sink));
    case Format::csv:
      return make_csv_writer(std::move(sink));
    case Format::html:
      return make_html_writer(std::move(sink));
    case Format::sarif:
      return make_sarif_writer(std::move(sink));
  }
  return nullptr;
}

}  // namespace rampart::audit
