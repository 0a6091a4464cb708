#include "reports/tls/date.h"

#include <chrono>

#include "base/text.h"
#include "reports/period.h"

namespace rampart::reports {
namespace {

class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  std::optional<int> digits(std::size_t count) {
    if (rest_.size() < count) return std::nullopt;
    const auto number = base::parse_number(rest_.substr(0, count));
    if (!number) return std::nullopt;
    rest_.remove_prefix(count);
    return static_cast<int>(*number);
  }
  bool skip(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void skip_digits() {
    while (!rest_.empty() && base::is_digit(rest_.front())) rest_.remove_prefix(1);
  }
  [[nodiscard]] bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

// Seconds to be taken off. Nothing for what is no zone.
std::optional<int> zone(Scanner& scanner, bool& exact) {
  if (scanner.skip('Z') || scanner.skip('z')) return 0;
  if (scanner.done()) {
    exact = false;
    return 0;
  }
  const bool east = scanner.skip('+');
  if (!east && !scanner.skip('-')) return std::nullopt;
  const auto hours = scanner.digits(2);
  if (!scanner.skip(':')) exact = false;
  const auto minutes = scanner.digits(2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  return (east ? 1 : -1) * (*hours * 3600 + *minutes * 60);
}

}  // namespace

std::optional<TlsDate> parse_tls_date(std::string_view text) {
  text = base::trim(text);
  if (const auto number = base::parse_number(text); number && text.size() > 8) {
    if (*number > static_cast<std::uint64_t>(kMillisecondsFrom) * 1000) return std::nullopt;
    const auto seconds = static_cast<std::int64_t>(*number);
    return TlsDate{.seconds = seconds >= kMillisecondsFrom ? seconds / 1000 : seconds, .exact = false};
  }
  Scanner scanner(text);
  const auto year = scanner.digits(4);
  if (!year || !scanner.skip('-')) return std::nullopt;
  const auto month = scanner.digits(2);
  if (!month || !scanner.skip('-')) return std::nullopt;
  const auto day = scanner.digits(2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok() || *year < 1970) return std::nullopt;
  const auto begin = std::chrono::sys_seconds(std::chrono::sys_days(date)).time_since_epoch().count();
  if (scanner.done()) return TlsDate{.seconds = begin, .exact = false, .day = true};

  TlsDate out;
  if (!scanner.skip('T') && !scanner.skip('t')) {
    out.exact = false;
    if (!scanner.skip(' ')) return std::nullopt;
  }
  const auto hour = scanner.digits(2);
  if (!hour || !scanner.skip(':')) return std::nullopt;
  const auto minute = scanner.digits(2);
  if (!minute || !scanner.skip(':')) return std::nullopt;
  const auto second = scanner.digits(2);
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  if (scanner.skip('.')) scanner.skip_digits();
  const auto off = zone(scanner, out.exact);
  if (!off || !scanner.done()) return std::nullopt;
  out.seconds = begin + *hour * 3600 + *minute * 60 + *second - *off;
  return out;
}

}  // namespace rampart::reports
