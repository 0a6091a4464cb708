#include "reports/archive/sightings.h"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/archive/archived_test.h"
#include "reports/archive/history.h"
#include "store/store_test.h"

namespace rampart::reports {
namespace {

using store::Backend;
using testing::ElementsAre;

const Outcome kPass{.dkim = Aligned::pass, .header_from = "bank.example"};
const Outcome kFail{.dkim = Aligned::fail, .spf = Aligned::fail, .header_from = "bank.example"};

class SightingsTest : public store::OnBothDatabases {
 protected:
  void SetUp() override {
    OnBothDatabases::SetUp();
    if (IsSkipped()) return;
    database_.emplace(open());
    archived_.emplace(*database_);
  }
  Sightings read(std::int64_t from, std::vector<std::int64_t> borders = {}) {
    auto out = read_sightings(*database_, "bank.example", from, kLastDay, borders);
    EXPECT_TRUE(out) << (out ? "" : out.error().message());
    return out.value_or(Sightings());
  }
  // "address messages first last", days before today.
  static std::vector<std::string> texts(const Sightings& sightings) {
    std::vector<std::string> out;
    out.reserve(sightings.rows.size());
    for (const auto& row : sightings.rows)
      out.push_back(fmt::format("{} {} {} {}", sightings.addresses[row.address], row.messages,
                                kLastDay - row.first_day, kLastDay - row.last_day));
    return out;
  }

  std::optional<store::Database> database_;
  std::optional<Archived> archived_;
};
INSTANTIATE_TEST_SUITE_P(Sightings, SightingsTest, ::testing::Values(Backend::sqlite, Backend::postgresql),
                         store::backend_name);

TEST_P(SightingsTest, AddsUpWhatReportersSeeOfAnAddress) {
  archived_->report({.day = kLastDay, .rows = {{"192.0.2.2", kPass, 5}, {"192.0.2.1", kFail, 1}}});
  archived_->report({.day = kLastDay - 3, .rows = {{"192.0.2.2", kPass, 4}}, .reporter = "other.example"});
  archived_->report({.day = kLastDay, .rows = {{"192.0.2.9", kPass, 9}}, .domain = "other.example"});
  const auto seen = read(kLastDay - 10);
  EXPECT_THAT(texts(seen), ElementsAre("192.0.2.1 1 0 0", "192.0.2.2 9 3 0"));
  EXPECT_EQ(seen.messages, 10U);
  EXPECT_EQ(seen.reports, 2U);
  EXPECT_EQ(seen.reporters, 2U);
  EXPECT_EQ(seen.first_day, kLastDay - 3);
  EXPECT_EQ(seen.last_day, kLastDay);
  EXPECT_EQ(seen.outcomes.size(), 2U);
  EXPECT_EQ(seen.outcomes[seen.rows[1].outcome], kPass);
}

TEST_P(SightingsTest, LeavesOutWhatDoesNotCount) {
  archived_->report({.rows = {{"192.0.2.1", kPass, 5}}});
  archived_->report({.rows = {{"192.0.2.1", kPass, 100}, {"192.0.2.66", kPass, 7}},
                     .trust = Trust::unverified,
                     .reporter = "mx.example"});
  const auto seen = read(kLastDay);
  EXPECT_THAT(texts(seen), ElementsAre("192.0.2.1 5 0 0"));
  EXPECT_EQ(seen.uncounted, 1U);
  EXPECT_EQ(seen.uncounted_messages, 107U);
}

// Whoever has a domain can have his reports verified.
TEST_P(SightingsTest, HeedsWhomItIsTold) {
  archived_->report({.day = kLastDay - 4, .rows = {{"192.0.2.1", kPass, 5}}, .reporter = "google.com"});
  archived_->report({.rows = {{"192.0.2.1", kFail, 100}}, .reporter = "evil.example"});
  archived_->report(
      {.rows = {{"192.0.2.1", kPass, 9}}, .reporter = "evil.example", .domain = "made.example"});
  const HeedReporter heed = [](const StoredReporter& reporter) { return reporter.name == "google.com"; };
  const auto seen = *read_sightings(*database_, "bank.example", kLastDay - 9, kLastDay, {}, heed);
  EXPECT_THAT(texts(seen), ElementsAre("192.0.2.1 5 4 4"));
  EXPECT_EQ(seen.last_day, kLastDay - 4) << "nor does he hide that the others are silent";
  EXPECT_EQ(seen.uncounted_messages, 100U);
  const auto domains = *read_domains(*database_, kLastDay - 9, kLastDay, heed);
  ASSERT_EQ(domains.size(), 2U);
  EXPECT_EQ(domains[0].domain, "bank.example");
  EXPECT_EQ(domains[0].total.messages(), 5U);
  EXPECT_EQ(domains[1].total.messages(), 0U) << "of which nobody speaks who is heeded";
}

TEST_P(SightingsTest, SplitsRowsAtBorders) {
  for (const auto ago : {0, 6, 7, 34, 35, 40})
    archived_->report({.day = kLastDay - ago, .rows = {{"192.0.2.1", kPass, 10}}});
  EXPECT_THAT(texts(read(kLastDay - 50, {7, 35})),
              ElementsAre("192.0.2.1 20 40 35", "192.0.2.1 20 34 7", "192.0.2.1 20 6 0"));
}

TEST_P(SightingsTest, KnowsSinceWhenAnAddressIsSeen) {
  archived_->report({.day = kLastDay - 400, .rows = {{"192.0.2.1", kFail, 1}}});
  // A forged report makes none look old.
  archived_->report({.day = kLastDay - 300, .rows = {{"192.0.2.2", kPass, 1}}, .trust = Trust::unverified});
  archived_->report({.day = kLastDay, .rows = {{"192.0.2.1", kPass, 1}, {"192.0.2.2", kPass, 1}}});
  const auto seen = read(kLastDay - 10);
  EXPECT_THAT(seen.since, ElementsAre(kLastDay - 400, kLastDay));
  EXPECT_EQ(seen.messages, 2U);
}

TEST_P(SightingsTest, SaysHowMuchHasNoAddress) {
  archived_->report({.rows = {{"", kPass, 3}, {"192.0.2.1", kPass, 1}}});
  const auto seen = read(kLastDay);
  EXPECT_THAT(texts(seen), ElementsAre("192.0.2.1 1 0 0"));
  EXPECT_EQ(seen.unaddressed, 3U);
}

TEST_P(SightingsTest, OfAnUnknownDomainThereAreNone) {
  const auto seen = read_sightings(*database_, "nobody.example", 0, kLastDay);
  ASSERT_TRUE(seen);
  EXPECT_TRUE(seen->rows.empty());
}

}  // namespace
}  // namespace rampart::reports
