// Any bytes as an export of parsedmarc: reports come of it or it is set aside, and what is read is within the limits.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.h"
#include "reports/parsedmarc/reader.h"
#include "reports/tls/reader.h"

using namespace rampart::reports;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

void check_text(std::string_view text, std::size_t limit) {
  check(rampart::base::is_utf8(text) && text.size() <= limit);
}

struct Checking : ExportSink {
  explicit Checking(const Texts& all) : texts(all) {}
  rampart::base::Result<> take(Report&& report, Fidelity fidelity, const std::string& where) override {
    check(fidelity != Fidelity::original && !where.empty());
    check(!report.policy.domain.empty() && report.begin <= report.end);
    check_text(report.policy.domain, kMaxValue);
    check_text(report.organisation, kMaxValue);
    check_text(report.report_id, kMaxValue);
    check(report.errors.size() <= kMaxErrors && report.rows.size() <= report.records);
    for (const auto& row : report.rows) {
      check(row.count <= kMaxCount);
      const auto outcome = parse_outcome(texts[row.outcome]);
      check(outcome.has_value());
      check_text(outcome->header_from, kMaxName);
      check(outcome->reasons.size() <= kMaxReasons && outcome->dkim_seen.size() <= kMaxDkimSeen);
    }
    return {};
  }
  rampart::base::Result<> take(FailureReport&& report, Fidelity, const std::string&) override {
    check(!report.reported_domain.empty());
    for (const auto& text : {report.reported_domain, report.subject, report.message_id, report.auth_failure})
      check(rampart::base::is_utf8(text) && text.find_first_of("\r\n") == std::string::npos);
    return {};
  }
  rampart::base::Result<> take(TlsReport&& report, Fidelity, const std::string&) override {
    check(report.policies.size() <= kMaxTlsPolicies && report.begin <= report.end);
    for (const auto& policy : report.policies) check_text(policy.domain, kMaxTlsText);
    return {};
  }
  void set_aside(const std::string&, std::string_view reason) override { check(!reason.empty()); }

  const Texts& texts;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Texts texts;
  Checking sink(texts);
  MemorySource source({reinterpret_cast<const char*>(data), size});
  const auto room = Window::make_room();
  Window window(source, room);
  if (!window.fill()) return 0;
  ExportReader reader(texts, rampart::base::Time(std::chrono::seconds(1'795'000'000)));
  check(reader.read(window, sink).has_value());
  return 0;
}
