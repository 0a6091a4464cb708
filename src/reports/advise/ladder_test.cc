#include "reports/advise/ladder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rampart::reports::advice {
namespace {

using dmarc::Policy;

Current standing(std::string_view record) {
  return {.from = Current::From::dns, .own = true, .record = dmarc::parse(record)};
}

std::string next(std::string_view record, bool below = true, bool top = true, bool np = true) {
  const auto current = standing(record);
  const auto rung = next_rung({.current = &current, .below = below, .top = top, .np = np});
  return rung ? rung->record : "";
}

TEST(Ladder, FromBottomToTop) {
  std::string record = "v=DMARC1; p=none; rua=mailto:d@bank.example; adkim=s";
  std::vector<std::string> steps;
  while (true) {
    auto up = next(record);
    if (up.empty()) break;
    steps.push_back(up);
    record = up;
    ASSERT_LT(steps.size(), 9U);
  }
  const std::string rest = "; rua=mailto:d@bank.example; adkim=s";
  EXPECT_THAT(steps, testing::ElementsAre("v=DMARC1; p=quarantine; sp=quarantine; pct=0; t=y" + rest,
                                          "v=DMARC1; p=quarantine; sp=quarantine" + rest,
                                          "v=DMARC1; p=reject; sp=reject; pct=0; t=y" + rest,
                                          "v=DMARC1; p=reject; sp=reject; np=reject" + rest));
}

// What RFC 9989 receivers do with names of each sort, and what those of RFC 7489 do, is nowhere less than before.
TEST(Ladder, NoStepWeakensWhatStands) {
  for (const auto* p : {"none", "quarantine", "reject"}) {
    for (const auto* sp : {"", "; sp=none", "; sp=quarantine", "; sp=reject"}) {
      for (const auto* np : {"", "; np=none", "; np=quarantine", "; np=reject"}) {
        for (const auto* soft : {"", "; t=y", "; pct=0", "; pct=0; t=y"}) {
          for (const bool below : {true, false}) {
            const auto record = std::string("v=DMARC1; p=") + p + sp + np + soft;
            const auto was = standing(record);
            const auto up = next(record, below);
            if (up.empty()) continue;
            const auto is = standing(up);
            EXPECT_GE(is.effective(is.p()), was.effective(was.p())) << record << " -> " << up;
            EXPECT_GE(is.effective(is.sp()), was.effective(was.sp())) << record << " -> " << up;
            EXPECT_GE(is.effective(is.np()), was.effective(was.np())) << record << " -> " << up;
          }
        }
      }
    }
  }
}

TEST(Ladder, SubdomainsThatAreNotReadyStay) {
  EXPECT_EQ(next("v=DMARC1; p=none", false), "v=DMARC1; p=quarantine; sp=none; pct=0; t=y");
  // The end of a test does not raise what the test held down.
  EXPECT_EQ(next("v=DMARC1; p=quarantine; sp=quarantine; pct=0; t=y", false),
            "v=DMARC1; p=quarantine; sp=none");
  EXPECT_EQ(next("v=DMARC1; p=none", true, false), "v=DMARC1; p=quarantine; pct=0; t=y")
      << "sp says nothing there";
}

TEST(Ladder, ATestThatWouldOpenSomethingIsLeftOut) {
  EXPECT_EQ(next("v=DMARC1; p=none; np=reject"), "v=DMARC1; p=quarantine; sp=quarantine; np=reject");
  EXPECT_EQ(next("v=DMARC1; p=none; sp=reject"), "v=DMARC1; p=quarantine; sp=reject");
}

TEST(Ladder, NpWaitsForNamesThatAreInUse) {
  EXPECT_EQ(next("v=DMARC1; p=reject; pct=0; t=y", true, true, false), "v=DMARC1; p=reject; sp=reject");
}

TEST(Ladder, TheTop) {
  EXPECT_EQ(next("v=DMARC1; p=reject"), "");
  EXPECT_FALSE(next_policy(standing("v=DMARC1; p=reject")));
  EXPECT_EQ(next_policy(standing("v=DMARC1; p=quarantine; t=y")), Policy::quarantine);
  EXPECT_FALSE(next_policy({}));
}

TEST(Ladder, WhatReportsSayOfTheRecord) {
  Daily daily;
  for (std::int32_t day = 100; day < 140; ++day)
    daily.policies.push_back({.day = day, .p = day < 120 ? "none" : "quarantine", .pct = "100"});
  const auto known = current_of(nullptr, daily);
  EXPECT_EQ(known.from, Current::From::reports);
  EXPECT_EQ(known.record.text, "v=DMARC1; p=quarantine");
  EXPECT_EQ(known.since, 120);
  EXPECT_EQ(known.days, 20);
  // A record that was published just now has been seen for no day.
  Dns dns{.policy = Dns::Policy::own, .record = "v=DMARC1; p=reject; pct=0; t=y"};
  const auto fresh = current_of(&dns, daily);
  EXPECT_EQ(fresh.from, Current::From::dns);
  EXPECT_EQ(fresh.days, 0);
  dns.policy = Dns::Policy::unknown;
  EXPECT_EQ(current_of(&dns, daily).from, Current::From::reports);
  EXPECT_EQ(current_of(nullptr, {}).from, Current::From::nowhere);
}

}  // namespace
}  // namespace rampart::reports::advice
