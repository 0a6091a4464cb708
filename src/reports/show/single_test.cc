#include "reports/show/single.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rampart::reports {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kDayOne = 1764028800 / 86400;  // 2025-11-25

FailureHistory failures() {
  FailureHistory out{.from = kDayOne, .to = kDayOne + 1, .reports = 3};
  out.seen.push_back({.report = {.user_agent = "X/1",
                                 .auth_failure = "dmarc",
                                 .delivery_result = "reject",
                                 .source_ip = "203.0.113.9",
                                 .reported_domain = "bank.example",
                                 .incidents = 2,
                                 .from_domain = "bank.example",
                                 .subject = "=cmd\x1b[2J"},
                      .trust = Trust::unverified,
                      .origin = "f.eml",
                      .received = kDayOne * 86400});
  return out;
}

TEST(ShowSingle, Failures) {
  EXPECT_THAT(
      format_failures("bank.example", failures()),
      AllOf(HasSubstr("bank.example  single messages that failed"), HasSubstr("\n  3 reports\n"),
            HasSubstr("  2025-11-25  bank.example from 203.0.113.9: dmarc, became reject, 2 messages\n"),
            HasSubstr("              From bank.example\n"),
            HasSubstr("              unverified, told by X/1, in f.eml\n"), HasSubstr("and 2 more"),
            Not(HasSubstr("\x1b"))));
  EXPECT_THAT(format_failures("", {}), HasSubstr("Single messages that failed"));
  auto bare = failures();
  bare.seen[0].report = {};
  EXPECT_THAT(format_failures("", bare), HasSubstr("from an address not said: (what failed is not said)"));
}

TEST(ShowSingle, FailuresForPrograms) {
  EXPECT_THAT(format_failures_json("bank.example", failures()),
              AllOf(HasSubstr("\"schema\": \"rampart.reports-failures/1\""),
                    HasSubstr("\"domain\": \"bank.example\""), HasSubstr("\"incidents\": 2"),
                    HasSubstr("\"read\": \"2025-11-25T00:00:00Z\"")));
  EXPECT_THAT(format_failures_json("", {}), HasSubstr("\"domain\": null"));
  EXPECT_THAT(
      format_failures_csv(failures()),
      AllOf(HasSubstr("\r\n2025-11-25T00:00:00Z,bank.example,unverified,203.0.113.9,dmarc,,reject,2,"),
            HasSubstr(",'=cmd")));
}

TEST(ShowSingle, WhatWasSetAside) {
  const AsideHistory history{
      .from = kDayOne,
      .to = kDayOne,
      .notes = 2,
      .seen = {{.origin = "a\x1b.xml", .reason = "it is empty", .at = kDayOne * 86400}}};
  EXPECT_THAT(format_aside(history),
              AllOf(HasSubstr("2 files or parts"), HasSubstr("              it is empty\n"),
                    HasSubstr("and 1 more"), Not(HasSubstr("\x1b"))));
  EXPECT_THAT(format_aside_json(history), AllOf(HasSubstr("\"schema\": \"rampart.reports-aside/1\""),
                                                HasSubstr("\"reason\": \"it is empty\"")));
}

}  // namespace
}  // namespace rampart::reports
