#include "reports/mailbox/fetcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mail/mime.h"
#include "reports/limits.h"
#include "store/store_test.h"

namespace rampart::reports {
namespace {

using base::Result;
using net::imap::Listed;
using store::Backend;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr base::Time kNow{std::chrono::seconds(1'795'000'000)};

std::string report_mail(std::string_view id) {
  return fmt::format(
      "From: r@mx.example\r\nContent-Type: text/xml; "
      "name=\"r.xml\"\r\n\r\n<feedback><report_metadata><org_name>o</org_name>"
      "<report_id>{}</report_id><date_range><begin>1764028800</begin><end>1764115199</end></date_range></"
      "report_metadata>"
      "<policy_published><domain>bank.example</domain></policy_published><record><row><source_ip>10.0.0.1</"
      "source_ip>"
      "<count>2</count></row><identifiers><header_from>bank.example</header_from></identifiers></record></"
      "feedback>\r\n",
      id);
}

// A mailbox in memory, which breaks down where it is told to.
class TestInbox final : public Inbox {
 public:
  [[nodiscard]] const std::string& place() const override { return place_; }
  Result<std::uint32_t> look() override { return validity; }
  Result<std::vector<Listed>> list() override {
    std::vector<Listed> out;
    out.reserve(mails.size());
    for (const auto& [uid, mail] : mails)
      out.push_back({.uid = uid, .size = sizes.contains(uid) ? sizes[uid] : mail.size(), .received = kNow});
    return out;
  }
  Result<std::optional<std::string>> fetch(std::uint32_t uid) override {
    if (uid == gone) return std::optional<std::string>();
    if (uid == larger) return base::fail(base::ErrorKind::input, "the message is larger than it should be");
    if (uid == breaks_at) return base::fail(base::ErrorKind::unavailable, "the connection broke");
    return std::optional(mails.at(uid));
  }
  Result<> put_away(const std::vector<std::uint32_t>& uids, Away where) override {
    if (breaks_when_putting && !uids.empty())
      return base::fail(base::ErrorKind::unavailable, "the connection broke");
    for (const auto uid : uids) {
      if (on_put_away) on_put_away();
      away[where].push_back(uid);
      mails.erase(uid);
    }
    return {};
  }

  std::map<std::uint32_t, std::string> mails;
  std::map<std::uint32_t, std::uint64_t> sizes;
  std::map<Away, std::vector<std::uint32_t>> away;
  std::uint32_t validity = 5;
  std::uint32_t gone = 0;
  std::uint32_t larger = 0;
  std::uint32_t breaks_at = 0;
  bool breaks_when_putting = false;
  std::function<void()> on_put_away;

 private:
  std::string place_ = "imap://r@mail.example/INBOX";
};

class FetcherTest : public store::OnBothDatabases {
 protected:
  void SetUp() override {
    OnBothDatabases::SetUp();
    if (IsSkipped()) return;
    database_.emplace(open());
    archive_.emplace(*Archive::open(*database_));
    waiting_.emplace(*WaitingMails::open(*database_, inbox_.place()));
    worker_.emplace(*base::Worker::start(&mail::unpack_mime, {}));
    fetcher_.emplace(judge_, *waiting_);
  }
  Result<FetchTurn> try_turn(base::Time now = kNow) {
    Importer importer(*archive_, *worker_, judge_, now);
    auto out = fetcher_->turn(inbox_, importer, now);
    summary_ = importer.summary();
    return out;
  }
  FetchTurn turn(base::Time now = kNow) {
    const auto out = try_turn(now);
    EXPECT_TRUE(out) << (out ? "" : out.error().message());
    return out.value_or(FetchTurn());
  }
  int count(const std::string& table) {
    int out = 0;
    EXPECT_TRUE(
        database_->run([&](soci::session& sql) { sql << "SELECT COUNT(*) FROM " + table, soci::into(out); }));
    return out;
  }

  TestInbox inbox_;
  Belief belief_{.trust = Trust::verified, .reporter = "mx.example"};
  OriginJudge judge_{[this](const dns::Name&, const auto&) -> Result<Belief> { return belief_; }, {}, kNow};
  std::optional<store::Database> database_;
  std::optional<Archive> archive_;
  std::optional<WaitingMails> waiting_;
  std::optional<base::Worker> worker_;
  std::optional<Fetcher> fetcher_;
  ImportSummary summary_;
};

TEST_P(FetcherTest, RowsAreCommittedBeforeAMailIsPutAway) {
  inbox_.mails = {{1, report_mail("a")}, {2, "Subject: spam\r\n\r\nhello\r\n"}, {7, report_mail("b")}};
  inbox_.on_put_away = [this] { EXPECT_EQ(count("report"), 2); };
  const auto done = turn();
  EXPECT_EQ(done.messages, 3U);
  EXPECT_EQ(done.put_away, 3U);
  EXPECT_THAT(inbox_.away[Inbox::Away::read], ElementsAre(1, 7));
  EXPECT_THAT(inbox_.away[Inbox::Away::aside], ElementsAre(2));
  EXPECT_EQ(summary_.beliefs->verified, 2U);
  ASSERT_EQ(summary_.set_aside.size(), 1U);
  EXPECT_EQ(summary_.set_aside[0].origin, "imap://r@mail.example/INBOX;UIDVALIDITY=5/;UID=2");
}

TEST_P(FetcherTest, WhatBreaksInTheMiddleIsDoneAgainAndCountsOnce) {
  inbox_.mails = {{1, report_mail("a")}, {2, report_mail("b")}};
  inbox_.breaks_when_putting = true;
  EXPECT_FALSE(try_turn());
  EXPECT_EQ(count("report"), 2) << "committed";
  EXPECT_EQ(inbox_.mails.size(), 2U) << "and still there";
  inbox_.breaks_when_putting = false;
  inbox_.breaks_at = 2;
  EXPECT_FALSE(try_turn());
  EXPECT_EQ(inbox_.mails.size(), 2U);
  inbox_.breaks_at = 0;
  inbox_.validity = 6;
  EXPECT_EQ(turn().put_away, 2U);
  EXPECT_EQ(summary_.duplicates, 2U);
  EXPECT_EQ(count("report"), 2);
  EXPECT_THAT(inbox_.mails, IsEmpty());
}

TEST_P(FetcherTest, LargeMailsStayAndAreToldOnce) {
  inbox_.mails = {{1, "x"}, {2, report_mail("a")}, {3, report_mail("b")}, {4, report_mail("c")}};
  inbox_.sizes[1] = net::imap::kMaxMessage + 1;
  inbox_.larger = 3;
  inbox_.gone = 4;
  const auto done = turn();
  EXPECT_EQ(done.too_large, 2U);
  EXPECT_EQ(done.put_away, 1U);
  EXPECT_EQ(summary_.aside, 2U);
  EXPECT_EQ(turn().too_large, 2U);
  EXPECT_EQ(summary_.aside, 0U);
  EXPECT_TRUE(inbox_.mails.contains(1) && inbox_.mails.contains(3));
}

TEST_P(FetcherTest, WhatDnsDoesNotTellStaysUntilItDoes) {
  inbox_.mails = {{1, report_mail("a")}, {2, "Subject: spam\r\n\r\nhello\r\n"}};
  belief_ = {.undetermined = true, .why = "no resolver answers"};
  auto done = turn();
  EXPECT_EQ(done.waiting, 1U);
  EXPECT_EQ(done.next, kNow + kFirstWait);
  EXPECT_EQ(count("report"), 1) << "shown meanwhile";
  EXPECT_EQ(turn(kNow + std::chrono::seconds(30)).messages, 0U);
  done = turn(kNow + kFirstWait);
  EXPECT_EQ(done.messages, 1U);
  EXPECT_EQ(done.next, kNow + 3 * kFirstWait);
  belief_ = {.trust = Trust::verified, .reporter = "mx.example"};
  done = turn(kNow + std::chrono::hours(1));
  EXPECT_EQ(done.put_away, 1U);
  EXPECT_EQ(count("report_mail_waiting"), 0);
  EXPECT_EQ(count("report WHERE trust = 'verified'"), 1);
}

// Mails whose senders' name servers do not answer hold up nothing that is new, and no turn for hours.
TEST_P(FetcherTest, NewMailsDoNotWaitForOldOnes) {
  belief_ = {.undetermined = true, .why = "no resolver answers"};
  inbox_.mails = {{1, report_mail("a")}, {2, report_mail("b")}, {3, report_mail("c")}};
  turn();
  inbox_.mails.emplace(9, "Subject: spam\r\n\r\nhello\r\n");
  std::chrono::steady_clock::time_point clock;
  int looks = 0;
  fetcher_->measure_with([&] {
    if (looks++ == 0) EXPECT_FALSE(inbox_.mails.contains(9)) << "what is new is put away before";
    return clock += std::chrono::seconds(kRetryTime) / 2;
  });
  const auto later = kNow + kLongestWait;
  const auto done = turn(later);
  EXPECT_EQ(done.messages, 2U) << "the new one, and one again";
  EXPECT_EQ(done.waiting, 3U);
  EXPECT_EQ(done.next, later) << "the others come next";
}

TEST_P(FetcherTest, NobodyWaitsForEver) {
  inbox_.mails = {{1, report_mail("a")}};
  belief_ = {.undetermined = true, .why = "no resolver answers"};
  turn();
  const auto done = turn(kNow + kPatience);
  EXPECT_EQ(done.given_up, 1U);
  EXPECT_EQ(done.put_away, 1U);
  ASSERT_EQ(summary_.set_aside.size(), 1U);
  EXPECT_THAT(summary_.set_aside[0].reason, HasSubstr("stay unverified"));
  EXPECT_EQ(count("report_mail_waiting"), 0);
  EXPECT_EQ(count("report WHERE trust = 'unverified'"), 1);
}

TEST_P(FetcherTest, WaitingMailsAreForgottenWithTheirMailbox) {
  inbox_.mails = {{1, report_mail("a")}, {2, report_mail("b")}};
  belief_ = {.undetermined = true, .why = "no"};
  turn();
  EXPECT_EQ(count("report_mail_waiting"), 2);
  inbox_.mails.erase(2);  // by somebody else
  turn();
  EXPECT_EQ(count("report_mail_waiting"), 1);
  inbox_.validity = 9;  // UIDs mean other mails now
  EXPECT_EQ(turn().messages, 1U);
  EXPECT_EQ(count("report_mail_waiting"), 1);
  EXPECT_EQ(count("report_mail_waiting WHERE validity = 9"), 1);
}

TEST_P(FetcherTest, StopsBetweenMailsWithWhatWasReadCommitted) {
  inbox_.mails = {{1, report_mail("a")}, {2, report_mail("b")}};
  int left = 1;
  fetcher_->stop_when([&] { return left-- == 0; });
  EXPECT_EQ(turn().put_away, 1U);
  EXPECT_EQ(count("report"), 1);
}

INSTANTIATE_TEST_SUITE_P(Mailbox, FetcherTest, testing::Values(Backend::sqlite, Backend::postgresql),
                         store::backend_name);

TEST(FetchPlan, IsInOrderAndHeedsTimes) {
  const std::vector<Listed> listed{{.uid = 1, .size = 10},
                                   {.uid = 2, .size = net::imap::kMaxMessage + 1},
                                   {.uid = 3, .size = 10},
                                   {.uid = 4}};
  const auto plan =
      plan_fetch(listed, {{1, {.next = kNow}}, {3, {.next = kNow + std::chrono::seconds(1)}}}, kNow);
  ASSERT_EQ(plan.read.size(), 1U);
  EXPECT_EQ(plan.read[0].uid, 4U);
  ASSERT_EQ(plan.again.size(), 1U) << "behind what is new";
  EXPECT_EQ(plan.again[0].uid, 1U);
  EXPECT_EQ(plan.too_large.size(), 1U);
  EXPECT_EQ(plan.waiting, 1U);
  EXPECT_EQ(plan.next, kNow + std::chrono::seconds(1));
}

TEST(Waiting, GrowsToAnHour) {
  Waiting waiting;
  for (int i = 0; i < 50; ++i) waiting = wait_longer(waiting, "no", kNow);
  EXPECT_EQ(waiting.tries, 50U);
  EXPECT_EQ(waiting.since, kNow);
  EXPECT_EQ(waiting.next, kNow + kLongestWait);
  EXPECT_FALSE(is_over(waiting, kNow + kPatience - std::chrono::seconds(1)));
  EXPECT_TRUE(is_over(waiting, kNow + kPatience));
}

}  // namespace
}  // namespace rampart::reports
