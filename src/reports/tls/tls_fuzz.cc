// Any bytes as a TLS report: it is read or refused, and what is read is within the limits.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.h"
#include "reports/tls/reader.h"

using namespace rampart;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

void check_text(std::string_view text) {
  check(base::is_utf8(text) && text.size() <= reports::kMaxTlsText);
  for (const char c : text) check(static_cast<unsigned char>(c) >= 0x20);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  constexpr base::Time kNow{std::chrono::seconds(1'795'000'000)};
  const auto report = reports::read_tls(json, "a!b!1764028800!1764115199.json", kNow);
  if (!report) return 0;
  check(report->begin >= 0 && report->begin <= report->end && report->end - report->begin <= 400LL * 86400);
  for (const auto& text : {report->organisation, report->contact, report->report_id}) check_text(text);
  std::size_t failures = 0;
  for (const auto& policy : report->policies) {
    check(policy.successful <= reports::kMaxCount && policy.failed <= reports::kMaxCount);
    check(policy.lines.size() <= reports::kMaxTlsLines && policy.hosts.size() <= reports::kMaxTlsLines);
    check_text(policy.domain);
    for (const auto& line : policy.lines) check_text(line);
    for (const auto& host : policy.hosts) check_text(host);
    for (const auto& failure : policy.failures) {
      ++failures;
      check(failure.sessions <= reports::kMaxCount);
      for (const auto& text :
           {failure.result_text, failure.sending_address, failure.receiving_host, failure.receiving_helo,
            failure.receiving_address, failure.information, failure.reason})
        check_text(text);
    }
  }
  check(failures <= reports::kMaxTlsFailures);
  for (const auto& defect : report->defects) check(defect.count != 0 && base::is_utf8(defect.example));
  return 0;
}
