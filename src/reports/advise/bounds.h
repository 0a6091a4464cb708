// How far what was counted may lie from what is the rule: intervals of confidence for numbers of messages in a day.
//
// Messages come in bursts (a payroll run is one event of many messages), so counts by day scatter more than a Poisson
// process's. The interval is Garwood's exact one for the sum of the days, widened by how much more they scatter:
//
//   exact interval of a count k: the quantiles of gamma distributions of shape k and k + 1
//     F. Garwood, Fiducial limits for the Poisson distribution, Biometrika 28 (1936), 437-442
//   scatter phi, the days' variance over their mean, at least 1: the count weighs as much as k / phi events
//     P. McCullagh, J. A. Nelder, Generalized Linear Models, 2nd edition (1989), section 6.2.3
//   nothing in n days: at most -ln(0.025) / n a day, the same formula with k = 0, and the two-sided form of the rule of three
//     J. A. Hanley, A. Lippman-Hand, If nothing goes wrong, is everything all right?, JAMA 249 (1983), 1743-1745
#pragma once

#include <cstdint>
#include <span>

namespace rampart::reports::advice {

inline constexpr double kConfidence = 0.95;  // two-sided

struct Interval {
  double low = 0;
  double high = 0;
};

// Messages a day.
struct Rate {
  double mean = 0;
  Interval bounds;
  double scatter = 1;  // phi
};

// Of the mean of a Poisson distribution of which `count` was seen. `count` is not negative, and need not be whole.
Interval poisson_bounds(double count);

// Of the days' counts, days without any included. Of no days at all: nothing is known, the bounds are 0 and infinity.
Rate rate_of(std::span<const std::uint64_t> days);

}  // namespace rampart::reports::advice
