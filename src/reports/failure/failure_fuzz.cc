// Any bytes as the parts of a mail: a failure report is read or there is none, and what it says can be shown.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.h"
#include "reports/failure/reader.h"

using namespace rampart;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto half = text.find("\n\n\n");
  const auto second = half == std::string::npos ? std::string() : text.substr(half + 3);
  for (const auto* type : {"message/feedback-report", "text/plain"}) {
    const auto report = reports::read_failure(
        {{.type = type, .content = text}, {.type = "message/rfc822", .content = second}});
    if (!report) continue;
    for (const auto* said :
         {&report->subject, &report->reported_domain, &report->source_ip, &report->results}) {
      if (!base::is_utf8(*said) || said->find('\n') != std::string::npos) std::abort();
    }
    if (report->reported_domain.empty()) std::abort();
  }
  return 0;
}
