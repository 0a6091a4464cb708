#include "audit/watch/schedule.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace rampart::audit::watch {
namespace {

using base::Time;
using std::chrono::hours;
using std::chrono::seconds;

const Time kNow = *base::parse_time("2026-11-26T09:00:00Z");

dns::Name name(std::string_view text) { return *dns::Name::try_parse(text); }

TEST(Schedule, TheLastTurnIsBeforeNowAndTheNextWithinAnInterval) {
  for (const auto interval : {seconds(1), seconds(7), seconds(3600), seconds(86400)}) {
    const Schedule schedule(interval);
    for (int i = 0; i < 50; ++i) {
      const auto domain = name("d" + std::to_string(i) + ".example");
      EXPECT_LT(schedule.place(domain), interval);
      EXPECT_LE(schedule.last_turn(domain, kNow), kNow);
      EXPECT_GT(schedule.next_turn(domain, kNow), kNow);
      EXPECT_EQ(schedule.next_turn(domain, kNow) - schedule.last_turn(domain, kNow), interval);
      EXPECT_EQ((schedule.last_turn(domain, kNow).time_since_epoch() - schedule.place(domain)) % interval,
                seconds(0));
    }
  }
}

TEST(Schedule, APlaceIsTheSameInEveryProcess) {
  EXPECT_EQ(Schedule(hours(24)).place(name("bank.example")),
            seconds(stable_hash(name("bank.example").wire()) % 86400));
  EXPECT_EQ(stable_hash(""), 0xe3b0c44298fc1c14U);  // SHA-256 of nothing
}

TEST(Schedule, FortyThousandDomainsAreSpreadOverTheDay) {
  const Schedule schedule(hours(24));
  std::array<int, 96> quarters{};
  for (int i = 0; i < 40'000; ++i)
    ++quarters[static_cast<std::size_t>(schedule.place(name("d" + std::to_string(i) + ".example")) /
                                        seconds(900))];
  const auto [least, most] = std::ranges::minmax(quarters);
  EXPECT_GT(least, 300);  // 417 on the average
  EXPECT_LT(most, 540);
}

TEST(Schedule, WhatWasNeverLookedAtIsDue) {
  EXPECT_EQ(Schedule(hours(24)).due(name("bank.example"), std::nullopt, kNow), kNow);
}

TEST(Schedule, MissedTurnsAreCaughtUpOnce) {
  const Schedule schedule(hours(24));
  const auto domain = name("bank.example");
  EXPECT_LE(schedule.due(domain, kNow - hours(24 * 9), kNow), kNow);
  EXPECT_GT(schedule.due(domain, kNow, kNow), kNow);
  EXPECT_LE(schedule.due(domain, kNow, kNow), kNow + hours(24));
}

TEST(Schedule, EveryTurnIsTakenOnce) {
  const Schedule schedule(hours(1));
  const auto domain = name("bank.example");
  std::optional<Time> last;
  int looks = 0;
  for (auto now = kNow; now < kNow + hours(48); now += seconds(60)) {
    if (schedule.due(domain, last, now) > now) continue;
    last = now;
    ++looks;
  }
  EXPECT_GE(looks, 48);
  EXPECT_LE(looks, 50);  // the first look, and a turn an hour
}

TEST(Schedule, AClockThatJumpsBackDelaysNothingBeyondAnInterval) {
  const Schedule schedule(hours(24));
  const auto domain = name("bank.example");
  EXPECT_EQ(schedule.due(domain, kNow + hours(24 * 365 * 10), kNow), kNow);
  EXPECT_GT(schedule.due(domain, kNow + hours(5), kNow), kNow);  // and does not look twice
}

TEST(Schedule, TimesBeforeTheEpochDoNoHarm) {
  const Schedule schedule(hours(24));
  const Time early(seconds(-1'000'000));
  EXPECT_LE(schedule.last_turn(name("bank.example"), early), early);
  EXPECT_GT(schedule.next_turn(name("bank.example"), early), early);
}

TEST(Backoff, DoublesFromAMinuteToFourHours) {
  EXPECT_EQ(backoff(1, 0), seconds(60));
  EXPECT_EQ(backoff(2, 0), seconds(120));
  EXPECT_EQ(backoff(5, 0), seconds(960));
  EXPECT_EQ(backoff(9, 0), hours(4));
  EXPECT_EQ(backoff(4'000'000'000U, 0), hours(4));
  EXPECT_EQ(backoff(0, 0), seconds(60));
}

TEST(Backoff, IsSpreadByAQuarter) {
  for (std::uint64_t spread = 0; spread < 5000; spread += 77) {
    EXPECT_GE(backoff(3, spread), seconds(180));
    EXPECT_LE(backoff(3, spread), seconds(240));
  }
}

}  // namespace
}  // namespace rampart::audit::watch
