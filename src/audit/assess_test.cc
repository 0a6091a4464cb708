// Small zones and what an audit says of them: status, grade, weaknesses and every finding worth more than
// info.
#include "audit/assess.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "audit/zone_audit_test.h"

namespace rampart::audit {
namespace {

using facts::Why;

struct Case {
  std::string name;
  Domain domain;
  std::string status;
  std::string grade;
  std::string weaknesses;
  std::string faults;
};

void PrintTo(const Case& test, std::ostream* out) { *out << test.name; }

class Assess : public ::testing::TestWithParam<Case> {};

TEST_P(Assess, SaysWhatIsWrong) {
  const auto& test = GetParam();
  const auto report = audit_of(test.domain);
  EXPECT_EQ(to_string(report.status), test.status) << report.sentence;
  EXPECT_EQ(report.grade, test.grade);
  EXPECT_EQ(weaknesses(report), test.weaknesses);
  EXPECT_EQ(faults(report), test.faults);
  EXPECT_EQ(report.spoofing.size() % 3, 0U);
  EXPECT_FALSE(report.sentence.empty());
}

// A parked domain takes no mail, so its reports go elsewhere, to somebody who agreed.
const std::string kParked = "v=DMARC1; p=reject; sp=reject; np=reject; rua=mailto:right@reports.example";
void add_reports(Zone& zone) {
  zone.mx("reports.example", 10, "mail.reports.example")
      .txt("right.example._report._dmarc.reports.example", "v=DMARC1");
}

const std::string kReject = "v=DMARC1; p=reject; sp=reject; np=reject; rua=mailto:dmarc@right.example";

INSTANTIATE_TEST_SUITE_P(
    Weaknesses, Assess,
    ::testing::Values(
        Case{"right", {}, "protected", "A+", "", ""},
        Case{"nothing",
             {.spf = "", .dkim = "", .dmarc = ""},
             "spoofable",
             "F",
             "WK-1 WK-2 WK-3",
             "no-authentication:critical dmarc-missing:high spf-missing:high dkim-missing:medium"},
        Case{"no_dkim", {.dkim = ""}, "protected", "A-", "WK-2", "dkim-missing:medium dmarc-spf-only:low"},
        Case{"no_dmarc", {.dmarc = ""}, "spoofable", "F", "WK-3", "dmarc-missing:high"},
        Case{"policy_none",
             {.dmarc = "v=DMARC1; p=none; sp=none; rua=mailto:dmarc@right.example"},
             "spoofable",
             "D-",
             "WK-4",
             "dmarc-policy-none:high"},
        Case{"policy_none_without_reports",
             {.dmarc = "v=DMARC1; p=none; sp=none"},
             "spoofable",
             "F",
             "WK-4",
             "dmarc-policy-none:high dmarc-no-rua:low"},
        Case{"no_sp_but_reject",
             {.dmarc = "v=DMARC1; p=reject; rua=mailto:dmarc@right.example"},
             "protected",
             "A+",
             "WK-5",
             ""},
        Case{"no_sp_and_none",
             {.dmarc = "v=DMARC1; p=none; rua=mailto:dmarc@right.example"},
             "spoofable",
             "D-",
             "WK-4 WK-5",
             "dmarc-no-sp:high dmarc-policy-none:high"},
        Case{"softfail_behind_reject", {.spf = "v=spf1 ip4:192.0.2.21 ~all"}, "protected", "A+", "WK-6", ""},
        Case{"softfail_alone",
             {.spf = "v=spf1 ip4:192.0.2.21 ~all", .dmarc = ""},
             "spoofable",
             "F",
             "WK-3 WK-6",
             "dmarc-missing:high spf-softfail:medium"},
        Case{"only_dmarc",
             {.spf = "", .dkim = ""},
             "protected",
             "A-",
             "WK-2 WK-7",
             "dkim-missing:medium dmarc-without-authentication:low spf-missing:low"},
        Case{"only_dmarc_none",
             {.spf = "", .dkim = "", .dmarc = "v=DMARC1; p=none; sp=none; rua=mailto:dmarc@right.example"},
             "spoofable",
             "D-",
             "WK-2 WK-4 WK-7",
             "dmarc-without-authentication:critical spf-missing:high dmarc-policy-none:high "
             "dkim-missing:medium"},
        Case{"parked",
             {.spf = "v=spf1 -all", .dkim = "", .dmarc = kParked, .mx = ".", .more = add_reports},
             "protected",
             "A+",
             "WK-2",
             ""}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Dmarc, Assess,
    ::testing::Values(
        Case{"quarantine",
             {.dmarc = "v=DMARC1; p=quarantine; sp=quarantine; rua=mailto:dmarc@right.example"},
             "partly-protected",
             "B",
             "",
             "dmarc-policy-quarantine:low"},
        Case{"subdomains_open",
             {.dmarc = "v=DMARC1; p=reject; sp=none; rua=mailto:dmarc@right.example"},
             "partly-protected",
             "C-",
             "",
             "dmarc-subdomains-open:high"},
        Case{"subdomains_weaker",
             {.dmarc = "v=DMARC1; p=reject; sp=quarantine; rua=mailto:dmarc@right.example"},
             "partly-protected",
             "B",
             "",
             "dmarc-subdomains-weaker:low"},
        Case{"invented_open",
             {.dmarc = "v=DMARC1; p=reject; sp=reject; np=none; rua=mailto:dmarc@right.example"},
             "partly-protected",
             "C-",
             "",
             "dmarc-invented-open:high"},
        Case{"np_alone",
             {.dmarc = "v=DMARC1; p=reject; sp=none; np=reject; rua=mailto:dmarc@right.example"},
             "partly-protected",
             "C-",
             "",
             "dmarc-subdomains-open:high"},
        Case{"mistyped_sp",
             {.dmarc = "v=DMARC1; p=reject; sp=quarentine; rua=mailto:dmarc@right.example"},
             "spoofable",
             "F",
             "",
             "dmarc-policy-invalid:critical"},
        Case{"mistyped_p_without_rua",
             {.dmarc = "v=DMARC1; p=rejct"},
             "spoofable",
             "F",
             "WK-5",
             "dmarc-policy-invalid:critical dmarc-no-sp:high dmarc-no-rua:low"},
        Case{"no_p",
             {.dmarc = "v=DMARC1; sp=reject; rua=mailto:dmarc@right.example"},
             "spoofable",
             "F",
             "",
             "dmarc-policy-absent:high"},
        Case{"two_records",
             {.more = [](Zone& zone) { zone.txt("_dmarc.right.example", "v=DMARC1; p=none"); }},
             "spoofable",
             "F",
             "WK-3",
             "dmarc-missing:high dmarc-several-records:high"},
        Case{"malformed",
             {.dmarc = " v=DMARC1; p=reject"},
             "spoofable",
             "F",
             "WK-3",
             "dmarc-malformed:high dmarc-missing:high"},
        Case{"at_the_apex",
             {.dmarc = "", .more = [](Zone& zone) { zone.txt("right.example", "v=DMARC1; p=reject"); }},
             "spoofable",
             "F",
             "WK-3",
             "dmarc-missing:high dmarc-wrong-place:medium"},
        Case{"alias_dangling",
             {.dmarc = "",
              .more = [](Zone& zone) { zone.cname("_dmarc.right.example", "dmarc.gone.example"); }},
             "spoofable",
             "F",
             "WK-3",
             "dmarc-alias-dangling:high dmarc-missing:high"},
        Case{"alias",
             {.dmarc = "",
              .more =
                  [](Zone& zone) {
                    zone.cname("_dmarc.right.example", "policy.host.example");
                    zone.txt("policy.host.example", kReject);
                  }},
             "protected",
             "A+",
             "",
             ""},
        Case{"testing_reject",
             {.dmarc = "v=DMARC1; p=reject; sp=reject; t=y; rua=mailto:dmarc@right.example"},
             "partly-protected",
             "B",
             "",
             "dmarc-testing:low"},
        Case{"testing_quarantine_with_pct_0",
             {.dmarc = "v=DMARC1; p=quarantine; sp=quarantine; t=y; pct=0; rua=mailto:dmarc@right.example"},
             "spoofable",
             "F",
             "",
             "dmarc-testing:high dmarc-policy-quarantine:low"},
        Case{"pct",
             {.dmarc = "v=DMARC1; p=quarantine; sp=quarantine; pct=20; rua=mailto:dmarc@right.example"},
             "partly-protected",
             "D",
             "",
             "dmarc-pct:low dmarc-policy-quarantine:low"},
        Case{"historic_tags",
             {.dmarc = "v=DMARC1; p=reject; sp=reject; np=reject; pct=100; rf=afrf; ri=86400; "
                       "rua=mailto:dmarc@right.example"},
             "protected",
             "A+",
             "",
             ""},
        Case{"no_rua",
             {.dmarc = "v=DMARC1; p=reject; sp=reject; np=reject"},
             "protected",
             "A",
             "",
             "dmarc-no-rua:low"},
        Case{"bad_rua",
             {.dmarc = "v=DMARC1; p=reject; sp=reject; np=reject; rua=dmarc@right.example"},
             "protected",
             "A",
             "",
             "dmarc-rua-invalid:low"},
        Case{"rua_elsewhere",
             {.dmarc = "v=DMARC1; p=reject; sp=reject; np=reject; rua=mailto:right@reports.example",
              .more = [](Zone& zone) { zone.mx("reports.example", 10, "mail.reports.example"); }},
             "protected",
             "A",
             "",
             "dmarc-rua-unauthorised:low"},
        Case{"rua_without_mail",
             {.dmarc = "v=DMARC1; p=reject; sp=reject; np=reject; rua=mailto:dmarc@box.right.example",
              .more = [](Zone& zone) { zone.exists("box.right.example"); }},
             "protected",
             "A",
             "",
             "dmarc-rua-no-mail:low"},
        Case{"psd",
             {.dmarc = "v=DMARC1; p=reject; sp=reject; np=reject; psd=y; rua=mailto:dmarc@right.example"},
             "protected",
             "A",
             "",
             "dmarc-psd-misuse:low"},
        Case{"wildcard",
             {.dmarc = "v=DMARC1; p=reject; sp=none; np=reject; rua=mailto:dmarc@right.example",
              .more = [](Zone& zone) { zone.address("*.right.example", "192.0.2.99"); }},
             "partly-protected",
             "C-",
             "",
             "dmarc-subdomains-open:high dmarc-wildcard:high"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Dkim, Assess,
    ::testing::Values(
        Case{"key_1024", {.dkim = key(crypto::kRsa1024)}, "protected", "A", "", "dkim-key-short:low"},
        Case{"key_768",
             {.dkim = key(crypto::kRsa768)},
             "protected",
             "A-",
             "",
             "dkim-key-weak:medium dkim-unknown?"},
        Case{"test_key",
             {.dkim = "v=DKIM1; k=rsa; t=y; p=" + std::string(crypto::kRsa2048)},
             "protected",
             "A",
             "",
             "dkim-key-testing:low"},
        Case{"sha1_key",
             {.dkim = "v=DKIM1; k=rsa; h=sha1; p=" + std::string(crypto::kRsa2048)},
             "protected",
             "A-",
             "",
             "dkim-key-sha1:medium dkim-unknown?"},
        Case{"broken_key",
             {.dkim = "v=DKIM1; k=rsa; p=MIIB!!"},
             "protected",
             "A-",
             "",
             "dkim-key-syntax:medium dkim-unknown?"},
        Case{"revoked_key", {.dkim = "v=DKIM1; p="}, "protected", "A-", "", "dkim-unknown?"},
        Case{"ed25519_only",
             {.dkim = key(crypto::kEd25519, "ed25519")},
             "protected",
             "A",
             "",
             "dkim-ed25519-only:low"},
        Case{
            "two_at_one_selector",
            {.more =
                 [](Zone& zone) { zone.txt("default._domainkey.right.example", key(crypto::kRsa2048Bare)); }},
            "protected",
            "A",
            "",
            "dkim-several-keys:low"},
        Case{"elsewhere",
             {.dkim = "",
              .more = [](Zone& zone) { zone.txt("x7c1q._domainkey.right.example", key(crypto::kRsa2048)); }},
             "protected",
             "A-",
             "",
             "dkim-unknown?"},
        Case{"revoked_wildcard_parked",
             {.spf = "v=spf1 -all",
              .dkim = "",
              .dmarc = kParked,
              .mx = ".",
              .more =
                  [](Zone& zone) {
                    zone.txt("*._domainkey.right.example", "v=DKIM1; p=");
                    add_reports(zone);
                  }},
             "protected",
             "A+",
             "",
             ""},
        Case{"wildcard_txt",
             {.dkim = "", .more = [](Zone& zone) { zone.txt("*.right.example", "v=spf1 -all"); }},
             "protected",
             "A-",
             "",
             "dkim-unknown?"},
        Case{"lying_server",  // NXDOMAIN for an empty non-terminal, with a key below it
             {.dkim = "",
              .more = [](Zone& zone) { zone.fails("default._domainkey.right.example", Why::timeout); }},
             "protected",
             "A-",
             "",
             "dkim-unknown? dkim-selector-unknown?"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Spf, Assess,
    ::testing::Values(
        Case{"pass_all", {.spf = "v=spf1 +all"}, "spoofable", "F", "", "spf-pass-all:critical"},
        Case{"neutral", {.spf = "v=spf1 ip4:192.0.2.21 ?all"}, "protected", "A+", "", ""},
        Case{"no_all", {.spf = "v=spf1 ip4:192.0.2.21"}, "protected", "A+", "", ""},
        Case{"two_records",
             {.more = [](Zone& zone) { zone.txt("right.example", "v=spf1 -all"); }},
             "protected",
             "A",
             "",
             "spf-several-records:low"},
        Case{"syntax", {.spf = "v=spf1 ip4:192.0.2.300 -all"}, "protected", "A", "", "spf-syntax:low"},
        Case{"dangling",
             {.spf = "v=spf1 ip4:192.0.2.21 include:spf.oldmailer.example -all"},
             "partly-protected",
             "D-",
             "",
             "spf-dangling-include:critical"},
        Case{"include_without_record",
             {.spf = "v=spf1 ip4:192.0.2.21 include:mail.right.example -all"},
             "protected",
             "A",
             "",
             "spf-include-none:low"},
        Case{"ptr", {.spf = "v=spf1 ip4:192.0.2.21 ptr -all"}, "protected", "A", "", "spf-ptr:low"},
        Case{"shared_provider",
             {.spf = "v=spf1 include:_spf.google.com -all",
              .more =
                  [](Zone& zone) {
                    zone.txt("_spf.google.com", "v=spf1 ip4:198.51.100.0/24 -all");
                    zone.add("google.com", dns::RrType::ns, "");
                  }},
             "protected",
             "A",
             "",
             "spf-shared-provider:low"},
        Case{"redirect_to_softfail",
             {.spf = "v=spf1 redirect=_spf.right.example",
              .more = [](Zone& zone) { zone.txt("_spf.right.example", "v=spf1 ip4:192.0.2.21 ~all"); }},
             "protected",
             "A+",
             "WK-6",
             ""}),
    [](const auto& info) { return info.param.name; });

// A subdomain is judged by what it inherits.
INSTANTIATE_TEST_SUITE_P(
    Subdomains, Assess,
    ::testing::Values(
        Case{"inherits_reject",
             {.domain = "cs.right.example",
              .dmarc = "",
              .mx = "mail.cs.right.example",
              .more = [](Zone& zone) { zone.txt("_dmarc.right.example", kReject); }},
             "protected",
             "A+",
             "",
             ""},
        Case{"inherits_p_without_sp",
             {.domain = "cs.right.example",
              .dmarc = "",
              .mx = "mail.cs.right.example",
              .more = [](Zone& zone) { zone.txt("_dmarc.right.example", "v=DMARC1; p=reject"); }},
             "protected",
             "A+",
             "",
             ""},
        Case{"inherits_none",
             {.domain = "cs.right.example",
              .dmarc = "",
              .mx = "mail.cs.right.example",
              .more = [](Zone& zone) { zone.txt("_dmarc.right.example", "v=DMARC1; p=reject; sp=none"); }},
             "spoofable",
             "F",
             "WK-4",
             "dmarc-policy-none:high"},
        Case{"own_record_below",
             {.domain = "cs.right.example",
              .dmarc = "v=DMARC1; p=reject; sp=reject; rua=mailto:dmarc@right.example",
              .mx = "mail.cs.right.example",
              .more =
                  [](Zone& zone) {
                    zone.txt("_dmarc.right.example", "v=DMARC1; p=none")
                        .mx("right.example", 10, "mail.cs.right.example");
                  }},
             "partly-protected",
             "C-",
             "",
             "dmarc-below-not-covered:high dmarc-sp-ignored:low"}),
    [](const auto& info) { return info.param.name; });

TEST(AssessUnknown, AFailureIsNeverMissingAndNeverPass) {
  struct Failure {
    std::string name;
    std::string code;
    std::string status;
  };
  for (const auto& failure : {Failure{"right.example", "spf-unknown", "unknown"},
                              Failure{"_dmarc.right.example", "dmarc-unknown", "unknown"},
                              Failure{"_domainkey.right.example", "", "protected"},
                              Failure{"default._domainkey.right.example", "dkim-unknown", "protected"}}) {
    Domain domain;
    domain.more = [&](Zone& zone) { zone.fails(failure.name, Why::servfail); };
    const auto report = audit_of(domain);
    EXPECT_EQ(to_string(report.status), failure.status) << failure.name;
    EXPECT_EQ(weaknesses(report), "") << failure.name;
    if (failure.code.empty()) continue;
    ASSERT_TRUE(has(report, failure.code)) << failure.name;
    EXPECT_EQ(find(report, failure.code)->status, FindingStatus::unknown);
    EXPECT_FALSE(find(report, failure.code)->evidence.front().why.empty()) << failure.name;
  }
}

TEST(AssessUnknown, NothingAnswersAtAll) {
  Zone zone;
  zone.fails_below("example", Why::timeout);
  const auto report = audit_in(zone, input_of("right.example"));
  EXPECT_EQ(report.status, Status::unknown);
  EXPECT_EQ(report.grade, "?");
  EXPECT_TRUE(report.weaknesses.empty());
  for (const auto& finding : report.findings) {
    EXPECT_EQ(finding.status, FindingStatus::unknown) << finding.code;
    EXPECT_EQ(finding.effective, Severity::info) << finding.code;
  }
  EXPECT_NE(report.sentence.find("could not be found out"), std::string::npos) << report.sentence;
}

TEST(AssessUnknown, DkimSaysWhichWeaknessItWouldBe) {
  const auto hidden = [](Zone& zone) { zone.txt("x7c1q._domainkey.right.example", key(crypto::kRsa2048)); };
  const auto none = audit_of({.spf = "", .dkim = "", .dmarc = "", .more = hidden});
  ASSERT_TRUE(has(none, "dkim-unknown"));
  EXPECT_EQ(weaknesses(none), "WK-3");
  EXPECT_NE(find(none, "dkim-unknown")->advice.find("WK-1"), std::string::npos);
  EXPECT_NE(find(none, "dkim-unknown")->advice.find("--selector"), std::string::npos);
  EXPECT_NE(find(none, "dkim-unknown")->title.find(std::to_string(none.selectors_tried)), std::string::npos);
  const auto only_dmarc = audit_of({.spf = "", .dkim = "", .more = hidden});
  EXPECT_NE(find(only_dmarc, "dkim-unknown")->advice.find("WK-7"), std::string::npos);

  // Told the selector, it finds the key.
  auto zone = zone_of({.dkim = "", .more = hidden});
  auto input = input_of("right.example");
  input.selectors = {"x7c1q"};
  EXPECT_EQ(audit_in(zone, input).grade, "A+");
  input.selectors = {"wrong"};
  const auto wrong = audit_in(zone, input);
  EXPECT_TRUE(has(wrong, "dkim-selector-missing"));
  EXPECT_TRUE(has(wrong, "dkim-unknown"));
}

TEST(AssessUnknown, ACompleteZoneProvesThatThereIsNoKey) {
  auto zone = zone_of({.dkim = "", .more = [](Zone& z) { z.txt("*.right.example", "v=spf1 -all"); }});
  auto input = input_of("right.example");
  input.zone_is_complete = true;
  const auto report = audit_in(zone, input);
  EXPECT_TRUE(report.dkim_proven_absent);
  EXPECT_EQ(weaknesses(report), "WK-2");
}

TEST(AssessReport, FindingsAreSortedAndCarryEvidenceAndAdvice) {
  const auto report =
      audit_of({.spf = "v=spf1 ip4:192.0.2.21 ~all", .dkim = key(crypto::kRsa1024), .dmarc = ""});
  for (std::size_t i = 1; i < report.findings.size(); ++i) {
    EXPECT_GE(report.findings[i - 1].effective, report.findings[i].effective);
  }
  for (const auto& finding : report.findings) {
    EXPECT_FALSE(finding.evidence.empty()) << finding.code;
    EXPECT_FALSE(finding.advice.empty()) << finding.code;
    EXPECT_FALSE(finding.references.empty()) << finding.code;
    EXPECT_EQ(finding.title.find('{'), std::string::npos) << finding.title;
    EXPECT_EQ(finding.advice.find('{'), std::string::npos) << finding.advice;
  }
  ASSERT_EQ(report.dkim_keys.size(), 1U);
  EXPECT_EQ(report.dkim_keys[0].bits, 1024U);
  EXPECT_EQ(report.dkim_keys[0].selector, "default");
}

std::string remedy(const DomainReport& report, std::string_view code) {
  const auto* finding = find(report, code);
  if (finding == nullptr || finding->remedies.empty()) return "none";
  const auto& first = finding->remedies.front();
  return std::string(to_string(first.action)) + " " + first.name.text() + " " + first.data;
}

TEST(AssessRemedies, AreTheVeryRecordChanged) {
  const std::string rua = "; rua=mailto:dmarc@right.example";
  EXPECT_EQ(remedy(audit_of({.spf = "v=spf1  ip4:192.0.2.21 ~all"}), "spf-softfail"),
            "replace right.example v=spf1  ip4:192.0.2.21 -all");
  EXPECT_EQ(remedy(audit_of({.spf = "v=spf1 ip4:192.0.2.21 all"}), "spf-pass-all"),
            "replace right.example v=spf1 ip4:192.0.2.21 -all");
  EXPECT_EQ(remedy(audit_of({.dmarc = "v=DMARC1; p=reject" + rua}), "dmarc-no-sp"),
            "replace _dmarc.right.example v=DMARC1; p=reject; sp=reject" + rua);
  EXPECT_EQ(remedy(audit_of({.dmarc = "v=DMARC1; p=none; sp=none" + rua}), "dmarc-policy-none"),
            "replace _dmarc.right.example v=DMARC1; p=quarantine; sp=none" + rua);
  EXPECT_EQ(remedy(audit_of({.dmarc = ""}), "dmarc-missing"), "add _dmarc.right.example v=DMARC1; p=none");
  EXPECT_EQ(remedy(audit_of({.spf = "v=spf1 -all", .dkim = "", .dmarc = "", .mx = "."}), "dmarc-missing"),
            "add _dmarc.right.example v=DMARC1; p=reject; sp=reject");
  EXPECT_EQ(remedy(audit_of({.dmarc = "v=DMARC1; p=reject; sp=quarentine" + rua}), "dmarc-policy-invalid"),
            "replace _dmarc.right.example v=DMARC1; p=reject; sp=quarantine" + rua);
  EXPECT_EQ(remedy(audit_of({.spf = "v=spf1 ip4:192.0.2.21 include:spf.oldmailer.example -all"}),
                   "spf-dangling-include"),
            "replace right.example v=spf1 ip4:192.0.2.21 -all");
  EXPECT_EQ(remedy(audit_of({.spf = ""}), "spf-missing"), "none") << "only the owner knows who sends";
}

TEST(AssessCost, FewQuestionsInThreeRounds) {
  auto zone = zone_of({});
  audit_in(zone, input_of("right.example"));
  EXPECT_LE(zone.rounds(), 3);
  EXPECT_LE(zone.asked(), 45U);
  auto bare = zone_of({.spf = "", .dkim = "", .dmarc = ""});
  audit_in(bare, input_of("right.example"));
  EXPECT_LE(bare.rounds(), 3);
  EXPECT_LE(bare.asked(), 30U);
}

// A domain may not make its own audit impossible.
TEST(Assess, AThousandMailServersDoNotUseUpTheQuestions) {
  for (const bool there : {true, false}) {
    const auto many = [there](Zone& zone) {
      for (int i = 0; i < 1000; ++i) {
        const auto host = fmt::format("h{}.right.example", i);
        zone.mx("right.example", 10, host);
        for (int k = 0; there && k < 12; ++k) zone.address(host, fmt::format("192.0.{}.{}", i % 200, k + 1));
      }
    };
    auto zone = zone_of({.mx = "", .www = false, .more = many});
    const auto report = audit_in(zone, input_of("right.example"));
    EXPECT_EQ(report.status, Status::protected_) << report.sentence;
    EXPECT_LT(zone.asked(), 300U);
    EXPECT_LT(zone.rounds(), 8);
    const auto* cut = find(report, "mx-many");
    ASSERT_NE(cut, nullptr);
    EXPECT_NE(cut->evidence[0].text.find("the first 10 of 1000 servers"), std::string::npos)
        << cut->evidence[0].text;
  }
  EXPECT_FALSE(has(audit_of({}), "mx-many"));
}

// What is unknown is worded as unknown.
TEST(Assess, ANameThatPerhapsCouldBeRegistered) {
  const auto report = audit_of({.spf = "v=spf1 include:spf.oldmailer.example -all", .more = [](Zone& zone) {
                                  zone.fails("oldmailer.example", facts::Why::servfail);
                                }});
  const auto* finding = find(report, "spf-dangling-include");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->status, FindingStatus::unknown);
  EXPECT_EQ(finding->title.find("is not registered"), std::string::npos) << finding->title;
  EXPECT_NE(finding->title.find("whether oldmailer.example is registered"), std::string::npos)
      << finding->title;
  EXPECT_EQ(finding->advice.find("Remove the term now"), std::string::npos) << finding->advice;
}

TEST(Assess, TheFirstStepSaysWhatComesNext) {
  const auto report = audit_of({.spf = "", .dkim = "", .dmarc = ""});
  const auto* finding = find(report, "dmarc-missing");
  ASSERT_NE(finding, nullptr);
  for (const auto* next : {"first step", "rua=mailto:", "WK-4", "WK-5", "WK-7", "p=reject"})
    EXPECT_NE(finding->advice.find(next), std::string::npos) << next;
  const auto parked = audit_of({.spf = "v=spf1 -all", .dmarc = "", .mx = "."});
  EXPECT_EQ(find(parked, "dmarc-missing")->advice.find("first step"), std::string::npos);
}

// The owner's word makes the remedies the short way, and changes nothing of what a stranger can do.
TEST(Assess, OfADomainThatIsSaidNotToSend) {
  auto zone =
      zone_of({.spf = "v=spf1 mx ~all", .dkim = "", .dmarc = "v=DMARC1; p=none; rua=mailto:d@right.example"});
  auto input = input_of("right.example");
  const auto silent = audit_in(zone, input);
  input.sends = Sends::no;
  const auto said = audit_in(zone, input);
  EXPECT_EQ(silent.status, said.status);
  const auto data = [](const DomainReport& report, std::string_view code) {
    const auto* finding = find(report, code);
    return finding == nullptr || finding->remedies.empty() ? std::string() : finding->remedies.front().data;
  };
  EXPECT_EQ(data(silent, "spf-softfail"), "v=spf1 mx -all");
  EXPECT_EQ(data(said, "spf-softfail"), "v=spf1 -all");
  EXPECT_EQ(data(silent, "dmarc-policy-none"), "v=DMARC1; p=quarantine; rua=mailto:d@right.example");
  EXPECT_EQ(data(said, "dmarc-policy-none"), "v=DMARC1; p=reject; rua=mailto:d@right.example");

  auto bare = zone_of({.spf = "", .dkim = "", .dmarc = ""});
  const auto nothing = audit_in(bare, input);
  EXPECT_EQ(data(nothing, "dmarc-missing"), "v=DMARC1; p=reject; sp=reject");
  EXPECT_EQ(data(nothing, "spf-missing"), "v=spf1 -all");
  input.sends = Sends::unsaid;
  EXPECT_EQ(data(audit_in(bare, input), "spf-missing"), "");

  auto parked = zone_of({.spf = "v=spf1 -all", .dkim = "", .dmarc = "", .mx = "."});
  EXPECT_EQ(data(audit_in(parked, input), "dmarc-missing"), "v=DMARC1; p=reject; sp=reject");
  input.sends = Sends::yes;
  EXPECT_EQ(data(audit_in(parked, input), "dmarc-missing"), "v=DMARC1; p=none")
      << "its owner has the last word";
}

}  // namespace
}  // namespace rampart::audit
