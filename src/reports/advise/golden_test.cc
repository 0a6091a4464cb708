// The verdicts on made histories, as people read them: testdata/advise/NAME.txt. RAMPART_WRITE_GOLDEN=1 writes them anew.
#include <cstdlib>

#include <gtest/gtest.h>

#include "base/file.h"
#include "reports/advise/format.h"
#include "reports/advise/made_test.h"

namespace rampart::reports::advice {
namespace {

void expect_golden(const std::string& name, const Advice& advice) {
  const auto path = std::string(RAMPART_SOURCE_DIR) + "/src/reports/advise/testdata/golden/" + name + ".txt";
  const auto text = format_advice(advice);
  if (std::getenv("RAMPART_WRITE_GOLDEN") != nullptr) {  // NOLINT(concurrency-mt-unsafe): one thread
    ASSERT_TRUE(base::write_file(path, text));
    return;
  }
  const auto expected = base::read_file(path, std::size_t{1} << 20);
  ASSERT_TRUE(expected) << path;
  EXPECT_EQ(text, *expected) << name;
}

TEST(AdviseGolden, BlockedByASender) {
  MadeHistory made;
  made.seen.addresses[made.sendgrid].authorised = true;
  made.seen.addresses[made.sendgrid].through = {"sendgrid.net"};
  made.seen.dns.includes = {"sendgrid.net", "spf.old-agency.example"};
  made.add(made.own, MadeHistory::signed_mail(), 60, 1, 100);
  made.add(made.sendgrid, MadeHistory::unsigned_newsletter(), 60, 1, 20);
  made.add(made.forger, MadeHistory::forged(), 60, 1, 40);
  made.reported(60);
  const auto advice = made.advice();
  EXPECT_EQ(advice.verdict, Verdict::not_ready);
  expect_golden("blocked", advice);
}

// Nothing that it sends passes, and SPF does not list it: whose it is only the owner can say.
TEST(AdviseGolden, NotClassified) {
  MadeHistory made;
  made.add(made.own, MadeHistory::signed_mail(), 60, 1, 100);
  made.add(made.sendgrid, MadeHistory::unsigned_newsletter(), 60, 1, 20);
  made.reported(60);
  EXPECT_EQ(made.advice().verdict, Verdict::not_ready);
  expect_golden("not-classified", made.advice());
  made.marks = {
      {.subject = {.id = "unknown:sendgrid"}, .kind = SourceKind::spoofing, .name = "Somebody at SendGrid"}};
  EXPECT_EQ(made.advice().verdict, Verdict::proven);
  made.marks = {{.subject = {.id = "unknown:sendgrid"}, .kind = SourceKind::service}};
  const auto yours = made.advice();
  EXPECT_EQ(yours.verdict, Verdict::not_ready);
  EXPECT_EQ(yours.blockers.front().gate, Gate::authentication);
}

// What passes by SPF alone bears quarantine, and is no ground for reject.
TEST(AdviseGolden, SpfAlone) {
  MadeHistory made;
  made.dns("v=DMARC1; p=quarantine; rua=mailto:dmarc@bank.example");
  made.add(made.own, outcome({}, "bank.example", AuthResult::pass), 60, 1, 100);
  made.reported(60, "quarantine");
  EXPECT_EQ(made.advice().verdict, Verdict::not_ready);
  expect_golden("spf-alone", made.advice());
  EXPECT_EQ(made.advice(dmarc::Policy::quarantine).verdict, Verdict::proven);
}

TEST(AdviseGolden, MendedReadyProven) {
  MadeHistory made;
  made.add(made.own, MadeHistory::signed_mail(), 60, 1, 100);
  made.add(made.sendgrid, MadeHistory::unsigned_newsletter(), 60, 21, 20);
  made.add(made.sendgrid, MadeHistory::newsletter(), 20, 1, 20);
  made.add(made.forger, MadeHistory::forged(), 60, 1, 40);
  made.reported(60);
  const auto advice = made.advice();
  EXPECT_EQ(advice.verdict, Verdict::proven);
  EXPECT_TRUE(advice.now);
  expect_golden("proven", advice);
}

TEST(AdviseGolden, MendedNotLongAgo) {
  MadeHistory made;
  made.add(made.own, MadeHistory::signed_mail(), 60, 1, 100);
  made.add(made.sendgrid, MadeHistory::unsigned_newsletter(), 60, 6, 20);
  made.add(made.sendgrid, MadeHistory::newsletter(), 5, 1, 20);
  made.reported(60);
  const auto advice = made.advice();
  EXPECT_EQ(advice.verdict, Verdict::not_ready);
  EXPECT_EQ(advice.look_again, kNow - 6 + kCleanDays + 1);
  expect_golden("mended-lately", advice);
}

TEST(AdviseGolden, MonthlyPayroll) {
  MadeHistory made;
  made.well(120);
  const auto bureau = made.included("198.51.100.20", "spf.payroll.example");
  // Outside the days that are tried: the last run was 33 days ago.
  made.add(bureau, outcome({}, "mail.payroll.example", AuthResult::pass), 93, 33, 120, 30);
  made.reported(120);
  const auto advice = made.advice();
  EXPECT_EQ(advice.verdict, Verdict::not_ready);
  expect_golden("payroll", advice);
}

TEST(AdviseGolden, Forwarders) {
  MadeHistory made;
  made.dns("v=DMARC1; p=quarantine; rua=mailto:dmarc@bank.example");
  made.well(60);
  const auto alumni = made.address("198.51.100.30", "relay.alumni.example");
  made.add(alumni, outcome({signature("bank.example", "s1")}, "alumni.example", AuthResult::pass), 60, 1, 3);
  const auto lists = made.address("198.51.100.40", "lists.club.example");
  made.add(lists,
           outcome({signature("bank.example", "s1", AuthResult::fail)}, "club.example", AuthResult::pass,
                   {{.type = Override::mailing_list, .comment = ""}}),
           60, 1, 2);
  made.reported(60, "quarantine");
  const auto advice = made.advice();
  EXPECT_EQ(advice.verdict, Verdict::stay);
  expect_golden("forwarders", advice);
  EXPECT_EQ(made.advice({}, true).verdict, Verdict::accepted);
  expect_golden("forwarders-accepted", made.advice({}, true));
}

// Thirty forged clean days do not count, and so there is nothing.
TEST(AdviseGolden, ForgedReports) {
  MadeHistory made;
  made.add(made.sendgrid, MadeHistory::unsigned_newsletter(), 3, 1, 20);
  made.reported(3);
  made.daily.uncounted_reports = 30;
  made.daily.uncounted_days = 30;
  made.daily.uncounted_messages = 90'000;
  const auto advice = made.advice();
  EXPECT_EQ(advice.verdict, Verdict::not_ready);
  expect_golden("forged-reports", advice);
}

TEST(AdviseGolden, DayOne) {
  MadeHistory made;
  made.well(3);
  made.reported(3);
  const auto advice = made.advice();
  EXPECT_EQ(advice.verdict, Verdict::not_ready);
  EXPECT_EQ(advice.look_again, kNow + 27);
  expect_golden("day-one", advice);
}

TEST(AdviseGolden, NothingAtAll) {
  MadeHistory made;
  made.daily.addresses.clear();
  made.seen.addresses.clear();
  expect_golden("nothing", made.advice());
}

}  // namespace
}  // namespace rampart::reports::advice
