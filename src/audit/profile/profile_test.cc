#include "audit/profile/profile.h"

#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/catalogue.h"
#include "audit/profile/built_in.h"
#include "audit/profile/judge.h"
#include "audit/zone_audit_test.h"

namespace rampart::audit {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kHead = "id = \"house\"\ntitle = \"House rules\"\nsource = \"IT policy 7\"\n";

std::string requirement(std::string_view rest, std::string_view id = "one") {
  return fmt::format("[[requirement]]\nid = \"{}\"\ntitle = \"a rule\"\n{}\n", id, rest);
}

std::string fault(std::string_view text) {
  const auto profile = parse_profile(text, "house.toml");
  return profile ? "none" : fmt::format("{} ({})", profile.error().message(), profile.error().hint);
}

Profile house(std::string_view rules) {
  auto profile = parse_profile(fmt::format("{}{}", kHead, rules), "house.toml");
  if (!profile) throw std::runtime_error(profile.error().message());
  return *std::move(profile);
}

TEST(Profile, IsRead) {
  const auto profile =
      house("max_key_age = \"90d\"\n" + requirement("findings = [\"spf-missing\"]\napplies = \"sending\"") +
            requirement("by_hand = \"nobody can see it\"", "two"));
  EXPECT_EQ(profile.max_key_age, 90 * 24h);
  ASSERT_EQ(profile.requirements.size(), 2U);
  EXPECT_THAT(profile.requirements[0].findings, ElementsAre("spf-missing"));
  EXPECT_EQ(profile.requirements[0].applies, Applies::sending);
  EXPECT_EQ(profile.requirements[1].by_hand, "nobody can see it");
}

TEST(Profile, WhatIsWrongIsSaidWithItsPlace) {
  const auto rule = requirement("findings = [\"spf-missing\"]");
  EXPECT_THAT(fault("id ="), HasSubstr("house.toml:1"));
  EXPECT_THAT(fault(""), HasSubstr("it has no id"));
  EXPECT_THAT(fault(kHead), HasSubstr("it has no requirement"));
  EXPECT_THAT(fault(fmt::format("{}requirement = 3\n", kHead)), HasSubstr("it has no requirement"));
  EXPECT_THAT(fault(fmt::format("{}colour = 3\n{}", kHead, rule)), HasSubstr("colour is not known here"));
  EXPECT_THAT(fault(fmt::format("{}{}", kHead, requirement("findings = [\"spf-mising\"]"))),
              HasSubstr("house.toml:7:13: there is no finding \"spf-mising\" (did you mean spf-missing?)"));
  EXPECT_THAT(fault(fmt::format("{}{}", kHead, requirement("findings = \"spf-missing\""))),
              HasSubstr("is no list"));
  EXPECT_THAT(fault(fmt::format("{}{}", kHead, requirement("findings = [1]"))), HasSubstr("is a text"));
  EXPECT_THAT(fault(fmt::format("{}{}", kHead, requirement("findings = [\"spf-ptr\", \"spf-ptr\"]"))),
              HasSubstr("named twice"));
  EXPECT_THAT(fault(fmt::format("{}{}", kHead, requirement(""))), HasSubstr("neither"));
  EXPECT_THAT(fault(fmt::format("{}{}", kHead, requirement("findings = [\"spf-ptr\"]\nby_hand = \"x\""))),
              HasSubstr("both"));
  EXPECT_THAT(fault(fmt::format("{}{}", kHead, requirement("findings = [\"spf-ptr\"]\napplies = \"some\""))),
              HasSubstr("applies is none of"));
  EXPECT_THAT(fault(fmt::format("{}{}{}", kHead, rule, rule)), HasSubstr("two requirements are called one"));
  EXPECT_THAT(fault(fmt::format("{}max_key_age = \"a month\"\n{}", kHead, rule)),
              HasSubstr("max_key_age is no time"));
  EXPECT_THAT(fault(fmt::format("id = \"House Rules\"\ntitle = \"x\"\nsource = \"x\"\n{}", rule)),
              HasSubstr("\"House Rules\" is no id"));
  EXPECT_THAT(fault(fmt::format("{}text = \"a\\u001bb\"\n{}", kHead, rule)), HasSubstr("cannot be printed"));
  EXPECT_THAT(fault(fmt::format("{}text = \"{}\"\n{}", kHead, std::string(kMaxProfileText + 1, 'x'), rule)),
              HasSubstr("longer than 1000 bytes"));
  std::string many(kHead);
  for (std::size_t i = 0; i <= kMaxRequirements; ++i)
    many += requirement("findings = [\"spf-missing\"]", fmt::format("r{}", i));
  EXPECT_THAT(fault(many), HasSubstr("more than 100 requirements"));
  EXPECT_THAT(fault(std::string(kMaxProfileBytes + 1, ' ')), HasSubstr("larger than"));
}

TEST(Profile, TheBuiltInOnesAreRight) {
  std::set<std::string> ids;
  for (const auto& built_in : built_in_profiles()) {
    const auto profile = parse_profile(built_in.text, std::string(built_in.name));
    ASSERT_TRUE(profile) << profile.error().message();
    EXPECT_EQ(profile->id, built_in.name);
    ids.insert(profile->id);
  }
  EXPECT_THAT(ids, ElementsAre("bulk-senders", "cisa-bod-18-01", "nca-34.061725", "nist-800-177r1",
                               "parked-domains"));
}

// Each of the advisory's weaknesses breaks something of the advisory's profile.
TEST(Profile, TheAdvisoryHasEveryWeakness) {
  std::set<std::string> named;
  for (const auto& built_in : built_in_profiles()) {
    if (built_in.name != "nca-34.061725") continue;
    for (const auto& requirement : parse_profile(built_in.text, "")->requirements)
      named.insert(requirement.findings.begin(), requirement.findings.end());
  }
  for (const auto part : kCatalogue) {
    for (const auto& entry : part) {
      if (entry.weakness != Weakness::none) {
        EXPECT_TRUE(named.contains(std::string(entry.code))) << entry.code;
      }
    }
  }
}

// --- Judging ---

RequirementResult judged(const Profile& profile, const Domain& domain,
                         Input input = input_of("right.example"), void (*change)(Zone&) = nullptr) {
  auto zone = zone_of(domain);
  if (change != nullptr) change(zone);
  const auto report = audit_in(zone, input);
  return judge(profile, input, report).requirements.front();
}

Profile rule(std::string_view findings, std::string_view more = "") {
  return house(requirement(fmt::format("findings = [{}]\n{}", findings, more)));
}

TEST(Judge, BrokenAndMet) {
  const auto profile = rule("\"dmarc-policy-none\", \"dmarc-missing\", \"dmarc-unknown\"");
  const auto broken = judged(profile, {.dmarc = "v=DMARC1; p=none"});
  EXPECT_EQ(broken.verdict, Verdict::broken);
  EXPECT_THAT(broken.findings, ElementsAre("dmarc-policy-none"));
  EXPECT_EQ(judged(profile, {}).verdict, Verdict::met);
}

TEST(Judge, AFailureIsNeverMet) {
  const auto servfail = [](Zone& zone) { zone.fails("_dmarc.right.example", facts::Why::servfail); };
  // Whether the profile names dmarc-unknown or not.
  for (const auto* findings :
       {"\"dmarc-missing\", \"dmarc-unknown\"", "\"dmarc-policy-none\"", "\"spoof-domain\""}) {
    const auto result = judged(rule(findings), {.dmarc = ""}, input_of("right.example"), servfail);
    EXPECT_EQ(result.verdict, Verdict::unknown) << findings;
    EXPECT_FALSE(result.why.empty());
  }
  const auto spf = [](Zone& zone) { zone.fails("right.example", facts::Why::servfail); };
  for (const auto* findings :
       {"\"spf-softfail\"", "\"no-authentication\"", "\"spf-wide\"", "\"dmarc-without-authentication\""})
    EXPECT_EQ(judged(rule(findings), {.spf = ""}, input_of("right.example"), spf).verdict, Verdict::unknown)
        << findings;
  const auto include = [](Zone& zone) { zone.fails("_spf.else.example", facts::Why::servfail); };
  const Domain domain{.spf = "v=spf1 include:_spf.else.example -all"};
  EXPECT_EQ(judged(rule("\"spf-wide\""), domain, input_of("right.example"), include).verdict,
            Verdict::unknown);
  EXPECT_EQ(judged(rule("\"spf-missing\""), domain, input_of("right.example"), include).verdict,
            Verdict::met);
}

TEST(Judge, WhatNobodyLookedAtIsNotJudged) {
  for (const auto* findings :
       {"\"smtp-no-starttls\"", "\"mta-sts-not-enforced\"", "\"block-list-listed\"", "\"dkim-key-old\"",
        "\"sample-unaligned\"", "\"sender-reverse-missing\"", "\"dane-mismatch\""}) {
    const auto result = judged(rule(findings), {});
    EXPECT_EQ(result.verdict, Verdict::unjudged) << findings;
    EXPECT_THAT(result.why, HasSubstr("--")) << findings;
  }
  const auto by_hand = house(requirement("by_hand = \"nobody can see it\""));
  EXPECT_EQ(judged(by_hand, {}).why, "nobody can see it");
}

TEST(Judge, TheKindOfDomainDecidesFirst) {
  const auto parked = rule("\"spf-softfail\"", "applies = \"parked\"");
  const auto sending = rule("\"spf-softfail\"", "applies = \"sending\"");
  auto silent = input_of("right.example");
  silent.sends = Sends::no;
  const Domain soft{.spf = "v=spf1 ~all"};
  EXPECT_EQ(judged(parked, soft).verdict, Verdict::inapplicable);
  EXPECT_EQ(judged(parked, soft, silent).verdict, Verdict::broken);
  EXPECT_EQ(judged(sending, soft, silent).verdict, Verdict::inapplicable);
  EXPECT_EQ(judged(sending, soft).verdict, Verdict::broken);
  const Domain null{.spf = "v=spf1 -all", .dkim = "", .mx = "."};
  EXPECT_EQ(judged(sending, null).verdict, Verdict::inapplicable);
  EXPECT_EQ(judged(parked, null).verdict, Verdict::met);
}

TEST(Judge, FindingsNameWhatTheyBreak) {
  auto zone = zone_of({.dmarc = "v=DMARC1; p=none"});
  const auto input = input_of("right.example");
  auto report = audit_in(zone, input);
  const Profiles profiles{std::make_shared<const Profile>(rule("\"dmarc-policy-none\""))};
  judge_all(profiles, input, report);
  ASSERT_TRUE(has(report, "dmarc-policy-none"));
  EXPECT_THAT(find(report, "dmarc-policy-none")->requirements, ElementsAre("house one"));
  EXPECT_THAT(find(report, "dmarc-no-sp")->requirements, IsEmpty());
}

TEST(Judge, AnAcceptedRiskStaysBroken) {
  auto zone = zone_of({.dmarc = "v=DMARC1; p=none"});
  const auto input = input_of("right.example");
  auto report = audit_in(zone, input);
  for (auto& finding : report.findings)
    finding.accepted = Acceptance{.reason = "it is so", .who = "the test", .until = {}};
  const auto result = judge(rule("\"dmarc-policy-none\""), input, report).requirements.front();
  EXPECT_EQ(result.verdict, Verdict::broken);
  EXPECT_TRUE(result.accepted);
}

TEST(Judge, TheShortestKeyAgeCounts) {
  auto a = house(requirement("by_hand = \"x\""));
  auto b = a;
  a.max_key_age = 90 * 24h;
  b.max_key_age = 31 * 24h;
  EXPECT_EQ(max_key_age({}), 0s);
  EXPECT_EQ(max_key_age({std::make_shared<const Profile>(a), std::make_shared<const Profile>(b)}), 31 * 24h);
}

}  // namespace
}  // namespace rampart::audit
