// The ladder's order, what it asks for and what it refuses.
#include "audit/fix/ladder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/fix/fix_test.h"

namespace rampart::audit::fix {
namespace {

using ::testing::HasSubstr;

const Owner kReports{.report_to = "dmarc@right.example"};

TEST(Ladder, AProtectedDomainNeedsOnlyWhatGuardsTheWayToIt) {
  const auto plan = plan_of({});
  EXPECT_EQ(steps(plan), "tls-reports? mta-sts-testing?");
  EXPECT_EQ(plan.change_count(), 0U);
}

TEST(Ladder, GoesFromNoDmarcToRejectInTheOrderThatLosesNoMail) {
  const auto plan = plan_of({.spf = "v=spf1 ip4:192.0.2.21 ~all", .dmarc = ""}, kReports);
  EXPECT_EQ(steps(plan),
            "watch tls-reports mta-sts-testing? np-reject sp-quarantine sp-reject p-quarantine p-reject "
            "spf-hard-fail");
  EXPECT_EQ(text_after(step_of(plan, "watch")), "v=DMARC1; p=none; rua=mailto:dmarc@right.example");
  EXPECT_EQ(text_after(step_of(plan, "np-reject")),
            "v=DMARC1; p=none; np=reject; rua=mailto:dmarc@right.example");
  EXPECT_EQ(text_after(step_of(plan, "spf-hard-fail")), "v=spf1 ip4:192.0.2.21 -all");
  EXPECT_EQ(plan.after.status, Status::protected_);
  EXPECT_TRUE(plan.after.weaknesses.empty());
}

TEST(Ladder, WithoutAnAddressTheFirstRecordStillWatchesAndReportsAreAskedFor) {
  const auto plan = plan_of({.dmarc = ""});
  EXPECT_EQ(text_after(step_of(plan, "watch")), "v=DMARC1; p=none");
  EXPECT_THAT(steps(plan), HasSubstr("watch reports? tls-reports?"));
  EXPECT_EQ(plan.questions().size(), 2U);  // report-address once, though two steps wait for it
}

TEST(Ladder, ADomainWithoutSpfAndKeysIsNotLedToRefuseItsOwnMail) {
  const auto plan = plan_of({.spf = "", .dkim = "", .dmarc = ""}, kReports);
  EXPECT_EQ(steps(plan),
            "publish-dkim-key? spf-record? watch tls-reports mta-sts-testing? np-reject sp-quarantine! "
            "p-quarantine!");
  EXPECT_THAT(step_of(plan, "p-quarantine").refused, HasSubstr("all mail of the domain would fail"));
}

TEST(Ladder, KeysComeFirstAndTheSendersGivenMakeTheRecord) {
  Owner owner = kReports;
  owner.keys = {{"s1", key(crypto::kRsa2048)}};
  owner.senders = {sender("192.0.2.21"), sender("2001:db8::1"), sender("mail.right.example")};
  const auto plan = plan_of({.spf = "", .dkim = "", .dmarc = ""}, owner);
  EXPECT_EQ(
      steps(plan),
      "publish-dkim-key spf-record watch tls-reports mta-sts-testing? np-reject sp-quarantine sp-reject "
      "p-quarantine p-reject spf-hard-fail");
  EXPECT_EQ(text_after(step_of(plan, "spf-record")),
            "v=spf1 ip4:192.0.2.21 ip6:2001:db8::1 a:mail.right.example ~all");
  EXPECT_TRUE(step_of(plan, "spf-record").proven());
  EXPECT_TRUE(step_of(plan, "spf-hard-fail").proven());
  EXPECT_FALSE(step_of(plan, "watch").proven());  // no reports were read
  EXPECT_EQ(plan.after.status, Status::protected_);
}

TEST(Ladder, ASenderWhoWouldFailKeepsHardFailFromBeingProven) {
  Owner owner;
  owner.senders = {sender("192.0.2.21"), sender("198.51.100.9")};
  const auto plan = plan_of({.spf = "v=spf1 ip4:192.0.2.21 ~all"}, owner);
  const auto& step = step_of(plan, "spf-hard-fail");
  EXPECT_TRUE(step.closes.holds);
  EXPECT_TRUE(step.breaks.known);
  EXPECT_THAT(step.breaks.failing, ::testing::ElementsAre("198.51.100.9"));
  EXPECT_FALSE(step.proven());
}

TEST(Ladder, ASenderWhoseAddressIsUnknownLeavesItUnknown) {
  Owner owner;
  owner.senders = {sender("gone.right.example")};
  const auto plan = plan_of({.spf = "v=spf1 ip4:192.0.2.21 ~all"}, owner);
  const auto& breaks = step_of(plan, "spf-hard-fail").breaks;
  EXPECT_FALSE(breaks.known);
  EXPECT_THAT(breaks.why, HasSubstr("gone.right.example has no address"));
}

TEST(Ladder, NobodyIsShutOutOfADomainWithAnMxThatNobodyMarked) {
  const auto plan = plan_of({.spf = "v=spf1 ~all"});
  EXPECT_EQ(step_of(plan, "spf-hard-fail").question, &question_words("who-sends"));
  const auto marked = plan_of({.spf = "v=spf1 ~all"}, {.sends = Sends::no});
  EXPECT_EQ(text_after(step_of(marked, "no-sender")), "v=spf1 -all");
  EXPECT_TRUE(step_of(marked, "no-sender").proven());
}

TEST(Ladder, ADomainThatSendsNothingGoesStraightToReject) {
  Owner owner = kReports;
  owner.sends = Sends::no;
  const auto plan =
      plan_of({.spf = "", .dkim = "", .dmarc = "v=DMARC1; p=none; adkim=s; t=y; pct=10"}, owner);
  EXPECT_EQ(steps(plan), "no-sender refuse-all no-keys");
  EXPECT_EQ(text_after(step_of(plan, "refuse-all")),
            "v=DMARC1; p=reject; sp=reject; np=reject; adkim=s; rua=mailto:dmarc@right.example");
  EXPECT_EQ(plan.after.status, Status::protected_);
  for (const auto& step : plan.steps) EXPECT_TRUE(step.proven()) << step.title << ": " << step.closes.why_not;
}

TEST(Ladder, ParkingPublishesTheNullMxToo) {
  const Owner owner{.sends = Sends::no, .parked = true};
  const auto plan = plan_of({.spf = "", .dkim = "", .dmarc = ""}, owner);
  EXPECT_EQ(steps(plan), "no-sender refuse-all reports? null-mx no-keys");
  EXPECT_EQ(text_after(step_of(plan, "null-mx")), "0 .");
  const auto change = changes(step_of(plan, "null-mx")).front();
  EXPECT_EQ(change.before, "10 mail.right.example.");
}

TEST(Ladder, ADomainWithMailServersIsNotParkedUnasked) {
  auto zone = zone_of({});
  const auto input = input_of("right.example");
  const Lane lane{.provider = &zone, .wait = nullptr};
  const auto plan = work_out(input.domain, {.parked = true},
                             [&](const dns::Name&) { return base::Result<Input>(input); }, lane, {});
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().kind, base::ErrorKind::usage);
  EXPECT_THAT(plan.error().what, HasSubstr("mail.right.example"));
}

TEST(Ladder, WatchingBelowAnEnforcedRecordIsRefused) {
  auto zone = zone_of({});
  zone.txt("sub.right.example", "v=spf1 ip4:192.0.2.21 -all")
      .mx("sub.right.example", 10, "mail.right.example");
  const auto plan = plan_in(zone, input_of("sub.right.example"), kReports);
  EXPECT_THAT(step_of(plan, "watch").refused, HasSubstr("RFC 9989 section 4.10.1"));
  EXPECT_FALSE(step_of(plan, "watch").changes());
}

TEST(Ladder, ARecordThatSwitchesItselfOffFirstSaysWhatItDoesToday) {
  const auto plan = plan_of({.dmarc = "v=DMARC1; p=reject; sp=quarentine; rua=mailto:dmarc@right.example"});
  EXPECT_EQ(text_after(step_of(plan, "watch")), "v=DMARC1; p=none; rua=mailto:dmarc@right.example");
  EXPECT_TRUE(step_of(plan, "watch").closes.holds);
  EXPECT_EQ(plan.after.status, Status::protected_);
}

TEST(Ladder, SeveralRecordsBecomeOne) {
  const auto plan = plan_of({.dmarc = "v=DMARC1; p=reject", .more = [](Zone& zone) {
                               zone.txt("_dmarc.right.example", "v=DMARC1; p=none");
                               zone.txt("_dmarc.right.example", "something else");
                             }});
  const auto& step = step_of(plan, "watch");
  EXPECT_EQ(text_after(step), "something else | v=DMARC1; p=none");
  EXPECT_EQ(changes(step).size(), 1U);  // the one that stays is left alone
}

TEST(Ladder, OthersTokensAtTheApexStay) {
  Owner owner;
  owner.senders = {sender("192.0.2.21")};
  const auto plan =
      plan_of({.spf = "", .more = [](Zone& zone) { zone.txt("right.example", "token=1"); }}, owner);
  EXPECT_EQ(text_after(step_of(plan, "spf-record")), "token=1 | v=spf1 ip4:192.0.2.21 ~all");
  ASSERT_EQ(changes(step_of(plan, "spf-record")).size(), 1U);
  EXPECT_EQ(changes(step_of(plan, "spf-record")).front().remedy.action, Remedy::Action::add);
}

TEST(Ladder, ARecordBehindAnAliasIsNotTouched) {
  const auto plan = plan_of({.dmarc = "", .more = [](Zone& zone) {
                               zone.cname("_dmarc.right.example", "dmarc.provider.example");
                             }});
  EXPECT_THAT(step_of(plan, "watch").refused, HasSubstr("alias for dmarc.provider.example"));
}

TEST(Ladder, WhatCouldNotBeLookedUpIsNotTouched) {
  const auto plan = plan_of(
      {.dmarc = "", .more = [](Zone& zone) { zone.fails("_dmarc.right.example", facts::Why::servfail); }},
      kReports);
  EXPECT_THAT(step_of(plan, "watch").refused, HasSubstr("could not be looked up"));
  EXPECT_EQ(plan.before.status, Status::unknown);
}

TEST(Ladder, TestingEndsBeforeThePolicyRises) {
  const auto plan =
      plan_of({.dmarc = "v=DMARC1; p=quarantine; sp=reject; t=y; rua=mailto:dmarc@right.example"});
  EXPECT_THAT(steps(plan), HasSubstr("end-testing p-reject"));
  EXPECT_EQ(text_after(step_of(plan, "end-testing")),
            "v=DMARC1; p=quarantine; sp=reject; np=reject; rua=mailto:dmarc@right.example");
}

TEST(Ladder, ADanglingIncludeGoesEarly) {
  const auto plan = plan_of({.spf = "v=spf1 ip4:192.0.2.21 include:spf.gone.example -all"});
  EXPECT_EQ(text_after(step_of(plan, "spf-dangling")), "v=spf1 ip4:192.0.2.21 -all");
  EXPECT_TRUE(step_of(plan, "spf-dangling").closes.holds);
}

TEST(Ladder, SubdomainsThatSendAreRaisedOneByOne) {
  Domain domain{.dmarc = "v=DMARC1; p=none; rua=mailto:dmarc@right.example"};
  domain.more = [](Zone& zone) {
    zone.txt("shop.right.example", "v=spf1 ip4:192.0.2.21 -all").txt("quiet.right.example", "v=spf1 -all");
  };
  auto zone = zone_of(domain);
  auto input = input_of("right.example");
  input.spf_subdomains = {Zone::name("shop.right.example"), Zone::name("quiet.right.example")};
  const auto plan = plan_in(zone, input);
  EXPECT_THAT(steps(plan),
              HasSubstr("np-reject subdomain-quarantine subdomain-reject subdomain-reject sp-quarantine"));
  const auto& step = step_of(plan, "subdomain-quarantine");
  EXPECT_EQ(step.subject.text(), "shop.right.example");
  EXPECT_EQ(text_after(step), "v=DMARC1; p=quarantine; rua=mailto:dmarc@right.example");
  EXPECT_TRUE(step.closes.holds) << step.closes.why_not;
}

TEST(Ladder, TheWeakKeyGoesWhenAnotherIsThere) {
  Owner owner;
  owner.keys = {{"s2", key(crypto::kRsa2048)}};
  const auto plan = plan_of({.dkim = key(crypto::kRsa1024)}, owner);
  EXPECT_THAT(steps(plan), HasSubstr("publish-dkim-key"));
  const auto& step = step_of(plan, "remove-weak-key");
  EXPECT_EQ(step.sets.front().name.text(), "default._domainkey.right.example");
  EXPECT_TRUE(step.sets.front().after.empty());
  EXPECT_TRUE(step.closes.holds) << step.closes.why_not;
}

TEST(Ladder, MtaStsSaysWhatToServeFirst) {
  const auto plan = plan_of({}, {.policy_host = "www.right.example"});
  const auto& step = step_of(plan, "mta-sts-testing");
  EXPECT_THAT(step.serve, HasSubstr("mode: testing"));
  EXPECT_THAT(step.serve, HasSubstr("mx: mail.right.example"));
  EXPECT_THAT(text_after(step), ::testing::MatchesRegex("v=STSv1; id=[0-9T]+ \\| www.right.example."));
  EXPECT_TRUE(step.closes.holds) << step.closes.why_not;
}

TEST(Ladder, WithPolicyKeepsWhatIsNoPolicy) {
  EXPECT_EQ(with_policy("v=DMARC1;p=none;sp=none; t=y; rua=mailto:a@b.example ;x", "p=reject"),
            "v=DMARC1; p=reject; rua=mailto:a@b.example");
  EXPECT_EQ(with_policy("v=DMARC1; RUA=mailto:a@b.example; fo=1", "p=none", {"rua"}),
            "v=DMARC1; p=none; fo=1");
}

}  // namespace
}  // namespace rampart::audit::fix
