#include "reports/archive/daily.h"

#include <map>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/archive/days.h"
#include "reports/archive/on_archive_test.h"

namespace rampart::reports {
namespace {

using store::Backend;
using testing::ElementsAre;

constexpr std::int32_t kDayOne = 20'417;  // 2025-11-25

class DailyTest : public OnArchive {
 protected:
  Incoming report(std::int32_t day, std::string reporter, std::uint64_t count,
                  Trust trust = Trust::verified) {
    Incoming out{.report = {.organisation = reporter,
                            .report_id = fmt::format("{}.{}", reporter, day),
                            .begin = (kDayOne + day) * kDay,
                            .end = (kDayOne + day + 1) * kDay - 1,
                            .policy = {.domain = "bank.example", .p = "none", .pct = "100"}},
                 .trust = trust,
                 .reporter = reporter,
                 .origin = "f"};
    std::string outcome;
    append_outcome({.dkim = Aligned::pass, .header_from = "bank.example"}, outcome);
    out.report.rows.push_back(
        {.address = texts_.add("192.0.2.1"), .outcome = texts_.add(outcome), .count = count});
    return out;
  }
  void add(const Incoming& one) { ASSERT_TRUE(archive_->add(std::span(&one, 1), texts_)); }

  Texts texts_;
};
INSTANTIATE_TEST_SUITE_P(Reports, DailyTest, ::testing::Values(Backend::sqlite, Backend::postgresql),
                         store::backend_name);

// Anybody with a domain can have as many rows verified as he likes.
TEST_P(DailyTest, OfWhoIsNotHeededSoManyRowsAndNoMore) {
  for (int day = 0; day < 4; ++day) {
    add(report(day, "google.com", 3));
    add(report(day, "evil.example", 5));
  }
  const Hearing hearing{.heed = [](const StoredReporter& one) { return one.name == "google.com"; },
                        .most_of_others = 2};
  const auto found = read_daily(*database_, "bank.example", kDayOne, kDayOne + 3, hearing).value();
  std::map<std::string, int> rows;
  for (const auto& row : found.rows) ++rows[found.reporters[row.reporter].name];
  EXPECT_EQ(rows["google.com"], 4);
  EXPECT_EQ(rows["evil.example"], 2);
  ASSERT_EQ(found.reporters.size(), 2U);
  EXPECT_EQ(found.reporters[0].name, "evil.example");
  EXPECT_EQ(found.reporters[0].messages, 20U) << "which are told all the same";
  EXPECT_EQ(found.reporters[0].last_day, kDayOne + 3);
}

TEST_P(DailyTest, DaysOfAllWhoCount) {
  add(report(0, "a.example", 3));
  add(report(0, "b.example", 4, Trust::imported));
  add(report(1, "a.example", 5));
  add(report(1, "forger.example", 900, Trust::unverified));
  add(report(2, "forger.example", 900, Trust::unverified));
  auto late = report(3, "a.example", 7);
  late.report.policy = {.domain = "bank.example", .p = "quarantine", .testing = "y"};
  std::string tested;
  append_outcome({.disposition = Disposition::quarantine,
                  .header_from = "bank.example",
                  .reasons = {{.type = Override::policy_test_mode, .comment = ""}}},
                 tested);
  late.report.rows.push_back({.address = texts_.add("192.0.2.2"), .outcome = texts_.add(tested), .count = 1});
  add(late);

  const auto found = read_daily(*database_, "bank.example", kDayOne, kDayOne + 3).value();
  std::vector<std::string> rows;
  rows.reserve(found.rows.size());
  for (const auto& row : found.rows)
    rows.push_back(fmt::format("{} {} {} {}", row.day - kDayOne, found.addresses[row.address], row.messages,
                               found.reporters[row.reporter].name));
  EXPECT_THAT(rows,
              ElementsAre("0 192.0.2.1 3 a.example", "0 192.0.2.1 4 b.example", "1 192.0.2.1 5 a.example",
                          "3 192.0.2.1 7 a.example", "3 192.0.2.2 1 a.example"));
  EXPECT_EQ(found.spans.size(), 4U);
  EXPECT_EQ(found.reports, 4U);
  EXPECT_EQ(found.uncounted_reports, 2U);
  EXPECT_EQ(found.uncounted_messages, 1800U);
  EXPECT_EQ(found.uncounted_days, 2U);
  ASSERT_EQ(found.reporters.size(), 2U);
  EXPECT_EQ(found.reporters[0].name, "a.example");
  EXPECT_EQ(found.reporters[0].messages, 16U);
  EXPECT_TRUE(found.reporters[0].rfc9990);
  EXPECT_TRUE(found.reporters[0].tested);
  EXPECT_TRUE(found.reporters[0].acts);
  EXPECT_FALSE(found.reporters[0].says_pct);
  EXPECT_TRUE(found.reporters[1].says_pct);
  EXPECT_FALSE(found.reporters[1].rfc9990);
  std::vector<std::string> policies;
  policies.reserve(found.policies.size());
  for (const auto& policy : found.policies)
    policies.push_back(fmt::format("{} {} {} {}", policy.day - kDayOne, found.reporters[policy.reporter].name,
                                   policy.p, policy.softened()));
  EXPECT_THAT(policies, ElementsAre("0 a.example none false", "0 b.example none false",
                                    "1 a.example none false", "3 a.example quarantine true"));

  EXPECT_EQ(read_daily(*database_, "bank.example", kDayOne + 1, kDayOne + 1).value().rows.size(), 1U);
  EXPECT_TRUE(is_reported(*database_, "bank.example").value());
  EXPECT_FALSE(is_reported(*database_, "other.example").value());
  EXPECT_TRUE(read_daily(*database_, "other.example", kDayOne, kDayOne + 3).value().rows.empty());
}

// One who is believed for some of its reports and known from files for others: which of them says what.
TEST_P(DailyTest, AReporterForEachWayToBelieveIt) {
  add(report(0, "a.example", 3));
  add(report(1, "a.example", 4, Trust::imported));
  const auto found = read_daily(*database_, "bank.example", kDayOne, kDayOne + 3).value();
  ASSERT_EQ(found.reporters.size(), 2U);
  EXPECT_EQ(found.reporters[0].messages, 4U);
  EXPECT_EQ(found.reporters[0].trust, Trust::imported);
  EXPECT_EQ(found.reporters[1].trust, Trust::verified);
  EXPECT_EQ(found.reporters[1].last_day, kDayOne);
}

// How long the time of a report is, its rows do not show: they are spread over its days.
TEST_P(DailyTest, AReportOfAMonthIsOneSpan) {
  auto month = report(0, "a.example", 310);
  month.report.end = (kDayOne + 31) * kDay - 1;
  add(month);
  const auto found = read_daily(*database_, "bank.example", kDayOne, kDayOne + 31).value();
  EXPECT_EQ(found.rows.size(), 31U);
  ASSERT_EQ(found.spans.size(), 1U);
  EXPECT_EQ(found.spans[0].first_day, kDayOne);
  EXPECT_EQ(found.spans[0].last_day, kDayOne + 30);
}

// Each says for itself what it found: the last report that came decides for nobody else.
TEST_P(DailyTest, APolicyOfEachReporter) {
  add(report(0, "a.example", 3));
  add(report(0, "b.example", 3));
  auto other = report(0, "evil.example", 1);
  other.report.policy.p = "reject";
  add(other);
  const auto found = read_daily(*database_, "bank.example", kDayOne, kDayOne).value();
  std::vector<std::string> policies;
  policies.reserve(found.policies.size());
  for (const auto& policy : found.policies)
    policies.push_back(fmt::format("{} {}", found.reporters[policy.reporter].name, policy.p));
  EXPECT_THAT(policies,
              testing::UnorderedElementsAre("a.example none", "b.example none", "evil.example reject"));
}

}  // namespace
}  // namespace rampart::reports
