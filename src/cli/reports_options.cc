#include "cli/reports_options.h"

#include <fmt/format.h>

#include "base/text.h"
#include "base/time.h"

namespace rampart::cli {
namespace {

constexpr std::int64_t kMaxDays = 3660;  // that are looked back at; ours

}  // namespace

base::Result<ReportDays> report_days(const std::string& since) {
  const auto today = std::chrono::floor<std::chrono::days>(base::now()).time_since_epoch().count();
  const auto wrong = [&] {
    return base::fail(base::ErrorKind::usage,
                      fmt::format("\"{}\" is no time to look back to", base::printable(since)), "--since",
                      "write 30d, or a day: 2026-11-01");
  };
  if (since.ends_with('d')) {
    const auto count = base::parse_number(std::string_view(since).substr(0, since.size() - 1));
    if (!count || *count == 0 || *count > kMaxDays) return wrong();
    return ReportDays{today - static_cast<std::int64_t>(*count) + 1, today};
  }
  const auto day = base::parse_time(since + "T00:00:00Z");
  if (!day) return wrong();
  return ReportDays{std::chrono::floor<std::chrono::days>(*day).time_since_epoch().count(), today};
}

}  // namespace rampart::cli
