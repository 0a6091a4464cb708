#include "cli/progress.h"

#include <cmath>

#include <fmt/format.h>

namespace rampart::cli {
namespace {

constexpr auto kFirst = std::chrono::seconds(1);
constexpr auto kEvery = std::chrono::milliseconds(200);
constexpr double kTooEarly = 0.005;  // of the whole: no time left can be told from less

std::string grouped(std::size_t number) {
  auto text = fmt::format("{}", number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

std::string about(double seconds) {
  if (seconds < 90) return fmt::format("{:.0f} s", std::ceil(seconds));
  if (seconds < 90 * 60) return fmt::format("{:.0f} min", std::ceil(seconds / 60));
  return fmt::format("{:.1f} h", seconds / 3600);
}

}  // namespace

std::string Progress::line(std::size_t done, std::string_view unit, std::optional<double> fraction,
                           std::chrono::duration<double> elapsed) {
  const double rate = elapsed.count() > 0 ? static_cast<double>(done) / elapsed.count() : 0;
  auto out = fmt::format("{} {}  {}/s", grouped(done), unit,
                         rate < 10 ? fmt::format("{:.1f}", rate) : grouped(static_cast<std::size_t>(rate)));
  if (fraction && *fraction >= kTooEarly && *fraction < 1)
    out += fmt::format("  about {} left", about(elapsed.count() * (1 - *fraction) / *fraction));
  return out;
}

void Progress::update(std::size_t done, std::optional<double> fraction, Clock::time_point now) {
  if (!on_) return;
  if (!began_) {
    began_ = now;
    next_ = now + kFirst;
  }
  if (now < next_) return;
  next_ = now + kEvery;
  shown_ = true;
  err_(fmt::format("\r{}\x1b[K", line(done, unit_, fraction, now - *began_)));
}

void Progress::clear() {
  if (shown_) err_("\r\x1b[K");
  shown_ = false;
}

}  // namespace rampart::cli
