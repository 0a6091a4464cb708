#include "cli/reports_options.h"

#include <fmt/format.h>

#include "base/text.h"
#include "base/time.h"
#include "reports/show/show.h"

namespace rampart::cli {
base::Result<ReportDays> report_days(const std::string& since) {
  const auto today = std::chrono::floor<std::chrono::days>(base::now()).time_since_epoch().count();
  const auto wrong = [&] {
    return base::fail(base::ErrorKind::usage,
                      fmt::format("\"{}\" is no time to look back to", base::printable(since)), "--since",
                      fmt::format("write 30d (at most {}d), or a day: 2026-11-01", kMaxSinceDays));
  };
  if (since.ends_with('d')) {
    const auto count = base::parse_number(std::string_view(since).substr(0, since.size() - 1));
    if (!count || *count == 0 || *count > kMaxSinceDays) return wrong();
    return ReportDays{today - static_cast<std::int64_t>(*count) + 1, today};
  }
  const auto day = base::parse_time(since + "T00:00:00Z");
  if (!day) return wrong();
  const auto from = std::chrono::floor<std::chrono::days>(*day).time_since_epoch().count();
  if (from > today)
    return base::fail(base::ErrorKind::usage, fmt::format("{} is a day to come", since), "--since",
                      fmt::format("name today, {}, or a day before it", reports::day_text(today)));
  return ReportDays{from, today};
}

std::string nothing_shown(const std::string& what, const std::optional<reports::KnownDays>& known,
                          const ReportDays& days) {
  if (!known) return fmt::format("the store has no {}", what);
  const auto range = known->first == known->last ? reports::day_text(known->first)
                                                 : fmt::format("{} to {}", reports::day_text(known->first),
                                                               reports::day_text(known->last));
  if (known->last >= days.from)
    return fmt::format("the store has {} of these days, and none of them counts: who sent them is not known",
                       what);
  return fmt::format("the store has {} of {}, before the days shown: --since {} shows them", what, range,
                     reports::day_text(known->first));
}

base::Result<std::string> nothing_of(store::Database& database, const dns::Name& domain,
                                     const ReportDays& days) {
  const auto known = TRY(reports::read_known_days(database, domain.text()));
  auto out = nothing_shown(fmt::format("reports of {}", domain.text()), known, days);
  for (auto above = domain.parent(); !known && above.label_count() > 1; above = above.parent()) {
    if (TRY(reports::read_known_days(database, above.text())))
      return out + fmt::format("; it has some of {}, at which receivers found the policy", above.text());
  }
  return out + "; `rampart reports show` lists the domains";
}

}  // namespace rampart::cli
