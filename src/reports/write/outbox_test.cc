#include "reports/write/outbox.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/write/delivery.h"
#include "reports/write/summary.h"
#include "store/store_test.h"

namespace rampart::reports {
namespace {

using net::Handed;
using net::Handing;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr base::Time kNow{std::chrono::seconds(1'764'200'000)};
constexpr std::int64_t kDay = 86'400;

QueuedReport report(std::string_view domain = "bank.example", std::int64_t day = 20'417) {
  QueuedReport out;
  out.cover = {.submitter = "mx.ministry.example",
               .organisation = "Ministry 'of' \"Tests\"",
               .email = "dmarc@ministry.example",
               .contact = "",
               .domain = std::string(domain),
               .report_id = fmt::format("{}{}", domain.substr(0, domain.find('.')), day),
               .begin = day * kDay,
               .end = day * kDay + kDay - 1,
               .messages = 7,
               .rows = 2};
  out.file = out.stored = fmt::format("{}.xml.gz", out.cover.report_id);
  out.digest = "00aa";
  out.bytes = 512;
  out.rua = {"mailto:dmarc@bank.example", "mailto:d@vendor.test!10m"};
  out.made = kNow;
  out.next_lookup = kNow;
  return out;
}

class OutboxTest : public store::OnBothDatabases {
 protected:
  void SetUp() override {
    OnBothDatabases::SetUp();
    if (IsSkipped()) return;
    database.emplace(open());
    outbox.emplace(opened());
  }
  Outbox opened(base::Time now = kNow) {
    auto out = Outbox::open(*database, now);
    EXPECT_TRUE(out) << out.error().message();
    return *out;
  }
  Outbox::Added added(const QueuedReport& one, bool replace = false) {
    const auto out = outbox->add(one, replace);
    EXPECT_TRUE(out) << out.error().message();
    return out.value_or(Outbox::Added::overlaps);
  }
  void settled(const QueuedReport& one, const std::vector<std::string>& to, bool later = false) {
    Recipients found{.to = to, .not_sent = {}};
    if (later) found.not_sent = {{.uri = "mailto:d@slow.test", .why = "a timeout", .later = true}};
    const auto done = outbox->settle(after_lookup(one, found, kNow, {}), to, kNow);
    EXPECT_TRUE(done) << done.error().message();
  }
  // "recipient state" of all that is not sent.
  std::vector<std::string> states() {
    std::vector<std::string> out;
    for (const auto& [one, mails] : *outbox->unfinished(kNow)) {
      for (const auto& mail : mails)
        out.push_back(fmt::format("{} {}", mail.recipient, to_string(mail.state)));
    }
    return out;
  }
  Delivered delivered(base::Time now, const std::function<Handing(const QueuedMail&)>& send) {
    Delivery delivery;
    delivery.send = send;
    delivery.clock = [now] { return now; };
    const auto out = deliver(*outbox, delivery);
    EXPECT_TRUE(out) << out.error().message();
    return out.value_or(Delivered());
  }

  std::optional<store::Database> database;
  std::optional<Outbox> outbox;
};
INSTANTIATE_TEST_SUITE_P(Databases, OutboxTest,
                         testing::Values(store::Backend::sqlite, store::Backend::postgresql),
                         store::backend_name);

TEST_P(OutboxTest, AReportIsKeptAsItWas) {
  const auto one = report();
  EXPECT_EQ(added(one), Outbox::Added::added);
  EXPECT_EQ(added(one), Outbox::Added::same);
  const auto read = outbox->find(one.cover.report_id);
  ASSERT_TRUE(read && *read);
  EXPECT_EQ((*read)->cover, one.cover);
  EXPECT_EQ((*read)->rua, one.rua);
  EXPECT_EQ((*read)->file, one.file);
  EXPECT_EQ((*read)->bytes, one.bytes);
  EXPECT_EQ((*read)->made, one.made);
  EXPECT_EQ((*read)->next_lookup, one.next_lookup);
  EXPECT_FALSE(*outbox->find("another"));
}

TEST_P(OutboxTest, OtherResultsReplaceOnlyWhenAskedTo) {
  auto one = report();
  added(one);
  settled(one, {"dmarc@bank.example"});
  one.digest = "00bb";
  EXPECT_EQ(added(one), Outbox::Added::differs);
  EXPECT_EQ((*outbox->find(one.cover.report_id))->digest, "00aa");
  EXPECT_EQ(added(one, true), Outbox::Added::replaced);
  EXPECT_EQ((*outbox->find(one.cover.report_id))->digest, "00bb");
  EXPECT_THAT(states(), IsEmpty());  // to be looked up again
  EXPECT_EQ(outbox->to_look_up(kNow)->size(), 1U);
}

TEST_P(OutboxTest, TwoReportsDoNotSpeakOfOnePeriod) {
  added(report());
  auto half = report();
  half.cover.report_id = "half";
  half.cover.end = half.cover.begin + kDay / 2 - 1;
  EXPECT_EQ(added(half), Outbox::Added::overlaps);
  auto other = report();
  other.cover.report_id = "another configuration of the day";
  EXPECT_EQ(added(other), Outbox::Added::added);
  EXPECT_EQ(added(report("bank.example", 20'418)), Outbox::Added::added);
  EXPECT_EQ(added(report("tax.example")), Outbox::Added::added);
}

TEST_P(OutboxTest, WhatIsUnknownIsLookedUpAgainAndNeverSent) {
  const auto one = report();
  added(one);
  settled(one, {"dmarc@bank.example"}, true);
  EXPECT_THAT(states(), ElementsAre("dmarc@bank.example ready"));
  EXPECT_THAT(*outbox->to_look_up(kNow), IsEmpty());
  EXPECT_THAT(*outbox->to_look_up(kNow + std::chrono::minutes(10)), IsEmpty());
  const auto again = *outbox->to_look_up(kNow + std::chrono::minutes(15));
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].lookups, 1U);
  EXPECT_TRUE(again[0].not_sent.at(0).later);
  // A clock that ran ahead when it was noted does not keep it for ever.
  EXPECT_EQ(outbox->to_look_up(kNow - std::chrono::hours(24))->size(), 1U);
  settled(again[0], {"dmarc@bank.example", "d@slow.test"});
  EXPECT_THAT(states(), ElementsAre("d@slow.test ready", "dmarc@bank.example ready"));
  EXPECT_THAT(*outbox->to_look_up(kNow + std::chrono::hours(24)), IsEmpty());
}

TEST_P(OutboxTest, EachMailIsSentOnce) {
  const auto one = report();
  added(one);
  settled(one, {"a@bank.example", "b@bank.example"});
  std::vector<std::string> sent;
  const auto send = [&](const QueuedMail& mail) {
    EXPECT_THAT(states(), testing::Contains(mail.recipient + " sending"));  // before its first byte leaves
    sent.push_back(mail.recipient);
    return Handing{Handed::accepted, {}};
  };
  EXPECT_EQ(delivered(kNow, send).sent, 2U);
  EXPECT_EQ(delivered(kNow + std::chrono::hours(9), send).sent, 0U);
  EXPECT_THAT(sent, ElementsAre("a@bank.example", "b@bank.example"));
  EXPECT_THAT(*outbox->unfinished(kNow), IsEmpty());
  settled(one, {"a@bank.example"});  // a second lookup queues nothing anew
  EXPECT_THAT(states(), IsEmpty());
}

TEST_P(OutboxTest, AnInterruptedOneHasPerhapsBeenSent) {
  const auto one = report();
  added(one);
  settled(one, {"a@bank.example"});
  auto mail = outbox->due(kNow)->at(0);
  mail.state = MailState::sending;
  ASSERT_TRUE(outbox->save(mail));
  outbox.emplace(opened());  // the next run
  EXPECT_THAT(states(), ElementsAre("a@bank.example unsure"));
  EXPECT_THAT(*outbox->due(kNow + std::chrono::hours(9)), IsEmpty());
  WriteSummary summary{.mails = *outbox->counts(), .pending = *outbox->unfinished(kNow)};
  EXPECT_TRUE(failed(summary));
  EXPECT_THAT(format_summary(summary), HasSubstr("unsure: the program ended while it was sent"));
  EXPECT_THAT(format_summary_json(summary), HasSubstr("\"schema\": \"rampart.reports-write/1\""));
  EXPECT_THAT(format_summary_json(summary), HasSubstr("\"unsure\": 1"));
  ASSERT_TRUE(outbox->send_unsure_again(kNow));
  EXPECT_EQ(outbox->due(kNow)->size(), 1U);
}

TEST_P(OutboxTest, ABadEndIsToldOnce) {
  const auto one = report();
  added(one);
  const Recipients found{.to = {},
                         .not_sent = {{.uri = "mailto:d@victim.test", .why = "no", .later = false}}};
  ASSERT_TRUE(outbox->settle(after_lookup(one, found, kNow, {}), {"a@bank.example"}, kNow));
  delivered(kNow, [](const QueuedMail&) { return Handing{Handed::refused, "550 no such user"}; });
  const WriteSummary now{.mails = *outbox->counts(), .pending = *outbox->unfinished(kNow)};
  ASSERT_EQ(now.pending.size(), 1U);
  EXPECT_TRUE(failed(now));
  EXPECT_FALSE(waits(now));
  EXPECT_THAT(format_summary(now), HasSubstr("a@bank.example: refused: 550 no such user"));
  EXPECT_THAT(format_summary(now), HasSubstr("mailto:d@victim.test: not sent: no"));
  const auto later = kNow + std::chrono::hours(24);
  const WriteSummary next{.mails = *outbox->counts(), .pending = *outbox->unfinished(later)};
  EXPECT_THAT(next.pending, IsEmpty());
  EXPECT_FALSE(failed(next));
  EXPECT_THAT(format_summary(next), HasSubstr("1 refused"));
}

TEST_P(OutboxTest, AServerThatIsDownEndsTheRun) {
  const auto one = report();
  added(one);
  settled(one, {"a@bank.example", "b@bank.example"});
  int tries = 0;
  const auto done = delivered(kNow, [&](const QueuedMail&) {
    ++tries;
    return Handing{Handed::down, "Connection refused"};
  });
  EXPECT_EQ(tries, 1);
  EXPECT_EQ(done.down, "Connection refused");
  EXPECT_THAT(states(), ElementsAre("a@bank.example ready", "b@bank.example ready"));
}

TEST(AfterTry, WhatAnAnswerMeans) {
  const DeliveryRules rules;
  const QueuedMail mail{.report = "r", .recipient = "a@bank.example", .attempts = 1, .made = kNow};
  const auto state = [&](const Handing& handing, base::Time now = kNow) {
    return after_try(mail, handing, now, rules).state;
  };
  EXPECT_EQ(state({Handed::accepted, {}}), MailState::sent);
  EXPECT_EQ(state({Handed::refused, "550 no such user"}), MailState::refused);
  EXPECT_EQ(state({Handed::later, "451 greylisted"}), MailState::ready);
  EXPECT_EQ(state({Handed::down, "Connection refused"}), MailState::ready);
  EXPECT_EQ(state({.how = Handed::down, .why = "timed out", .perhaps = true}), MailState::unsure);
  EXPECT_EQ(state({Handed::later, "451"}, kNow + std::chrono::hours(119)), MailState::ready);
  EXPECT_EQ(state({Handed::later, "451"}, kNow + std::chrono::hours(120)), MailState::given_up);
  EXPECT_EQ(after_try(mail, {Handed::later, "451 no"}, kNow + std::chrono::hours(120), rules).why,
            "after 5 days: 451 no");
  // Waits double, and end at four hours.
  auto next = mail;
  std::vector<std::int64_t> waits;
  for (next.attempts = 1; next.attempts < 9; ++next.attempts)
    waits.push_back((after_try(next, {Handed::later, "451"}, kNow, rules).next_try - kNow).count());
  EXPECT_TRUE(std::ranges::is_sorted(waits));
  EXPECT_LE(waits.front(), 900);
  EXPECT_GE(waits.front(), 675);
  EXPECT_LE(waits.back(), 4 * 3600);
}

TEST(AfterLookup, WhatStaysUnknownIsGivenUpByName) {
  const DeliveryRules rules;
  const Recipients found{.to = {},
                         .not_sent = {{.uri = "mailto:d@slow.test", .why = "a timeout", .later = true}}};
  const auto first = after_lookup(report(), found, kNow, rules);
  EXPECT_TRUE(first.next_lookup);
  EXPECT_TRUE(first.not_sent.at(0).later);
  const auto last = after_lookup(first, found, kNow + std::chrono::hours(120), rules);
  EXPECT_FALSE(last.next_lookup);
  EXPECT_FALSE(last.not_sent.at(0).later);
  EXPECT_EQ(last.not_sent.at(0).why, "given up after 5 days: a timeout");
}

}  // namespace
}  // namespace rampart::reports
