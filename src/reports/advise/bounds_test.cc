#include "reports/advise/bounds.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace rampart::reports::advice {
namespace {

using Days = std::vector<std::uint64_t>;

// Garwood's table, as later printed to three decimals: 95 % limits of a Poisson count.
TEST(Bounds, GarwoodsTable) {
  struct Line {
    double count;
    double low;
    double high;
  };
  for (const auto& line : std::vector<Line>{{0, 0, 3.689},
                                            {1, 0.025, 5.572},
                                            {2, 0.242, 7.225},
                                            {3, 0.619, 8.767},
                                            {5, 1.623, 11.668},
                                            {10, 4.795, 18.390},
                                            {20, 12.217, 30.888},
                                            {50, 37.111, 65.919},
                                            {100, 81.364, 121.627}}) {
    const auto bounds = poisson_bounds(line.count);
    EXPECT_NEAR(bounds.low, line.low, 0.001) << line.count;
    EXPECT_NEAR(bounds.high, line.high, 0.001) << line.count;
  }
}

TEST(Bounds, NothingSeenIsNotNothing) {
  const auto rate = rate_of(Days(30, 0));
  EXPECT_EQ(rate.mean, 0);
  EXPECT_EQ(rate.bounds.low, 0);
  EXPECT_NEAR(rate.bounds.high, -std::log(0.025) / 30, 1e-12);
  EXPECT_TRUE(std::isinf(rate_of({}).bounds.high));
}

TEST(Bounds, EvenDaysAreAPoissonProcess) {
  const auto rate = rate_of(Days(30, 2));
  EXPECT_EQ(rate.mean, 2);
  EXPECT_EQ(rate.scatter, 1) << "days that scatter less count no better than chance";
  EXPECT_NEAR(rate.bounds.low, poisson_bounds(60).low / 30, 1e-12);
  EXPECT_NEAR(rate.bounds.high, poisson_bounds(60).high / 30, 1e-12);
}

// One payroll run in 30 days is one event, whatever its size: its variance over its mean is its size.
TEST(Bounds, ABurstIsOneEvent) {
  Days days(30, 0);
  days[24] = 120;
  const auto rate = rate_of(days);
  EXPECT_EQ(rate.mean, 4);
  EXPECT_NEAR(rate.scatter, 120, 1e-9);
  EXPECT_NEAR(rate.bounds.low, 4 * poisson_bounds(1).low, 1e-9);
  EXPECT_NEAR(rate.bounds.high, 4 * poisson_bounds(1).high, 1e-9);
}

TEST(Bounds, TheMeanLiesBetween) {
  for (std::uint64_t seed = 1; seed < 200; ++seed) {
    Days days;
    auto state = seed;
    for (int i = 0; i < 30; ++i) {
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      days.push_back(state % 5 == 0 ? (state >> 33U) % 1000 : 0);
    }
    const auto rate = rate_of(days);
    EXPECT_LE(rate.bounds.low, rate.mean);
    EXPECT_GE(rate.bounds.high, rate.mean);
  }
  const auto one = rate_of(Days{7});
  EXPECT_LT(one.bounds.low, 7);
  EXPECT_GT(one.bounds.high, 7);
}

}  // namespace
}  // namespace rampart::reports::advice
