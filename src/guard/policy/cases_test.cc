#include "guard/policy/cases.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "guard/settings.h"

namespace rampart::guard {
namespace {

using testing::Contains;
using testing::Field;

const base::Time kNow{std::chrono::seconds(1'795'000'000)};

const Ruling& of(const std::vector<PolicyCase>& cases, std::string_view what) {
  const auto found = std::ranges::find(cases, what, &PolicyCase::what);
  if (found == cases.end()) throw std::invalid_argument("no case: " + std::string(what));
  return found->ruling;
}
auto has(const char* code) { return Contains(Field(&Cause::code, code)); }

TEST(PolicyCases, AreWhatThePolicyDoes) {
  const auto cases = policy_cases({}, kNow);
  EXPECT_EQ(of(cases, "it passes DMARC").action, Action::accept);
  EXPECT_EQ(of(cases, "it fails DMARC, p=none").action, Action::accept);
  EXPECT_EQ(of(cases, "it fails DMARC, p=quarantine").action, Action::quarantine);
  EXPECT_EQ(of(cases, "it fails DMARC, p=reject, and nothing else speaks against it").action,
            Action::quarantine);
  const auto& forged = of(cases, "the same, and SPF forbids the client with -all, with no aligned signature");
  EXPECT_EQ(forged.action, Action::reject);
  EXPECT_THAT(forged.causes, has("second-fact-spf-hard-fail"));
  EXPECT_THAT(of(cases, "the same, with the trace of a list").causes, has("list-trace"));
  EXPECT_EQ(
      of(cases, "it fails DMARC, p=reject, and mail of its domain has never passed from its network").action,
      Action::reject);
  EXPECT_EQ(of(cases, "DNS does not say whether it passes").action, Action::tempfail);
  EXPECT_EQ(of(cases, "the same, 4 hours later").action, Action::accept);
}

TEST(PolicyCases, HaveOneForEachRuleOfTheOperator) {
  LocalRules rules;
  rules.own = {{.domain = *dns::Name::try_parse("own.example"), .enforced = true}};
  rules.trusted_sealers = {*dns::Name::try_parse("lists.example")};
  for (const auto* text : {"accept from=partner.example network=192.0.2.0/24 reason=their relay",
                           "enforce mail_from=@shop.example reason=forged often",
                           "accept from=past.example until=2020-01-01 reason=over"})
    rules.overrides.push_back(*parse_override(text));
  const auto cases = policy_cases(rules, kNow);
  EXPECT_EQ(of(cases, "it claims own.example from outside and fails, p=none").action, Action::quarantine);
  EXPECT_EQ(of(cases, "it claims own.example from outside and fails, p=reject").action, Action::reject);
  EXPECT_THAT(of(cases, "it fails DMARC, p=reject, in the name of partner.example, from 192.0.2.0/24").causes,
              has("override"));
  EXPECT_THAT(of(cases, "it fails DMARC, p=reject, sent by @shop.example").causes, has("second-fact-local"));
  EXPECT_THAT(of(cases, "it fails DMARC, p=reject, and lists.example sealed that it passed there").causes,
              has("trusted-forwarder"));
  EXPECT_EQ(std::ranges::count_if(
                cases, [](const auto& one) { return one.what.find("past.example") != std::string::npos; }),
            0);
}

}  // namespace
}  // namespace rampart::guard
