#include "guard/policy/cases.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "guard/inspect/settings.h"
#include "guard/settings.h"

namespace rampart::guard {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Field;

const base::Time kNow{std::chrono::seconds(1'795'000'000)};

const Ruling& of(const std::vector<PolicyCase>& cases, std::string_view what) {
  const auto found = std::ranges::find(cases, what, &PolicyCase::what);
  if (found == cases.end()) throw std::invalid_argument("no case: " + std::string(what));
  return found->ruling;
}
auto has(const char* code) { return Contains(Field(&Cause::code, code)); }

TEST(PolicyCases, AreWhatThePolicyDoes) {
  const auto cases = policy_cases({}, {}, kNow);
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
  const auto cases = policy_cases(rules, {}, kNow);
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

TEST(PolicyCases, HaveThoseOfWhatMessagesHold) {
  InspectionRules rules;
  ASSERT_TRUE(load_rules_of({}, rules));
  const auto cases = policy_cases({}, rules, kNow);
  const auto& tagged = of(cases, "it passes DMARC, and its content is worth guard.tag_score");
  EXPECT_EQ(tagged.action, Action::accept);
  EXPECT_THAT(tagged.causes, has("content-tagged"));
  const auto& kept = of(cases, "it passes DMARC, and its content is worth guard.quarantine_score");
  EXPECT_EQ(kept.action, Action::quarantine);
  EXPECT_THAT(kept.causes, ElementsAre(Field(&Cause::code, "content")));
  EXPECT_THAT(
      of(cases, "the same, in the name of your organisation or of one of guard.protected_people").causes,
      has("executive-impersonation"));
  EXPECT_THAT(
      of(cases, "the same, and it imitates a partner's or a brand's domain, and asks for nothing harmful")
          .causes,
      has("lookalike"));
  EXPECT_THAT(of(cases, "the same, and nothing of that is in it").causes, has("bulk"));
  EXPECT_THAT(of(cases, "it ends the process that looks into it, twice").causes, has("inspection-failed"));
  EXPECT_EQ(of(cases, "nobody can look into it in time").action, Action::tempfail);
  EXPECT_THAT(of(cases, "ClamAV names what it holds (guard.clamd)").causes, has("malware"));
  EXPECT_EQ(of(cases, "ClamAV says nothing of it in time (guard.clamd_unknown)").action, Action::accept);
  rules.clamd_must_say = true;
  EXPECT_EQ(
      of(policy_cases({}, rules, kNow), "ClamAV says nothing of it in time (guard.clamd_unknown)").action,
      Action::tempfail);
  rules.is_on = false;
  EXPECT_LT(policy_cases({}, rules, kNow).size(), cases.size());
}

}  // namespace
}  // namespace rampart::guard
