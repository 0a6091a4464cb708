// What somebody who can send reports, and nothing else, makes of a verdict: nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/advise/format.h"
#include "reports/advise/made_test.h"

namespace rampart::reports::advice {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::uint64_t kMost = std::uint64_t{1} << 53U;  // messages of a row

// SendGrid's mail of the bank is not signed, and its SPF include says that it is the bank's.
MadeHistory broken_sender() {
  MadeHistory made;
  made.seen.addresses[made.sendgrid].authorised = true;
  made.seen.addresses[made.sendgrid].through = {"sendgrid.net"};
  made.add(made.own, MadeHistory::signed_mail(), 60, 1, 100);
  made.add(made.sendgrid, MadeHistory::unsigned_newsletter(), 60, 1, 20);
  made.reported(60);
  return made;
}
const GateResult& coverage_of(const Advice& advice) { return gate_of(advice, Gate::coverage); }

TEST(AdviseBelief, OneMailOfManyCleanMessagesMakesNobodyWell) {
  auto made = broken_sender();
  const auto evil = made.stranger("evil.example");
  made.add(made.sendgrid, MadeHistory::newsletter(), 1, 1, kMost, 1, evil);
  const auto advice = made.advice();
  EXPECT_EQ(advice.verdict, Verdict::not_ready);
  EXPECT_THAT(says(advice), ElementsAre(HasSubstr("SendGrid: 600 of 600 messages fail DMARC")));
  EXPECT_THAT(coverage_of(advice).evidence,
              Contains(HasSubstr("not gone by: 1 reporter that nobody vouches for (evil.example)")));
}

// Neither does one that counts: what others say is heard beside whatever it says.
TEST(AdviseBelief, WhoCountsDilutesNobody) {
  auto made = broken_sender();
  made.add(made.sendgrid, MadeHistory::newsletter(), 30, 1, kMost, 1, 2);
  auto advice = made.advice();
  EXPECT_EQ(advice.verdict, Verdict::not_ready);
  EXPECT_THAT(says(advice), Contains(HasSubstr("SendGrid: at google.com 600 of 600 messages fail DMARC")));
  // Several rows of the most that can be: the sum does not begin anew.
  for (int i = 0; i < 3'000; ++i) made.add(made.sendgrid, MadeHistory::newsletter(), 1, 1, kMost, 1, 2);
  advice = made.advice();
  EXPECT_EQ(advice.verdict, Verdict::not_ready);
  EXPECT_EQ(gate_of(advice, Gate::blast_radius).state, GateState::block)
      << "tried on nine tenths at most of one";
}

TEST(AdviseBelief, OneHasNineTenthsOfTheWeightAtMost) {
  const auto over = [](std::vector<Weight> told) { return too_many(told, 1, 100); };
  EXPECT_FALSE(over({}));
  EXPECT_FALSE(over({{.bad = 1, .messages = 100}}));
  EXPECT_TRUE(over({{.bad = 2, .messages = 100}}));
  EXPECT_FALSE(over({{.bad = 0, .messages = kMost}, {.bad = 10, .messages = 100}})) << "10 of 1,000";
  EXPECT_TRUE(over({{.bad = 0, .messages = kMost}, {.bad = 11, .messages = 100}}));
  EXPECT_FALSE(over({{.bad = 0, .messages = 500}, {.bad = 5, .messages = 100}})) << "five sixths are fewer";
  EXPECT_FALSE(over({{.bad = 0, .messages = 500}, {.bad = 0, .messages = 0}}));
}

TEST(AdviseBelief, SaidToBeForwarded) {
  auto made = broken_sender();
  const auto evil = made.stranger("evil.example", 60);
  const auto forwarded =
      outcome({}, "bounces.sendgrid.net", AuthResult::pass, {{.type = Override::forwarded, .comment = ""}});
  for (int i = 0; i < 4; ++i) made.add(made.sendgrid, forwarded, 60, 1, 20, 1, evil);
  EXPECT_EQ(made.advice().verdict, Verdict::not_ready);
  EXPECT_THAT(says(made.advice()), ElementsAre(HasSubstr("SendGrid: 600 of 600 messages fail DMARC")));
}

TEST(AdviseBelief, ThreeDomainsProveNothing) {
  MadeHistory made;
  made.daily.reporters.clear();
  made.listed.clear();
  for (const auto* name : {"a.example", "b.example", "c.example"}) {
    const auto place = made.stranger(name, 90);
    made.add(made.own, MadeHistory::signed_mail(), 90, 1, 100, 1, place);
  }
  const auto advice = made.advice();
  EXPECT_EQ(advice.verdict, Verdict::not_ready);
  EXPECT_EQ(advice.blockers.at(0).says, "no report that counts has come");
  EXPECT_THAT(advice.blockers.at(0).mend,
              HasSubstr(R"(reporters = ["a.example", "b.example", "c.example"])"));
  EXPECT_EQ(gate_of(advice, Gate::authentication).state, GateState::unknown);
}

// Whoever has only lesser-known reporters says whom he knows, and then they count.
TEST(AdviseBelief, TheLineToAddIsEnough) {
  MadeHistory made;
  made.reported(60);
  made.daily.reporters.clear();
  for (const auto* name : {"a.example", "b.example", "c.example"}) {
    const auto place = made.stranger(name, 60);
    made.add(made.own, MadeHistory::signed_mail(), 60, 1, 100, 1, place);
  }
  EXPECT_EQ(made.advice().verdict, Verdict::not_ready);
  made.listed = {"a.example", "b.example", "c.example"};
  EXPECT_EQ(made.advice().verdict, Verdict::proven);
}

TEST(AdviseBelief, NobodyBlocksWithAMail) {
  MadeHistory made;
  made.well(60);
  made.reported(60);
  const auto evil = made.stranger("evil.example");
  made.add(made.own, MadeHistory::forged(), 1, 1, 500, 1, evil);
  const auto unknown = made.address("198.51.100.7");
  made.add(unknown, MadeHistory::signed_mail(), 1, 1, 90, 1, evil);
  const auto advice = made.advice();
  EXPECT_EQ(advice.verdict, Verdict::proven);
  EXPECT_THAT(advice.blockers, IsEmpty());
  EXPECT_THAT(coverage_of(advice).evidence,
              Contains(HasSubstr(
                  "said only by evil.example, and not gone by: 500 messages of Your own servers that fail")));
  EXPECT_THAT(coverage_of(advice).evidence,
              Contains(HasSubstr("90 messages from 1 address of which nobody else speaks, 0 of which fail")));
  ASSERT_EQ(advice.aside.size(), 2U);
  EXPECT_EQ(advice.aside[0].source, "own");
  EXPECT_EQ(advice.aside[0].failing, 500U);
  EXPECT_THAT(advice.aside[0].reporters, ElementsAre("evil.example"));
  EXPECT_THAT(format_advice_json(advice), HasSubstr("\"ground\": \"none\""));
}

// What a reporter that counts tells blocks, however much the others see pass.
TEST(AdviseBelief, TheWorstThatCountsDecides) {
  MadeHistory made;
  made.well(60);
  made.reported(60);
  made.add(made.own, MadeHistory::forged(), 30, 1, 1, 1, 2);
  made.add(made.own, MadeHistory::signed_mail(), 30, 1, 10'000, 1, 1);
  const auto advice = made.advice();
  EXPECT_THAT(says(advice),
              ElementsAre(HasSubstr("Your own servers: at mx.isp.example 30 of 30 messages fail DMARC")));
}

// A burst on one day at one receiver is chance, as two messages are.
TEST(AdviseBelief, AReceiversBadDayIsNoCase) {
  MadeHistory made;
  made.well(60);
  made.reported(60);
  made.add(made.own, MadeHistory::signed_mail(), 30, 1, 10, 1, 2);
  made.add(made.own, MadeHistory::forged(), 9, 9, 5, 1, 2);
  EXPECT_EQ(made.advice().verdict, Verdict::ready);
}

TEST(AdviseBelief, TheNewestReportIsNotThePolicy) {
  MadeHistory made;
  made.well(60);
  made.reported(60);
  const auto evil = made.stranger("evil.example", 60);
  for (auto back = 60; back >= 1; --back)
    made.daily.policies.push_back({.day = kNow - back, .reporter = evil, .p = "reject"});
  std::ranges::sort(made.daily.policies, {},
                    [](const PolicySeen& one) { return std::pair(one.day, one.reporter); });
  EXPECT_EQ(made.advice().current.days, 60);
  EXPECT_EQ(made.advice().verdict, Verdict::proven);
  made.without_dns = true;
  EXPECT_EQ(made.advice().current.p(), dmarc::Policy::none);
}

TEST(AdviseBelief, AHistoryIsOneOfThreeAndNoMore) {
  MadeHistory made;
  made.well(90);
  made.reported(90);
  made.listed.clear();
  const auto small = made.stranger("small.example", 90);
  made.add(made.own, MadeHistory::signed_mail(), 90, 1, 5, 1, small);
  auto advice = made.advice();
  EXPECT_EQ(advice.verdict, Verdict::proven);
  EXPECT_THAT(coverage_of(advice).says, HasSubstr("3 reporters (1 of them by its history)"));
  // What it says is not gone by.
  made.add(made.own, MadeHistory::forged(), 30, 1, 50, 1, small);
  EXPECT_EQ(made.advice().verdict, Verdict::proven);
  // Two do not stand in for one that counts.
  made.daily.reporters.erase(made.daily.reporters.begin() + 1);
  for (auto& row : made.daily.rows) row.reporter = row.reporter == 0 ? 0 : row.reporter - 1;
  const auto another = made.stranger("another.example", 90);
  made.add(made.own, MadeHistory::signed_mail(), 90, 1, 5, 1, another);
  advice = made.advice();
  EXPECT_EQ(advice.verdict, Verdict::not_ready);
  EXPECT_THAT(says(advice), ElementsAre(HasSubstr("only 2 reporters that count; 3 are wanted")));
  EXPECT_THAT(advice.blockers[0].mend, HasSubstr("reporters = [\"another.example\", "));
  EXPECT_FALSE(advice.blockers[0].waits);
}

// --- Own servers ---

TEST(AdviseServers, AMonthlyServerIsNotHiddenByADailyOne) {
  MadeHistory made;
  made.well(360);
  made.reported(360);
  const auto rare = made.address("192.0.2.9", "billing.bank.example");
  made.add(rare, MadeHistory::forged(), 335, 35, 40, 30);
  auto advice = made.advice();
  EXPECT_EQ(advice.verdict, Verdict::not_ready);
  EXPECT_THAT(says(advice), ElementsAre(testing::AllOf(HasSubstr("192.0.2.9: 40 of 40 messages fail DMARC"),
                                                       HasSubstr("it sends about every 30 days"))));
  EXPECT_THAT(advice.headline, HasSubstr("192.0.2.9: 40 of 40 messages fail DMARC"));
  EXPECT_THAT(advice.sentence, HasSubstr("192.0.2.9 of Your own servers, last seen on"));
  EXPECT_THAT(step_of(advice, "p-quarantine").failing, ElementsAre("Your own servers"));
  // The last run went well, and is enough.
  made.add(rare, MadeHistory::signed_mail(), 5, 5, 40);
  EXPECT_EQ(made.advice().verdict, Verdict::proven);
}

// One message a month is a case when all of them fail, and two messages are told.
TEST(AdviseServers, FewMessagesAreLookedAtForAllDays) {
  MadeHistory made;
  made.well(360);
  made.reported(360);
  const auto rare = made.address("192.0.2.9", "cron.bank.example");
  made.add(rare, MadeHistory::forged(), 65, 35, 1, 30);
  const auto few = made.advice();
  EXPECT_EQ(few.verdict, Verdict::proven);
  EXPECT_THAT(gate_of(few, Gate::authentication).evidence,
              Contains(HasSubstr("192.0.2.9 of Your own servers: all of 2 of 2 messages fail DMARC")));
  made.add(rare, MadeHistory::forged(), 335, 95, 1, 30);
  EXPECT_THAT(says(made.advice()), ElementsAre(HasSubstr("192.0.2.9: 11 of 11 messages fail DMARC")));
}

TEST(AdviseServers, ALargeServerDoesNotDiluteASmallOne) {
  MadeHistory made;
  made.add(made.own, MadeHistory::signed_mail(), 60, 1, 10'000);
  made.add(made.forger, MadeHistory::forged(), 60, 1, 40);
  const auto small = made.address("192.0.2.9", "printer.bank.example");
  made.add(small, MadeHistory::forged(), 60, 1, 5);
  made.reported(60);
  const auto advice = made.advice();
  EXPECT_EQ(advice.verdict, Verdict::not_ready);
  EXPECT_THAT(says(advice), ElementsAre(HasSubstr(
                                "1 address fails by itself, however much the others send: 192.0.2.9: 150 of "
                                "150 messages fail DMARC")));
  EXPECT_THAT(advice.blockers[0].mend, HasSubstr("sign with DKIM as d=bank.example"));
  // Its owner says that it is switched off.
  made.marks = {
      {.subject = {.network = mail::Network{.address = *base::IpAddress::parse("192.0.2.9"), .length = 32}},
       .kind = SourceKind::spoofing}};
  EXPECT_EQ(made.advice().verdict, Verdict::proven);
}

// For reject a server that passes by SPF alone is one that is lost wherever it is forwarded.
TEST(AdviseServers, SpfAloneOfASmallServer) {
  MadeHistory made;
  made.dns("v=DMARC1; p=quarantine; rua=mailto:dmarc@bank.example");
  made.add(made.own, MadeHistory::signed_mail(), 60, 1, 10'000);
  const auto small = made.address("192.0.2.9", "forms.bank.example");
  made.add(small, outcome({}, "bank.example", AuthResult::pass), 60, 1, 5);
  made.reported(60, "quarantine");
  EXPECT_THAT(says(made.advice()),
              ElementsAre(HasSubstr("192.0.2.9: 150 of 150 messages pass by SPF alone")));
  EXPECT_EQ(made.advice(dmarc::Policy::quarantine).verdict, Verdict::proven);
}

TEST(AdviseServers, ReceiversFaultsAreSpreadOverThem) {
  MadeHistory made;
  made.well(60);
  made.reported(60);
  const auto second = made.address("192.0.2.9", "mx2.bank.example");
  made.add(second, MadeHistory::signed_mail(), 60, 1, 100);
  made.add(second, outcome({signature("bank.example", "s1", AuthResult::temperror)}, "", AuthResult::none),
           60, 1, 1);
  EXPECT_EQ(made.advice().verdict, Verdict::ready);
}

// --- What DNS did not say ---

TEST(AdviseUnanswered, ABureauWhoseNameWasNotLookedUpIsNoForger) {
  MadeHistory made;
  made.well(60);
  made.reported(60);
  const auto bureau = made.address("198.51.100.20");
  made.seen.addresses[bureau].authorised = false;
  made.add(bureau, outcome({}, "bureau.example", AuthResult::pass), 60, 1, 30);
  EXPECT_EQ(made.advice().verdict, Verdict::proven) << "it has no name: an answer";
  made.seen.addresses[bureau].unanswered = "20.100.51.198.in-addr.arpa PTR: timeout";
  const auto advice = made.advice();
  EXPECT_EQ(advice.verdict, Verdict::not_ready);
  EXPECT_THAT(says(advice),
              ElementsAre(HasSubstr("DNS did not say whose 198.51.100.20 is, so 1,800 messages")));
  EXPECT_THAT(advice.blockers[0].mend, HasSubstr("look again when DNS answers: rampart advise bank.example"));
  EXPECT_EQ(advice.look_again, kNow + 1);
  EXPECT_EQ(advice.blast.unclear, 900U);
  ASSERT_EQ(advice.unanswered.size(), 1U);
  EXPECT_EQ(advice.unanswered[0].address, "198.51.100.20");
  EXPECT_EQ(advice.unanswered[0].messages, 1800U);
  EXPECT_THAT(format_advice(advice),
              HasSubstr("198.51.100.20 (1,800 messages): 20.100.51.198.in-addr.arpa PTR: timeout"));
  EXPECT_THAT(format_advice_json(advice), HasSubstr("\"unanswered\": 1"));
  // Its owner knows.
  made.marks = {{.subject = {.network = mail::Network{.address = *base::IpAddress::parse("198.51.100.20"),
                                                      .length = 32}},
                 .kind = SourceKind::spoofing}};
  EXPECT_EQ(made.advice().verdict, Verdict::proven);
}

// Fewer messages than a source is waited for, from many places.
TEST(AdviseUnanswered, ManySmallOnesAreOneBlocker) {
  MadeHistory made;
  made.well(60);
  made.reported(60);
  for (int i = 0; i < 12; ++i) {
    const auto one = made.address("198.51." + std::to_string(i) + ".1");
    made.seen.addresses[one].authorised = false;
    made.seen.addresses[one].unanswered = "servfail";
    made.add(one, MadeHistory::forged(), 3, 3, 2);
  }
  EXPECT_THAT(says(made.advice()), ElementsAre(HasSubstr("DNS did not say whose 12 addresses are")));
}

TEST(AdviseUnanswered, WhatWasNotAskedIsNotKnown) {
  MadeHistory made;
  made.well(60);
  made.reported(60);
  made.without_dns = true;
  const auto advice = made.advice();
  EXPECT_EQ(advice.blast.forged, 0U);
  EXPECT_THAT(says(advice), Contains(HasSubstr("DNS did not say whose")));
}

// --- Coverage ---

TEST(AdviseCoverage, AReportOfAMonthIsOneDay) {
  MadeHistory made;
  made.well(31);
  made.reported(31);
  made.daily.spans = {{.reporter = 0, .first_day = kNow - 31, .last_day = kNow - 1}};
  const auto advice = made.advice();
  EXPECT_EQ(advice.verdict, Verdict::not_ready);
  EXPECT_THAT(coverage_of(advice).says, HasSubstr("1 of 30 days"));
  EXPECT_THAT(coverage_of(advice).evidence, Contains(HasSubstr("1 report of more than 2 days")));
  EXPECT_THAT(advice.blockers[0].mend, HasSubstr("reports of single days"));
  // The day of a receiver in another time zone is two of UTC.
  made.daily.spans.clear();
  for (auto back = 31; back >= 2; --back)
    made.daily.spans.push_back({.reporter = 0, .first_day = kNow - back, .last_day = kNow - back + 1});
  EXPECT_EQ(made.advice().verdict, Verdict::proven);
}

// --- Accepted ---

TEST(AdviseAccepted, IsSaidWhereItIsRead) {
  MadeHistory made;
  made.dns("v=DMARC1; p=quarantine; rua=mailto:dmarc@bank.example");
  made.well(60);
  const auto lists = made.address("198.51.100.40", "lists.club.example");
  made.add(lists,
           outcome({signature("bank.example", "s1", AuthResult::fail)}, "club.example", AuthResult::pass,
                   {{.type = Override::mailing_list, .comment = ""}}),
           60, 1, 2);
  made.reported(60, "quarantine");
  auto advice = made.advice({}, true);
  EXPECT_EQ(advice.verdict, Verdict::accepted);
  EXPECT_TRUE(advice.now);
  EXPECT_EQ(gate_of(advice, Gate::indirect).state, GateState::accepted);
  EXPECT_THAT(advice.headline, HasSubstr("accepted"));
  EXPECT_THAT(format_advice(advice), HasSubstr("accepted indirect"));
  EXPECT_THAT(format_advice_json(advice), HasSubstr("\"state\": \"accepted\""));
  std::vector<Placed> all;
  all.push_back({.organisation = "Bank", .advice = std::move(advice)});
  EXPECT_THAT(format_portfolio(all),
              HasSubstr("1 of 1 domain can take its next step today, 1 of them with an accepted risk."));
  EXPECT_THAT(format_portfolio({}), Not(HasSubstr("0 of 0")));
  // Where there is nothing to accept, nothing is.
  MadeHistory well;
  well.well(60);
  well.reported(60);
  EXPECT_EQ(well.advice({}, true).verdict, Verdict::proven);
  EXPECT_THAT(well.advice({}, true).notes, IsEmpty());
}

}  // namespace
}  // namespace rampart::reports::advice
