#include "net/adaptive_cap.h"

#include <gtest/gtest.h>

namespace rampart::net {
namespace {

class Cap : public testing::Test {
 protected:
  // One second with so many answers and losses, the cap used to its limit or not.
  void second(int answered, int lost, bool used = true) {
    const std::size_t takes = used ? cap_.limit() : 1;
    for (std::size_t i = 0; i < takes; ++i) cap_.take();
    for (std::size_t i = 0; i < takes; ++i) cap_.give();
    for (int i = 0; i < answered; ++i) cap_.answered();
    for (int i = 0; i < lost; ++i) cap_.lost();
    now_ += std::chrono::seconds(1);
    cap_.tick(now_);
  }

  AdaptiveCap cap_{{.initial = 100, .least = 32, .most = 2000}};
  AdaptiveCap::Time now_ = AdaptiveCap::Time{} + std::chrono::hours(1);

  void SetUp() override { cap_.tick(now_); }
};

TEST_F(Cap, HasRoomUpToItsLimit) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(cap_.has_room());
    cap_.take();
  }
  EXPECT_FALSE(cap_.has_room());
  cap_.give();
  EXPECT_TRUE(cap_.has_room());
}

TEST_F(Cap, DoublesWithoutLossUpToTheMost) {
  second(1000, 0);
  EXPECT_EQ(cap_.limit(), 200U);
  for (int i = 0; i < 10; ++i) second(1000, 0);
  EXPECT_EQ(cap_.limit(), 2000U);
}

TEST_F(Cap, GrowsThroughALossOfOnePercent) {
  second(990, 10);
  EXPECT_EQ(cap_.limit(), 200U);
}

TEST_F(Cap, HalvesOnMuchLossDownToTheLeast) {
  second(800, 200);
  EXPECT_EQ(cap_.limit(), 50U);
  for (int i = 0; i < 5; ++i) second(800, 200);
  EXPECT_EQ(cap_.limit(), 32U);
}

TEST_F(Cap, StaysBetween) {
  second(960, 40);
  EXPECT_EQ(cap_.limit(), 100U);
}

TEST_F(Cap, DoesNotGrowUnused) {
  second(1000, 0, false);
  EXPECT_EQ(cap_.limit(), 100U);
}

TEST_F(Cap, ASilentSecondSaysNothing) {
  second(0, 0);
  EXPECT_EQ(cap_.limit(), 100U);
}

}  // namespace
}  // namespace rampart::net
