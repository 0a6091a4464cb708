#include "reports/archive/single_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/archive/days.h"
#include "reports/archive/on_archive_test.h"

namespace rampart::reports {
namespace {

using store::Backend;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t kFirstDay = 20'417;  // 2025-11-25

base::Time at(std::int64_t day) { return base::Time(std::chrono::seconds(day * kDay + 7)); }

class SingleHistoryTest : public OnArchive {
 protected:
  void add(const FailureReport& report, std::int64_t day, Trust trust = Trust::unverified) {
    const IncomingFailure incoming{.report = report, .trust = trust, .origin = "f.eml", .received = at(day)};
    ASSERT_TRUE(archive_->add_failures(std::span(&incoming, 1)));
  }
  std::vector<std::string> subjects(std::optional<std::string_view> domain, std::size_t most = 0) {
    const auto history = read_failures(*database_, domain, kFirstDay, kFirstDay + 1, most);
    EXPECT_TRUE(history) << (history ? "" : history.error().message());
    std::vector<std::string> out;
    for (const auto& one : history->seen) out.push_back(one.report.subject);
    return out;
  }
};

INSTANTIATE_TEST_SUITE_P(Reports, SingleHistoryTest, ::testing::Values(Backend::sqlite, Backend::postgresql),
                         store::backend_name);

TEST_P(SingleHistoryTest, AFailureComesBackAsItWent) {
  const FailureReport report{.feedback_type = "auth-failure",
                             .user_agent = "X/1",
                             .auth_failure = "dmarc",
                             .delivery_result = "reject",
                             .identity_alignment = "none",
                             .source_ip = "192.0.2.1",
                             .reported_domain = "bank.example",
                             .original_mail_from = "a@b.example",
                             .arrival_date = "Tue, 25 Nov 2025 08:00:00 +0000",
                             .dkim_domain = "b.example",
                             .dkim_selector = "s1",
                             .spf_dns = "txt",
                             .results = "mx; dkim=fail",
                             .incidents = 3,
                             .from_domain = "bank.example",
                             .subject = "\"x\"",
                             .message_id = "<1@b.example>",
                             .plain = true};
  add(report, kFirstDay, Trust::verified);
  const auto history = read_failures(*database_, "bank.example", kFirstDay, kFirstDay).value();
  ASSERT_EQ(history.seen.size(), 1);
  EXPECT_EQ(history.seen[0].report, report);
  EXPECT_EQ(history.seen[0].trust, Trust::verified);
  EXPECT_EQ(history.seen[0].origin, "f.eml");
  EXPECT_EQ(history.seen[0].received, kFirstDay * kDay + 7);
}

TEST_P(SingleHistoryTest, OfADomainAndThoseBelowItInTheDaysTheLastFirst) {
  add({.reported_domain = "bank.example", .subject = "one"}, kFirstDay);
  add({.reported_domain = "news.bank.example", .subject = "two"}, kFirstDay + 1);
  add({.reported_domain = "notbank.example", .subject = "three"}, kFirstDay + 1);
  add({.reported_domain = "bank.example", .subject = "late"}, kFirstDay + 2);
  EXPECT_THAT(subjects("bank.example"), ElementsAre("two", "one"));
  EXPECT_THAT(subjects(std::nullopt), ElementsAre("three", "two", "one"));
  EXPECT_THAT(subjects(std::nullopt, 1), ElementsAre("three"));
  EXPECT_EQ(read_failures(*database_, std::nullopt, kFirstDay, kFirstDay + 1, 1)->reports, 3);
  EXPECT_THAT(subjects("%"), IsEmpty()) << "no pattern";
  EXPECT_THAT(subjects("nobody.example"), IsEmpty());
}

TEST_P(SingleHistoryTest, WhatWasSetAside) {
  const std::vector<Archive::Aside> first{{.origin = "a.xml", .reason = "it is empty"}};
  const std::vector<Archive::Aside> second{{.origin = "b.xml", .reason = "it is damaged"}};
  ASSERT_TRUE(archive_->keep_aside(first, at(kFirstDay)));
  ASSERT_TRUE(archive_->keep_aside(second, at(kFirstDay + 1)));
  const auto history = read_aside(*database_, kFirstDay, kFirstDay + 1).value();
  EXPECT_EQ(history.notes, 2);
  ASSERT_EQ(history.seen.size(), 2);
  EXPECT_EQ(history.seen[0].origin, "b.xml");
  EXPECT_EQ(history.seen[1].reason, "it is empty");
  EXPECT_EQ(read_aside(*database_, kFirstDay, kFirstDay)->notes, 1);
  EXPECT_EQ(read_aside(*database_, kFirstDay, kFirstDay + 1, 1)->seen.size(), 1);
}

}  // namespace
}  // namespace rampart::reports
