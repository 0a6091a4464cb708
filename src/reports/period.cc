#include "reports/period.h"

#include <fmt/format.h>

#include "base/text.h"

namespace rampart::reports {

std::optional<Period> period_of_name(std::string_view name) {
  name = name.substr(name.rfind('/') + 1);
  const auto parts = base::split(name, '!');
  if (parts.size() < 4) return std::nullopt;
  const auto begin = base::parse_number(parts[2]);
  const auto end = base::parse_number(parts[3].substr(0, parts[3].find('.')));
  if (!begin || !end || *begin > kMillisecondsFrom || *end > kMillisecondsFrom) return std::nullopt;
  return Period{static_cast<std::int64_t>(*begin), static_cast<std::int64_t>(*end)};
}

std::string FileName::text() const {
  return fmt::format("{}!{}!{}!{}{}{}.{}", receiver, domain, period.begin, period.end, id.empty() ? "" : "!",
                     id, extension);
}

base::Result<Period> settle_period(std::optional<std::int64_t> begin, std::optional<std::int64_t> end,
                                   std::string_view file_name, base::Time now, DefectNotes& defects) {
  if (!begin || !end) {
    const auto named = period_of_name(file_name);
    if (!named && !begin && !end)
      return base::fail(base::ErrorKind::input, "it does not say of what time it speaks");
    defects.note(DefectKind::no_period);
    if (!begin) begin = named ? named->begin : *end;
    if (!end) end = named ? named->end : *begin;
  }
  if (*end < *begin) {
    defects.note(DefectKind::bad_period, fmt::format("{} to {}", *begin, *end));
    end = begin;
  }
  if (*begin > now.time_since_epoch().count() + kAhead)
    return base::fail(base::ErrorKind::input,
                      fmt::format("it speaks of a time to come: {}",
                                  base::format_time(base::Time(std::chrono::seconds(*begin)))));
  if (*end - *begin > kMaxPeriod)
    return base::fail(base::ErrorKind::input,
                      fmt::format("it speaks of {} days at once", (*end - *begin) / 86400));
  return Period{*begin, *end};
}

}  // namespace rampart::reports
