#include "guard/gate/deferrals.h"

#include <array>

#include <gtest/gtest.h>

namespace rampart::guard {
namespace {

using namespace std::chrono_literals;

const base::Time kNow{std::chrono::seconds(1'795'000'000)};
const std::array<std::string, 1> kOne{"a@else.example"};
const std::array<std::string, 2> kTwo{"a@else.example", "b@else.example"};

TEST(Deferrals, KnowSinceWhenAPairIsPutOff) {
  Deferrals deferrals;
  EXPECT_FALSE(deferrals.since("n@bank.example", kOne, kNow));
  deferrals.note("n@bank.example", kOne, kNow);
  deferrals.note("N@Bank.example", kOne, kNow + 1h);
  EXPECT_EQ(deferrals.since("n@bank.example", kOne, kNow + 2h), kNow) << "the first time counts";
  EXPECT_FALSE(deferrals.since("o@bank.example", kOne, kNow + 2h));
  EXPECT_FALSE(deferrals.since("n@bank.example", kTwo, kNow + 2h)) << "b was not";
  deferrals.note("n@bank.example", kTwo, kNow + 3h);
  EXPECT_EQ(deferrals.since("n@bank.example", kTwo, kNow + 4h), kNow + 3h) << "the newest of them";
}

TEST(Deferrals, ForgetAfterADay) {
  Deferrals deferrals;
  deferrals.note("n@bank.example", kOne, kNow);
  EXPECT_TRUE(deferrals.since("n@bank.example", kOne, kNow + 23h));
  EXPECT_FALSE(deferrals.since("n@bank.example", kOne, kNow + 24h));
}

TEST(Deferrals, RememberSoManyAndNoMore) {
  Deferrals deferrals;
  deferrals.note("n@bank.example", kOne, kNow);
  for (std::size_t i = 0; i < Deferrals::kMost; ++i) deferrals.note(std::to_string(i), kOne, kNow);
  EXPECT_FALSE(deferrals.since("n@bank.example", kOne, kNow)) << "the oldest goes";
  EXPECT_TRUE(deferrals.since("7", kOne, kNow));
}

}  // namespace
}  // namespace rampart::guard
