#include "reports/advise/advise.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/advise/format.h"
#include "reports/advise/made_test.h"

namespace rampart::reports::advice {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Advise, APaydayThatWentWellIsEnough) {
  MadeHistory made;
  made.well(120);
  const auto bureau = made.included("198.51.100.20", "spf.payroll.example");
  made.add(bureau, outcome({}, "mail.payroll.example", AuthResult::pass), 93, 63, 120, 30);
  made.add(bureau, outcome({signature("bank.example", "pay")}, "mail.payroll.example", AuthResult::pass), 33,
           33, 120);
  made.reported(120);
  EXPECT_EQ(made.advice().verdict, Verdict::proven);
}

TEST(Advise, AYearlyNoticeIsRemembered) {
  MadeHistory made;
  made.well(60);
  const auto tax = made.included("198.51.100.21", "spf.tax.example");
  made.add(tax, outcome({}, "tax.example", AuthResult::pass), 365, 362, 500);
  made.reported(60);
  const auto advice = made.advice();
  EXPECT_EQ(advice.verdict, Verdict::not_ready);
  EXPECT_THAT(says(advice), ElementsAre(HasSubstr("tax.example: 2,000 of 2,000 messages fail DMARC")));
  EXPECT_THAT(advice.sentence, HasSubstr("tax.example, last seen on"));
}

TEST(Advise, OneInAHundredIsReceiversOwn) {
  MadeHistory made;
  made.well(60);
  made.add(made.own, outcome({signature("bank.example", "s1", AuthResult::temperror)}, "", AuthResult::none),
           60, 1, 1);
  made.reported(60);
  const auto advice = made.advice();
  EXPECT_EQ(advice.verdict, Verdict::ready) << "and not proven: 30 of 3,030 would have been stopped";
  EXPECT_EQ(advice.blast.real, 30U);
  EXPECT_THAT(advice.sentence,
              HasSubstr("30 real messages in 30 days (about 7 a week), all from Your own servers"));
  made.dns("v=DMARC1; p=quarantine; rua=mailto:dmarc@bank.example");
  made.reported(60, "quarantine");
  EXPECT_EQ(made.advice().verdict, Verdict::not_ready) << "for reject that is too much";
  EXPECT_EQ(gate_of(made.advice(), Gate::blast_radius).state, GateState::block);
}

TEST(Advise, ReportsThatStopped) {
  MadeHistory made;
  made.well(60, 10);
  made.reported(60);
  EXPECT_THAT(says(made.advice()), testing::Contains(HasSubstr("no report speaks of a day after")));
}

TEST(Advise, OneReporterAloneDoesNotDecide) {
  MadeHistory made;
  made.well(60);
  made.reported(60);
  made.daily.reporters.resize(1);
  EXPECT_THAT(says(made.advice()), ElementsAre(HasSubstr("only 1 reporter")));
}

TEST(Advise, TwoDaysAMonthApartAreNoMonth) {
  MadeHistory made;
  made.well(31, 31);
  made.well(1, 1);
  made.reported(31);
  const auto advice = made.advice();
  EXPECT_THAT(says(advice), ElementsAre(HasSubstr("speak of 1 of the last 30 days, and 15 are wanted")));
  EXPECT_EQ(advice.look_again, kNow + 14);
}

TEST(Advise, AddressesThatMayNotTakeReports) {
  MadeHistory made;
  made.well(60);
  made.reported(60);
  made.seen.dns.destinations[0].authorisation = dmarc::Destination::Authorisation::unauthorised;
  EXPECT_THAT(says(made.advice()), ElementsAre(HasSubstr("has not agreed to take the reports")));
  made.seen.dns.destinations.clear();
  EXPECT_THAT(says(made.advice()), ElementsAre(HasSubstr("asks for no reports")));
}

TEST(Advise, ANewSenderIsWaitedFor) {
  MadeHistory made;
  made.well(60);
  const auto fresh = made.address("149.72.1.1", "o2.ptr2.sendgrid.net");
  const auto other = made.included("198.51.100.22", "spf.shop.example");
  made.add(fresh, MadeHistory::newsletter(), 5, 1, 20);
  made.add(other, outcome({signature("bank.example", "shop")}, "shop.example", AuthResult::pass), 5, 1, 20);
  made.reported(60);
  const auto advice = made.advice();
  EXPECT_THAT(says(advice), ElementsAre(HasSubstr("shop.example is new: first seen on")));
  EXPECT_EQ(advice.look_again, kNow - 5 + kNewSourceDays);
  made.marks = {{.subject = {.id = "service:shop.example"}, .kind = SourceKind::service}};
  EXPECT_EQ(made.advice().verdict, Verdict::proven) << "its owner knows it";
}

TEST(Advise, ATestIsWatchedForTwoWeeks) {
  MadeHistory made;
  made.dns("v=DMARC1; p=quarantine; sp=quarantine; pct=0; t=y; rua=mailto:dmarc@bank.example");
  made.well(60);
  made.reported(5, "quarantine", true);
  auto advice = made.advice();
  EXPECT_THAT(says(advice), ElementsAre(HasSubstr("p=quarantine in test has been seen for 5 of 14 days")));
  EXPECT_EQ(advice.look_again, kNow + 9);
  made.reported(14, "quarantine", true);
  for (auto& reporter : made.daily.reporters) reporter.first_day = kNow - 60;
  advice = made.advice();
  EXPECT_EQ(advice.verdict, Verdict::proven);
  EXPECT_EQ(advice.next->record, "v=DMARC1; p=quarantine; sp=quarantine; rua=mailto:dmarc@bank.example");
}

TEST(Advise, SubdomainsHoldBackSpAlone) {
  MadeHistory made;
  made.well(60);
  auto broken = MadeHistory::unsigned_newsletter();
  broken.header_from = "news.bank.example";
  made.add(made.sendgrid, broken, 60, 1, 10);
  made.reported(60);
  const auto advice = made.advice();
  EXPECT_EQ(gate_of(advice, Gate::subdomains).state, GateState::block);
  EXPECT_THAT(advice.blockers, IsEmpty());
  EXPECT_TRUE(advice.now);
  EXPECT_THAT(advice.next->record, HasSubstr("p=quarantine; sp=none;"));
  EXPECT_EQ(advice.blast.real, 0U) << "sp stays, so nothing below is stopped";
  EXPECT_THAT(advice.headline, testing::EndsWith("; names below it stay as they are (sp)"));
  EXPECT_THAT(format_advice(advice, {}), HasSubstr("HOLDS sp subdomains"));
  EXPECT_THAT(step_of(advice, "sp-quarantine").failing, ElementsAre("SendGrid"));
  EXPECT_TRUE(step_of(advice, "advised-policy").covered);
  // np: nobody knows whether the name exists, then it does not, then it does.
  EXPECT_FALSE(step_of(advice, "np-reject").known);
  made.seen.dns.names = {{"news.bank.example", Known::no}};
  EXPECT_THAT(step_of(made.advice(), "np-reject").failing, ElementsAre("SendGrid as news.bank.example"));
  EXPECT_FALSE(step_of(made.advice(), "np-reject").covered);
  made.seen.dns.names = {{"news.bank.example", Known::yes}};
  EXPECT_TRUE(step_of(made.advice(), "np-reject").failing.empty());
  EXPECT_FALSE(step_of(made.advice(), "np-reject").covered)
      << "a test begins, which would take it down again";
  made.reported(29);
  EXPECT_FALSE(made.advice().now);
  EXPECT_TRUE(step_of(made.advice(), "np-reject").covered);
}

TEST(Advise, HardFailAtTheTop) {
  MadeHistory made;
  made.dns("v=DMARC1; p=reject; sp=reject; np=reject; rua=mailto:dmarc@bank.example");
  made.well(60);
  made.reported(60, "reject");
  EXPECT_EQ(made.advice().verdict, Verdict::done);
  EXPECT_TRUE(step_of(made.advice(), "spf-hard-fail").covered);
  made.add(made.own, outcome({signature("bank.example", "s1")}, "bank.example", AuthResult::softfail), 60, 1,
           1);
  EXPECT_THAT(step_of(made.advice(), "spf-hard-fail").failing, ElementsAre("Your own servers"));
  EXPECT_FALSE(step_of(made.advice(), "spf-hard-fail").covered);
}

TEST(Advise, NothingIsCoveredWhileSomethingIsInTheWay) {
  MadeHistory made;
  made.well(3);
  made.reported(3);
  for (const auto& forecast : made.advice().forecasts) {
    EXPECT_FALSE(forecast.covered) << forecast.step;
    EXPECT_FALSE(forecast.known) << forecast.step;
    EXPECT_THAT(forecast.why, HasSubstr("3 of 30 days"));
  }
}

TEST(Advise, WhatIsTriedIsNotWhatIsCovered) {
  MadeHistory made;
  made.well(60);
  made.reported(60);
  const auto tried = made.advice(dmarc::Policy::reject);
  EXPECT_EQ(tried.verdict, Verdict::proven);
  EXPECT_FALSE(step_of(tried, "advised-policy").covered);
  EXPECT_EQ(made.advice(dmarc::Policy::none).blast.forged, 0U);
}

TEST(Advise, WithoutDnsNobodyIsTakenForAForger) {
  MadeHistory made;
  made.add(made.forger, outcome({}, "", AuthResult::none), 60, 1, 40);
  made.seen.addresses[made.forger] = {};
  made.reported(60);
  made.without_dns = true;
  const auto advice = made.advice();
  EXPECT_EQ(advice.blast.forged, 0U);
  EXPECT_EQ(advice.blast.unclear, 1200U);
  EXPECT_EQ(gate_of(advice, Gate::inventory).state, GateState::block);
  EXPECT_EQ(gate_of(advice, Gate::authentication).state, GateState::unknown) << "nobody's mail was looked at";
}

TEST(Advise, ARecordAbove) {
  MadeHistory made;
  made.well(60);
  made.reported(60);
  made.seen.dns.policy = Dns::Policy::inherited;
  made.seen.dns.holder = "example";
  const auto advice = made.advice();
  EXPECT_FALSE(advice.next);
  EXPECT_THAT(says(advice), ElementsAre("the record of example decides here"));
}

TEST(Advise, ThePortfolioBeginsWithWhatCanBeDone) {
  const auto placed = [](std::string organisation, std::string domain, Verdict verdict,
                         std::uint64_t forged = 0) {
    Placed out{.organisation = std::move(organisation)};
    out.advice.domain = std::move(domain);
    out.advice.verdict = verdict;
    out.advice.blast.forged = forged;
    return out;
  };
  std::vector<Placed> all;
  all.push_back(placed("Bank", "late.example", Verdict::not_ready));
  all.push_back(placed("Bank", "done.example", Verdict::done));
  all.push_back(placed("Tax", "few.example", Verdict::proven, 3));
  all.push_back(placed("Bank", "many.example", Verdict::proven, 30));
  all.push_back(placed("Tax", "stay.example", Verdict::stay));
  order(all);
  std::vector<std::string> domains;
  domains.reserve(all.size());
  for (const auto& one : all) domains.push_back(one.advice.domain);
  EXPECT_THAT(domains,
              ElementsAre("many.example", "late.example", "done.example", "few.example", "stay.example"));
}

TEST(Advise, StrangersTextsAreHarmless) {
  MadeHistory made;
  auto bad = outcome({signature("\x1b[31m.example", "\xff")}, "\n", AuthResult::pass);
  bad.header_from = "\x1b[2J<script>.bank.example";
  made.add(made.own, bad, 60, 1, 1);
  made.reported(60);
  made.daily.reporters[0].name = "\x1b[31mred<script>";
  const auto text = format_advice(made.advice());
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(format_advice_json(made.advice()).find('\x1b'), std::string::npos);
}

// As `reports sources` has it: by the day on which mail came, however the days of a run lie.
TEST(Advise, ATrendIsThatOfTheDays) {
  MadeHistory made;
  made.well(80);
  const auto bureau = made.included("198.51.100.20", "spf.payroll.example");
  made.add(bureau, outcome({signature("bank.example", "pay")}, "mail.payroll.example", AuthResult::pass), 65,
           5, 120, 30);
  made.reported(80);
  const auto advice = made.advice();
  const auto found = std::ranges::find(advice.streams, "service:payroll.example",
                                       [](const Stream& stream) { return stream.source.id; });
  ASSERT_NE(found, advice.streams.end());
  EXPECT_EQ(found->source.trend, Trend::rising);
}

TEST(Advise, TooFewDaysAreSaidWhereNobodyReadsOn) {
  MadeHistory made;
  made.well(1);
  made.reported(1);
  EXPECT_EQ(
      made.advice().sentence,
      "Enforcing p=quarantine today would have stopped 40 forged messages and no real messages in 1 day. "
      "That is too little to go by: 1 of 30 days of reports.");
}

TEST(Advise, ARehearsalIsToldFromTheNextStep) {
  MadeHistory made;
  made.well(60);
  made.reported(60);
  auto ahead = made.advice(dmarc::Policy::reject);
  EXPECT_TRUE(ahead.now);
  EXPECT_THAT(ahead.notes,
              ElementsAre("p=reject was tried because you asked for it; the next step is p=quarantine "
                          "in test all the same, one at a time"));
  EXPECT_THAT(format_advice(ahead, {}), HasSubstr("The next record, now\n"));
  auto behind = made.advice(dmarc::Policy::none);
  EXPECT_FALSE(behind.now);
  EXPECT_THAT(
      behind.notes,
      ElementsAre("p=none was tried because you asked for it; the next step is p=quarantine in test, of "
                  "which nothing is said here: rampart advise bank.example"));
  EXPECT_THAT(format_advice(behind, {}), HasSubstr("The next record, which was not tried\n"));
  EXPECT_THAT(made.advice().notes, IsEmpty());
}

TEST(Advise, WhatMayBePublishedSaysHow) {
  MadeHistory made;
  made.well(60);
  made.reported(60);
  EXPECT_THAT(format_advice(made.advice(), {}), HasSubstr("publish it: rampart fix apply bank.example\n"));
  made.without_dns = true;  // the record is not known, but for what reports repeat of it
  EXPECT_THAT(format_advice(made.advice(), {}), testing::Not(HasSubstr("publish it")));
}

// The server of a mother house signs for its daughter: not to be asked to sign.
TEST(Advise, WhoSignsAndIsNotKnownHasOnlyToBeNamed) {
  MadeHistory made;
  made.well(60);
  const auto mother = made.address("198.51.100.25", "mx1.mother.example");
  made.add(mother, outcome({signature("bank.example", "m1")}, "bank.example", AuthResult::pass), 60, 1, 50);
  made.reported(60);
  const auto advice = made.advice();
  ASSERT_EQ(advice.blockers.size(), 1U);
  EXPECT_EQ(advice.blockers[0].gate, Gate::inventory);
  EXPECT_EQ(
      advice.blockers[0].mend,
      "Say whose it is: rampart reports mark bank.example unknown:mother.example --as "
      "own|service|forwarder|spoofing --reason WHY. If mother.example is a domain of yours, too, write below "
      "[reports] of the configuration: own_domains = [\"mother.example\"]; its servers are yours then. If it "
      "is yours, that is all: its mail is signed already");
}

}  // namespace
}  // namespace rampart::reports::advice
