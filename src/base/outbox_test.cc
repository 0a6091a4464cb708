#include "base/outbox.h"

#include <atomic>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rampart::base {
namespace {

using testing::ElementsAre;
using namespace std::chrono_literals;

TEST(Outbox, DeliversInOrder) {
  std::vector<std::string> got;
  Outbox<std::string> outbox(100,
                             [&](std::span<const std::string> some, std::size_t, const std::stop_token&) {
                               got.insert(got.end(), some.begin(), some.end());
                               return true;
                             });
  for (const auto* text : {"a", "b", "c"}) EXPECT_TRUE(outbox.push(text, 1));
  EXPECT_EQ(outbox.close(5s), 0U);
  EXPECT_THAT(got, ElementsAre("a", "b", "c"));
  EXPECT_FALSE(outbox.push("d", 1)) << "it is closed";
}

TEST(Outbox, NeverWaitsForASlowReaderAndCountsWhatIsLost) {
  std::atomic<bool> open = false;
  std::atomic<std::size_t> got = 0;
  std::atomic<std::size_t> lost = 0;
  Outbox<int> outbox(10, [&](std::span<const int> some, std::size_t missed, const std::stop_token& stop) {
    while (!open && !stop.stop_requested()) std::this_thread::yield();
    if (!open) return false;
    got += some.size();
    lost += missed;
    return true;
  });
  std::size_t taken = 0;
  for (int i = 0; i < 30; ++i) taken += outbox.push(i, 1) ? 1U : 0U;
  EXPECT_EQ(taken, 10U) << "what is being delivered is still held";
  open = true;
  EXPECT_EQ(outbox.close(5s), 0U);
  EXPECT_EQ(got, 10U);
  EXPECT_LE(lost, 20U);
}

TEST(Outbox, GivesAgainWhatCouldNotBeDelivered) {
  std::vector<int> got;
  int tries = 0;
  Outbox<int> outbox(10, [&](std::span<const int> some, std::size_t, const std::stop_token&) {
    if (++tries == 1) return false;
    got.assign(some.begin(), some.end());
    return true;
  });
  outbox.push(7, 1);
  EXPECT_EQ(outbox.close(10s), 0U);
  EXPECT_THAT(got, ElementsAre(7));
}

TEST(Outbox, EndsWhenNothingCanBeDeliveredAndSaysHowMuchIsLeft) {
  Outbox<int> outbox(10, [](std::span<const int>, std::size_t, const std::stop_token&) { return false; });
  outbox.push(1, 1);
  outbox.push(2, 1);
  EXPECT_EQ(outbox.close(50ms), 2U);
}

}  // namespace
}  // namespace rampart::base
