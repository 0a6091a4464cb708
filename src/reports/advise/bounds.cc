#include "reports/advise/bounds.h"

#include <limits>

#include <boost/math/special_functions/gamma.hpp>

namespace rampart::reports::advice {

namespace {

constexpr double kTail = (1 - kConfidence) / 2;

}  // namespace

Interval poisson_bounds(double count) {
  return {.low = count <= 0 ? 0 : boost::math::gamma_p_inv(count, kTail),
          .high = boost::math::gamma_p_inv(count + 1, 1 - kTail)};
}

Rate rate_of(std::span<const std::uint64_t> days) {
  if (days.empty()) return {.bounds = {.low = 0, .high = std::numeric_limits<double>::infinity()}};
  const auto n = static_cast<double>(days.size());
  double sum = 0;
  for (const auto day : days) sum += static_cast<double>(day);
  Rate out{.mean = sum / n};
  double squares = 0;
  for (const auto day : days) {
    const double off = static_cast<double>(day) - out.mean;
    squares += off * off;
  }
  if (sum > 0 && days.size() > 1) out.scatter = std::max(1.0, squares / (n - 1) / out.mean);
  const auto events = poisson_bounds(sum / out.scatter);
  out.bounds = {.low = events.low * out.scatter / n, .high = events.high * out.scatter / n};
  return out;
}

}  // namespace rampart::reports::advice
