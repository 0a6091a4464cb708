// Mail that fails now and then is not mended because it is quiet.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/advise/advise.h"
#include "reports/advise/made_test.h"

namespace rampart::reports::advice {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

// A department sends through the service once a month, unsigned, and another a little each day.
MadeHistory monthly(std::int32_t last) {
  MadeHistory made;
  made.add(made.own, MadeHistory::signed_mail(), 120, 1, 100);
  made.add(made.sendgrid, MadeHistory::newsletter(), 120, 1, 5);
  made.add(made.forger, MadeHistory::forged(), 120, 1, 40);
  for (auto back = last; back <= 110; back += 30)
    made.add(made.sendgrid, MadeHistory::unsigned_newsletter(), back, back, 10'000);
  made.reported(120);
  return made;
}

TEST(AdviseRhythm, AMonthlyRunIsNotMendedByATrickle) {
  for (const std::int32_t last : {1, 15, 16, 25, 30, 31, 40}) {
    const auto advice = monthly(last).advice();
    EXPECT_EQ(advice.verdict, Verdict::not_ready) << last;
    EXPECT_THAT(says(advice), Contains(AllOf(HasSubstr("SendGrid: 10,000 of 10,"), HasSubstr("fail DMARC"))))
        << last;
    EXPECT_GT(advice.look_again, kNow) << last;
  }
  EXPECT_THAT(says(monthly(16).advice()),
              ElementsAre(HasSubstr("that comes about every 30 days, and next about")));
}

TEST(AdviseRhythm, ARunBeforeTheWindowIsTold) {
  const auto advice = monthly(40).advice();
  EXPECT_THAT(advice.sentence,
              HasSubstr("SendGrid, whose last run was on 2026-10-17, would have lost 10,000 of its 10,"));
  EXPECT_THAT(advice.watch, Contains(HasSubstr("mail that fails comes about every 30 days, the last on")));
}

TEST(AdviseRhythm, ItIsMendedWhenTheNextRunWentWellOrNeverCame) {
  auto made = monthly(35);
  made.add(made.sendgrid, MadeHistory::newsletter(), 5, 5, 9'500);
  EXPECT_EQ(made.advice().verdict, Verdict::proven);
  EXPECT_EQ(monthly(46).advice().verdict, Verdict::proven) << "half as long again as usual";
}

TEST(AdviseRhythm, OneRunMayBeAMonthlyOne) {
  MadeHistory made;
  made.well(60);
  made.add(made.sendgrid, MadeHistory::unsigned_newsletter(), 20, 20, 500);
  made.reported(60);
  EXPECT_EQ(made.advice().verdict, Verdict::not_ready);
}

TEST(AdviseRhythm, ADayOnWhichAllFailedIsOverInTwoWeeks) {
  MadeHistory made;
  made.add(made.own, MadeHistory::signed_mail(), 60, 1, 100);
  made.add(made.sendgrid, MadeHistory::newsletter(), 60, 19, 20);
  made.add(made.sendgrid, MadeHistory::unsigned_newsletter(), 18, 17, 20);
  made.add(made.sendgrid, MadeHistory::newsletter(), 16, 1, 20);
  made.reported(60);
  EXPECT_EQ(made.advice().verdict, Verdict::proven);
}

TEST(AdviseRhythm, OneMessageShowsNothingMended) {
  MadeHistory made;
  made.add(made.own, MadeHistory::signed_mail(), 60, 1, 100);
  made.add(made.sendgrid, MadeHistory::unsigned_newsletter(), 60, 16, 600);
  made.add(made.sendgrid, MadeHistory::newsletter(), 1, 1, 1);
  made.reported(60);
  EXPECT_EQ(made.advice().verdict, Verdict::not_ready);
  made.add(made.sendgrid, MadeHistory::newsletter(), 14, 1, 600);
  EXPECT_EQ(made.advice().verdict, Verdict::proven);
}

// A quarter of what a server sends is lost in one run, and another server sends a hundred times as much.
TEST(AdviseRhythm, AServersBurstIsNoChance) {
  MadeHistory made;
  made.add(made.own, MadeHistory::signed_mail(), 90, 1, 10'000);
  const auto small = made.address("192.0.2.9", "erp.bank.example");
  made.add(small, MadeHistory::signed_mail(), 90, 1, 100);
  for (const std::int32_t back : {10, 40, 70}) made.add(small, MadeHistory::forged(), back, back, 1'000);
  made.reported(90);
  const auto advice = made.advice();
  EXPECT_EQ(advice.verdict, Verdict::not_ready);
  EXPECT_THAT(says(advice), ElementsAre(HasSubstr("192.0.2.9: 1,000 of 4,000 messages fail DMARC")));
}

// Where sp stays, mail below the domain is no part of what is stopped, and none that may be taken from it.
TEST(AdviseRhythm, ListsBelowTheDomainAreNotSubtracted) {
  MadeHistory made;
  made.dns("v=DMARC1; p=quarantine; sp=none; rua=mailto:dmarc@bank.example");
  made.well(60);
  auto broken = MadeHistory::unsigned_newsletter();
  broken.header_from = "news.bank.example";
  made.add(made.sendgrid, broken, 60, 1, 10);
  const auto lists = made.address("198.51.100.40", "lists.club.example");
  auto posted =
      outcome({signature("bank.example", "s1", AuthResult::fail)}, "club.example", AuthResult::pass);
  posted.header_from = "news.bank.example";
  posted.reasons = {{Override::mailing_list, ""}};
  made.add(lists, posted, 60, 1, 2);
  made.reported(60, "quarantine");
  const auto advice = made.advice();
  EXPECT_FALSE(advice.blast.below);
  EXPECT_EQ(advice.blast.handed_on, 0U);
  EXPECT_EQ(advice.blast.lists, 0U);
  EXPECT_THAT(says(advice), testing::Not(Contains(HasSubstr("forwarders break"))));
}

}  // namespace
}  // namespace rampart::reports::advice
