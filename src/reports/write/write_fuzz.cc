// Any lines as messages' results: what is taken becomes a report that our reader reads as it was meant.
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include "base/text.h"
#include "reports/aggregate/reader.h"
#include "reports/write/feedback.h"
#include "reports/write/report_mail.h"

using namespace rampart;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

std::map<std::string, std::uint64_t> rows(const reports::Report& report, const reports::Texts& texts) {
  std::map<std::string, std::uint64_t> out;
  for (const auto& row : report.rows) {
    const auto key = std::string(texts[row.address]) + ' ' + std::string(texts[row.outcome]);
    check(out.emplace(key, row.count).second);
  }
  return out;
}

void check_due(const reports::DueReport& due, const reports::Texts& texts,
               const reports::Reporter& reporter) {
  const auto& report = due.report;
  const auto xml = reports::feedback_xml(report, texts);
  check(xml.has_value() && base::is_utf8(*xml));
  reports::Texts again;
  const auto read =
      reports::read_aggregate(*xml, "x.xml", base::Time(std::chrono::seconds(report.begin)), again);
  check(read.has_value());
  check(read->policy == report.policy && read->begin == report.begin && read->end == report.end &&
        read->report_id == report.report_id && read->errors == report.errors);
  check(rows(*read, again) == rows(report, texts));
  for (const auto& defect : read->defects) check(defect.kind == reports::DefectKind::no_results);
  const auto file = reports::report_file(report, texts, reporter);
  check(file.has_value());
  check(reports::report_mail(reports::cover_of(report, reporter), *file, "dmarc@bank.example", base::Time{})
            .has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const reports::Reporter reporter{.domain = "mx.example",
                                   .organisation = "Receiver",
                                   .email = "dmarc@example.com",
                                   .contact = {},
                                   .generator = {}};
  reports::Texts texts;
  auto collector = reports::Collector::make(reporter, texts);
  check(collector.has_value());
  for (const auto line : base::split(bytes, '\n')) {
    auto message = reports::parse_result(line, "line");
    if (!message) continue;
    if (base::is_utf8(line))
      check(reports::parse_result(reports::format_result(*message), "line") == *message);
    (void)collector->add(*std::move(message));
  }
  for (const auto& due : collector->finish()) check_due(due, texts, reporter);
  return 0;
}
