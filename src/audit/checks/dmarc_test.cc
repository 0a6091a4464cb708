#include "audit/checks/dmarc.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "audit/zone_audit_test.h"

namespace rampart::audit {
namespace {

TEST(WithTag, ChangesOneTagAndNothingElse) {
  struct Case {
    std::string_view record, tag, value, expected;
  };
  for (const auto& test : std::initializer_list<Case>{
           {"v=DMARC1; p=reject", "sp", "reject", "v=DMARC1; p=reject; sp=reject"},
           {"v=DMARC1;p=reject;rua=mailto:a@b.example;", "sp", "none",
            "v=DMARC1;p=reject; sp=none;rua=mailto:a@b.example;"},
           {"v=DMARC1; p = none ; pct=100", "p", "quarantine", "v=DMARC1; p = quarantine ; pct=100"},
           {"v=DMARC1; P=none", "p", "reject", "v=DMARC1; P=reject"},
           {"v=DMARC1; p=; rua=mailto:a@b.example", "p", "none", "v=DMARC1; p=none; rua=mailto:a@b.example"},
           {"v=DMARC1; sp=bogus; p=reject", "sp", "reject", "v=DMARC1; sp=reject; p=reject"},
           {"v=DMARC1", "p", "none", "v=DMARC1; p=none"},
           {"", "p", "none", ""},
       }) {
    EXPECT_EQ(with_tag(test.record, test.tag, test.value), test.expected) << test.record;
  }
}

TEST(PolicyOf, KeepsMissingAndUnknownApart) {
  dmarc::Discovery found;
  found.status = dmarc::Discovery::Status::none;
  EXPECT_EQ(policy_of(found), Policy::missing);
  found.status = dmarc::Discovery::Status::unusable;
  EXPECT_EQ(policy_of(found), Policy::missing);
  found.status = dmarc::Discovery::Status::temperror;
  EXPECT_EQ(policy_of(found), Policy::unknown);
  found.status = dmarc::Discovery::Status::found;
  found.policy = dmarc::Policy::quarantine;
  EXPECT_EQ(policy_of(found), Policy::quarantine);
}

TEST(PolicyOf, AShareOfTheMailMeetsTheWeakerPolicy) {
  dmarc::LegacyDiscovery legacy;
  legacy.status = dmarc::Discovery::Status::found;
  legacy.policy = dmarc::Policy::reject;
  EXPECT_EQ(policy_of(legacy), Policy::reject);
  legacy.percent = 99;
  EXPECT_EQ(policy_of(legacy), Policy::quarantine);
  legacy.policy = dmarc::Policy::quarantine;
  EXPECT_EQ(policy_of(legacy), Policy::none);
}

std::string entry(const EffectivePolicy::Entry& entry) {
  return fmt::format("{} {} {}{} / {}", to_string(entry.policy), entry.record_name, entry.tag,
                     entry.testing ? " t=y" : "", to_string(entry.rfc7489));
}

TEST(EffectivePolicy, SaysWhichRecordAndTagDecide) {
  const auto own = audit_of({.dmarc = "v=DMARC1; p=reject; sp=quarantine; np=none; t=y"}).effective_policy;
  EXPECT_EQ(entry(own.domain), "quarantine _dmarc.right.example p t=y / reject");
  EXPECT_EQ(entry(own.subdomain), "none _dmarc.right.example sp t=y / quarantine");
  EXPECT_EQ(entry(own.invented), "none _dmarc.right.example np / quarantine");

  const auto inherited =
      audit_of(
          {.domain = "cs.right.example",
           .dmarc = "",
           .more = [](Zone& zone) { zone.txt("_dmarc.right.example", "v=DMARC1; p=reject; sp=quarantine"); }})
          .effective_policy;
  EXPECT_EQ(entry(inherited.domain), "quarantine _dmarc.right.example sp / quarantine");

  const auto none = audit_of({.dmarc = ""}).effective_policy;
  EXPECT_EQ(entry(none.domain), "missing   / missing");
}

TEST(DmarcFindings, AForgottenSemicolonIsPutIn) {
  const auto report = audit_of({.dmarc = "v=DMARC1 p=reject; rua=mailto:a@right.example"});
  const auto* finding = find(report, "dmarc-policy-absent");
  ASSERT_NE(finding, nullptr);
  ASSERT_EQ(finding->remedies.size(), 1U);
  EXPECT_EQ(finding->remedies[0].data, "v=DMARC1; p=reject; rua=mailto:a@right.example");
  EXPECT_TRUE(find(audit_of({.dmarc = "v=DMARC1; rua=mailto:a@right.example"}), "dmarc-policy-absent")
                  ->remedies.empty());
  EXPECT_TRUE(find(audit_of({.dmarc = "v=DMARC1 x=reject"}), "dmarc-policy-absent")->remedies.empty());
}

TEST(DmarcFindings, PctZeroBesideTestingIsNoFault) {
  EXPECT_FALSE(has(audit_of({.dmarc = "v=DMARC1; p=reject; pct=0; t=y"}), "dmarc-pct"));
  EXPECT_TRUE(has(audit_of({.dmarc = "v=DMARC1; p=reject; pct=0"}), "dmarc-pct"));
  EXPECT_FALSE(has(audit_of({.dmarc = "v=DMARC1; p=reject; pct=100"}), "dmarc-pct"));
}

TEST(DmarcFindings, WeaknessFiveIsJudgedAtTheOrganizationalDomainAlone) {
  EXPECT_EQ(weaknesses(audit_of({.dmarc = "v=DMARC1; p=reject"})), "WK-5");
  const auto below =
      audit_of({.domain = "cs.right.example", .dmarc = "v=DMARC1; p=reject", .more = [](Zone& zone) {
                  zone.txt("_dmarc.right.example", "v=DMARC1; p=reject; sp=reject");
                }});
  EXPECT_EQ(weaknesses(below), "") << "sp has no effect there";
  EXPECT_EQ(below.organizational_domain->text(), "right.example");
  const auto apart =
      audit_of({.domain = "cs.right.example", .dmarc = "v=DMARC1; p=reject; psd=n", .more = [](Zone& zone) {
                  zone.txt("_dmarc.right.example", "v=DMARC1; p=reject; sp=reject");
                }});
  EXPECT_EQ(weaknesses(apart), "WK-5") << "psd=n makes it an Organizational Domain";
}

TEST(DmarcFindings, WeaknessFiveSaysWhatItMeans) {
  const auto severity = [](const std::string& policy) {
    const auto report = audit_of({.dmarc = "v=DMARC1; p=" + policy + "; rua=mailto:dmarc@right.example"});
    return find(report, "dmarc-no-sp")->effective;
  };
  EXPECT_EQ(severity("reject"), Severity::info);
  EXPECT_EQ(severity("quarantine"), Severity::low);
  EXPECT_EQ(severity("none"), Severity::high);
  EXPECT_EQ(find(audit_of({.dmarc = "v=DMARC1; p=reject"}), "dmarc-no-sp")->severity, Severity::high);
}

TEST(DmarcFindings, HostileRecordsStayRawAndShort) {
  const std::string hostile =
      "v=DMARC1; p=\x1b[31m" + std::string(40000, 'x') + "; rua=mailto:a@right.example";
  const auto report = audit_of({.dmarc = hostile});
  const auto* finding = find(report, "dmarc-policy-invalid");
  ASSERT_NE(finding, nullptr);
  EXPECT_LT(finding->title.size(), 400U);
  EXPECT_EQ(finding->evidence.front().record, hostile) << "outputs escape it";
}

}  // namespace
}  // namespace rampart::audit
