#include "reports/archive/seen_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/archive/archived_test.h"
#include "store/store_test.h"

namespace rampart::reports {
namespace {

using store::Backend;
using testing::ElementsAre;
using testing::IsEmpty;

Outcome from(std::string sender, std::string selector, AuthResult result, Aligned aligned = Aligned::pass) {
  return {.dkim = aligned,
          .header_from = std::move(sender),
          .dkim_seen = {{.domain = "bank.example", .selector = std::move(selector), .result = result}}};
}

class SeenNamesTest : public store::OnBothDatabases {
 protected:
  void SetUp() override {
    OnBothDatabases::SetUp();
    if (IsSkipped()) return;
    database_.emplace(open());
    archived_.emplace(*database_);
  }
  SeenNames read(std::int64_t days = 90) {
    auto out = read_seen_names(*database_, *dns::Name::parse("bank.example"), kLastDay - days);
    EXPECT_TRUE(out) << (out ? "" : out.error().message());
    return out.value_or(SeenNames());
  }
  static std::vector<std::string> keys(const SeenNames& seen) {
    std::vector<std::string> out;
    out.reserve(seen.keys.size());
    for (const auto& key : seen.keys) out.push_back(key.selector + " " + key.domain.text());
    return out;
  }
  static std::vector<std::string> texts(const std::vector<dns::Name>& names) {
    std::vector<std::string> out;
    out.reserve(names.size());
    for (const auto& name : names) out.push_back(name.text());
    return out;
  }

  std::optional<store::Database> database_;
  std::optional<Archived> archived_;
};
INSTANTIATE_TEST_SUITE_P(SeenNames, SeenNamesTest, ::testing::Values(Backend::sqlite, Backend::postgresql),
                         store::backend_name);

TEST_P(SeenNamesTest, AreThoseOfMailThatPassed) {
  archived_->report(
      {.rows = {{"192.0.2.1", from("bank.example", "S1", AuthResult::pass), 5},
                {"192.0.2.1", from("news.bank.example", "rare", AuthResult::pass), 1},
                {"192.0.2.2", from("bank.example", "forged", AuthResult::fail, Aligned::fail), 99},
                {"192.0.2.2", from("ceo.bank.example", "x", AuthResult::fail, Aligned::fail), 99},
                {"192.0.2.3", from("other.example", "s9", AuthResult::pass), 1}}});
  const auto seen = read();
  EXPECT_THAT(keys(seen), ElementsAre("s1 bank.example", "rare bank.example", "s9 bank.example"));
  EXPECT_THAT(texts(seen.senders), ElementsAre("news.bank.example"));
  EXPECT_THAT(seen.envelopes, IsEmpty());
}

// Twenty made-up selectors of somebody with a domain would push out those in use.
TEST_P(SeenNamesTest, AreNotOfWhoIsNotHeeded) {
  archived_->report({.rows = {{"192.0.2.1", from("bank.example", "made", AuthResult::pass), 99}},
                     .reporter = "evil.example"});
  const auto read_of = [&](std::string name) {
    return *read_seen_names(*database_, *dns::Name::parse("bank.example"), 0,
                            [&](const StoredReporter& reporter) { return reporter.name == name; });
  };
  EXPECT_THAT(keys(read_of("google.com")), IsEmpty());
  EXPECT_THAT(keys(read_of("evil.example")), ElementsAre("made bank.example"));
}

TEST_P(SeenNamesTest, HoldTheNamesThatBouncesGoTo) {
  Outcome bounced{.dkim = Aligned::fail,
                  .spf = Aligned::pass,
                  .header_from = "bank.example",
                  .spf_seen = {{.domain = "bounce.bank.example", .result = AuthResult::pass},
                               {.domain = "mx.bank.example", .helo = true, .result = AuthResult::pass},
                               {.domain = "no name\n", .result = AuthResult::pass},
                               {.domain = "esp.example", .result = AuthResult::pass}}};
  archived_->report({.rows = {{"192.0.2.1", bounced, 5}}});
  EXPECT_THAT(texts(read().envelopes), ElementsAre("bounce.bank.example"));
}

TEST_P(SeenNamesTest, AreNotOfReportsThatDoNotCountNorOfOldOnes) {
  archived_->report(
      {.rows = {{"192.0.2.1", from("bank.example", "s1", AuthResult::pass), 5}}, .trust = Trust::unverified});
  archived_->report(
      {.day = kLastDay - 200, .rows = {{"192.0.2.1", from("bank.example", "old", AuthResult::pass), 5}}});
  EXPECT_THAT(keys(read()), IsEmpty());
  EXPECT_THAT(keys(read(300)), ElementsAre("old bank.example"));
}

}  // namespace
}  // namespace rampart::reports
