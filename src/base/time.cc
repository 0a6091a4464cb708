#include "base/time.h"

#include <fmt/format.h>

#include "base/text.h"

namespace rampart::base {

Time now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

std::string format_time(Time time) {
  constexpr Time kLast{std::chrono::sys_days(std::chrono::year(9999) / 12 / 31) + std::chrono::hours(24) -
                       std::chrono::seconds(1)};
  time = std::min(time, kLast);  // what four digits can say
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::optional<Time> parse_time(std::string_view text) {
  constexpr std::string_view kShape = "0000-00-00T00:00:00Z";
  if (text.size() != kShape.size()) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (kShape[i] == '0' ? !is_digit(text[i]) : text[i] != kShape[i]) return std::nullopt;
  }
  const auto field = [&](std::size_t at, std::size_t length) {
    return static_cast<unsigned>(*parse_number(text.substr(at, length)));
  };
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(field(0, 4))),
                                         std::chrono::month(field(5, 2)), std::chrono::day(field(8, 2)));
  if (!date.ok() || field(11, 2) > 23 || field(14, 2) > 59 || field(17, 2) > 59) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(field(11, 2)) + std::chrono::minutes(field(14, 2)) +
         std::chrono::seconds(field(17, 2));
}

}  // namespace rampart::base
