// What may be published without a verdict, and what not.
#include "audit/fix/apply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/fix/fix_test.h"
#include "audit/fix/reported.h"

namespace rampart::audit::fix {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// "watch tls-reports | np-reject …": what is published, and behind the bar what is held back.
std::string ruled(const Plan& plan, const Owner& owner, const Permission& permission = {}) {
  std::string allowed;
  std::string held;
  for (const auto& decision : decide(plan, owner, permission))
    (decision.allowed() ? allowed : held) += std::string(decision.step->words->id) + ' ';
  return allowed + "| " + held;
}

const Domain kOpen{.spf = "v=spf1 ip4:192.0.2.0/28 ~all", .dmarc = ""};

TEST(Apply, OnlyWhatNoReceiverActsOn) {
  const Owner owner{.report_to = "dmarc@right.example", .policy_host = "www.right.example"};
  EXPECT_EQ(ruled(plan_of(kOpen, owner), owner),
            "watch tls-reports mta-sts-testing | np-reject sp-quarantine sp-reject p-quarantine p-reject "
            "spf-hard-fail ");
}

TEST(Apply, AcceptedRiskLetsEverythingThrough) {
  const Owner owner{.report_to = "dmarc@right.example"};
  EXPECT_THAT(ruled(plan_of(kOpen, owner), owner, {.risk_accepted = true}), HasSubstr("spf-hard-fail | "));
  for (const auto& decision : decide(plan_of(kOpen, owner), owner, {.risk_accepted = true}))
    EXPECT_FALSE(decision.needs_risk);
}

TEST(Apply, ADomainMarkedAsSilentNeedsNoRisk) {
  const Owner owner{.sends = Sends::no, .parked = true};
  const auto plan = plan_of({.spf = "v=spf1 ?all", .dmarc = ""}, owner);
  EXPECT_EQ(ruled(plan, owner), "no-sender refuse-all null-mx no-keys | ");
}

TEST(Apply, ADomainWhoseRecordsSayThatItIsSilentIsNotMarked) {
  const auto plan = plan_of({.spf = "v=spf1 -all", .dmarc = ""});
  for (const auto& decision : decide(plan, {}, {})) {
    if (decision.step->words->id == "refuse-all") {
      EXPECT_THAT(decision.held, HasSubstr("nobody marked"));
    }
  }
}

TEST(Apply, AReadinessVerdictIsEnough) {
  const Owner owner{.report_to = "dmarc@right.example"};
  const Readiness ready{.steps = {"np-reject"}};
  EXPECT_EQ(ruled(plan_of(kOpen, owner), owner, {.readiness = &ready}),
            "watch tls-reports np-reject | sp-quarantine sp-reject p-quarantine p-reject spf-hard-fail ");
}

// What reports are ready for comes before the rest of the ladder, and alone is covered.
TEST(Apply, TheRecordThatReportsAreReadyFor) {
  const std::string record = "v=DMARC1; p=none; rua=mailto:dmarc@right.example";
  const std::string next =
      "v=DMARC1; p=quarantine; sp=quarantine; pct=0; t=y; rua=mailto:dmarc@right.example";
  const Domain watched{.spf = "v=spf1 ip4:192.0.2.0/28 ~all", .dmarc = record};
  const Owner owner{.report_to = "dmarc@right.example", .advised = {record, next}};
  auto plan = plan_of(watched, owner);
  EXPECT_EQ(text_after(step_of(plan, "advised-policy")), next);
  const std::vector<Forecast> forecasts = {
      {.step = "advised-policy",
       .known = true,
       .senders = 3,
       .failing = {"Shop"},
       .why = "senders",
       .covered = true},
      {.step = "p-reject", .known = true, .senders = 3, .failing = {"Shop"}, .why = "senders"}};
  apply_forecasts(plan, forecasts);
  EXPECT_THAT(step_of(plan, "p-reject").breaks.failing, ElementsAre("Shop"));
  const Readiness ready{.steps = {"advised-policy"}};
  const auto ruling = ruled(plan, owner, {.readiness = &ready});
  EXPECT_THAT(ruling, HasSubstr("advised-policy"));
  EXPECT_LT(ruling.find("advised-policy"), ruling.find('|')) << "the verdict has weighed that Shop fails";
  EXPECT_GT(ruling.find("p-reject"), ruling.find('|'));
  // Of another record than the one that stands it says nothing.
  const Owner late{.report_to = "dmarc@right.example", .advised = {"v=DMARC1; p=none", next}};
  EXPECT_THAT(steps(plan_of(watched, late)), Not(HasSubstr("advised-policy")));
}

TEST(Apply, WhatComesAfterAHeldStepOfTheSameRecordIsHeld) {
  const Owner owner{.report_to = "dmarc@right.example"};
  const auto plan = plan_of(kOpen, owner);
  auto decisions = decide(plan, owner, {.risk_accepted = true});
  hold_back(decisions, 0, "as the test wants");
  for (const auto& decision : decisions) {
    if (decision.step->words->id == "p-reject") {
      EXPECT_THAT(decision.held, HasSubstr("which is held back"));
    }
    if (decision.step->words->id == "tls-reports") {
      EXPECT_TRUE(decision.allowed());
    }
  }
}

TEST(Apply, TheFirstStepsAlone) {
  const Owner owner{.report_to = "dmarc@right.example"};
  EXPECT_EQ(ruled(plan_of(kOpen, owner), owner, {.steps = 1}), "watch | ");
}

TEST(Apply, OnlyRecordsOfMailAuthenticationAreTouched) {
  const auto domain = Zone::name("right.example");
  const auto set = [](std::string_view name, dns::RrType type, std::initializer_list<std::string> rdata) {
    dns::RecordSet out{.name = Zone::name(std::string(name)), .type = type, .ttl = 60, .rdata = {}};
    for (const auto& record : rdata) out.put(record);
    return out;
  };
  const auto change = [&](std::string_view name, dns::RrType type, std::initializer_list<std::string> before,
                          std::initializer_list<std::string> after) {
    return forbidden(domain, set(name, type, before), set(name, type, after));
  };
  using enum dns::RrType;
  const auto text = [](std::string_view words) { return dns::txt_rdata(words); };
  EXPECT_THAT(change("right.example", txt, {text("token")}, {text("token"), text("v=spf1 -all")}), IsEmpty());
  EXPECT_THAT(change("right.example", txt, {text("token")}, {text("v=spf1 -all")}), Not(IsEmpty()));
  EXPECT_THAT(change("s1._domainkey.shop.right.example", txt, {}, {text("v=DKIM1; p=")}), IsEmpty());
  EXPECT_THAT(change("www.right.example", txt, {}, {text("hello")}), Not(IsEmpty()));
  EXPECT_THAT(change("right.example", a, {}, {std::string(4, '\1')}), Not(IsEmpty()));
  EXPECT_THAT(change("mta-sts.right.example", a, {}, {std::string(4, '\1')}), IsEmpty());
  EXPECT_THAT(change("right.example", mx, {}, {dns::mx_rdata(10, domain)}), Not(IsEmpty()));
  EXPECT_THAT(change("right.example", mx, {}, {dns::mx_rdata(0, dns::Name())}), IsEmpty());
  EXPECT_THAT(change("right.example", ns, {}, {dns::name_rdata(domain)}), Not(IsEmpty()));
  EXPECT_THAT(change("_dmarc.wrong.example", txt, {}, {text("v=DMARC1; p=none")}), Not(IsEmpty()));
}

}  // namespace
}  // namespace rampart::audit::fix
