#include "cli/reports_options.h"

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"
#include "base/time.h"
#include "dns/domain.h"

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

base::Result<mail::Registry> read_registry(const base::Config& config) {
  auto out = mail::built_in_registry();
  for (const auto& file : config.list("reports.providers"))
    TRY(out.add(TRY(base::read_file(file, mail::kMaxRegistryBytes)), file));
  return out;
}

base::Result<std::vector<dns::Name>> own_domains(const base::Config& config) {
  std::vector<dns::Name> out;
  for (const auto& text : config.list("reports.own_domains")) out.push_back(TRY(dns::parse_domain(text)));
  return out;
}

}  // namespace rampart::cli
