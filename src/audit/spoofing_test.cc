// The spoofing table, row by row, as one line each:
//   identity origin: SPF/DMARC policy -> RFC 9989 disposition, RFC 7489 disposition
#include "audit/spoofing.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "audit/zone_audit_test.h"

namespace rampart::audit {
namespace {

std::string line(const SpoofRow& row) {
  return fmt::format("{} {}: {}/{} {} -> {}, {}", to_string(row.identity), to_string(row.origin), row.spf,
                     row.dmarc, to_string(row.policy), to_string(row.rfc9989), to_string(row.rfc7489));
}

std::string table(const DomainReport& report) {
  std::string out;
  for (const auto& row : report.spoofing) out += line(row) + "\n";
  return out;
}

TEST(Spoofing, ARightDomainRefusesAll) {
  const auto report = audit_of({});
  EXPECT_EQ(table(report),
            "domain stranger: fail/fail reject -> reject, reject\n"
            "subdomain stranger: none/fail reject -> reject, reject\n"
            "invented stranger: none/fail reject -> reject, reject\n");
  EXPECT_EQ(report.spoofing[0].address, kStrangers.front());
  EXPECT_EQ(report.spoofing[1].from.text(), "www.right.example");
  EXPECT_EQ(report.spoofing[2].from.text(), "rampart-invented-name.right.example");
  EXPECT_EQ(report.spoofing[2].decided_by, "_dmarc.right.example sp=reject") << "np says the same as sp";
}

TEST(Spoofing, HardFailWithoutDmarcStopsNobody) {
  const auto report = audit_of({.dmarc = ""});
  EXPECT_EQ(line(report.spoofing[0]), "domain stranger: fail/none missing -> deliver, deliver");
  EXPECT_NE(report.spoofing[0].why.find("envelope sender"), std::string::npos);
  EXPECT_EQ(report.spoofing[0].decided_by, "no DMARC record");
}

TEST(Spoofing, SubdomainTagsDecideForSubdomains) {
  EXPECT_EQ(table(audit_of({.dmarc = "v=DMARC1; p=reject; sp=none; np=quarantine"})),
            "domain stranger: fail/fail reject -> reject, reject\n"
            "subdomain stranger: none/fail none -> deliver, deliver\n"
            "invented stranger: none/fail quarantine -> quarantine, deliver\n");
  const auto testing = audit_of({.dmarc = "v=DMARC1; p=reject; t=y"});
  EXPECT_EQ(line(testing.spoofing[0]), "domain stranger: fail/fail quarantine -> quarantine, reject");
  EXPECT_TRUE(testing.effective_policy.domain.testing);
  EXPECT_EQ(testing.effective_policy.domain.tag, "p");
  const auto share = audit_of({.dmarc = "v=DMARC1; p=reject; pct=50"});
  EXPECT_EQ(line(share.spoofing[0]), "domain stranger: fail/fail reject -> reject, quarantine");
}

TEST(Spoofing, ARecordThatSwitchesItselfOffDelivers) {
  EXPECT_EQ(line(audit_of({.dmarc = "v=DMARC1; p=reject; sp=bogus"}).spoofing[0]),
            "domain stranger: fail/permerror missing -> deliver, deliver");
  EXPECT_EQ(line(audit_of({.dmarc = "v=DMARC1; p=reject; np=bogus"}).spoofing[0]),
            "domain stranger: fail/permerror missing -> deliver, reject")
      << "RFC 7489 does not know np";
}

TEST(Spoofing, APassAnywhereInTheOrganisationPassesEverywhere) {
  const auto all = audit_of({.spf = "v=spf1 +all"});
  EXPECT_EQ(table(all),
            "domain stranger: pass/pass reject -> deliver, deliver\n"
            "subdomain stranger: none/pass reject -> deliver, deliver\n"
            "invented stranger: none/pass reject -> deliver, deliver\n");
  EXPECT_EQ(all.spoofing[0].decided_by, "right.example +all");
  // A subdomain that lets everyone pass opens the domain by relaxed alignment, and not by strict.
  const auto open_www = [](Zone& zone) { zone.txt("www.right.example", "v=spf1 +all"); };
  EXPECT_EQ(line(audit_of({.more = open_www}).spoofing[0]),
            "domain stranger: fail/pass reject -> deliver, deliver");
  EXPECT_EQ(line(audit_of({.dmarc = "v=DMARC1; p=reject; aspf=s", .more = open_www}).spoofing[0]),
            "domain stranger: fail/fail reject -> reject, reject");
}

TEST(Spoofing, TheStrangerIsOneWhoIsNotAuthorised) {
  const auto report = audit_of({.spf = "v=spf1 ip4:203.0.113.0/24 ip4:198.51.100.0/24 -all"});
  EXPECT_EQ(report.spoofing[0].address, kStrangers[2]);
  EXPECT_EQ(report.spoofing[0].spf, "fail");
}

// Exceptions do not make an open record a closed one, and a stranger rents an address of either family.
TEST(Spoofing, WhoeverLetsInManyLetsInAStranger) {
  for (const auto* spf :
       {"v=spf1 +all", "v=spf1 ip4:0.0.0.0/1 ip4:128.0.0.0/1 -all", "v=spf1 -ip4:192.0.0.0/2 +all",
        "v=spf1 -ip4:192.0.2.0/24 -ip4:198.51.100.0/24 -ip4:203.0.113.0/24 +all", "v=spf1 ip6:::/0 -all",
        "v=spf1 ip6:2000::/3 -all", "v=spf1 ip4:50.0.0.0/8 -all"}) {
    const auto report = audit_of({.spf = spf});
    EXPECT_EQ(report.spoofing[0].dmarc, "pass") << spf;
    EXPECT_EQ(report.status, Status::spoofable) << spf;
  }
}

// RFC 7208 section 11.1: HELO and local part are the sender's to choose.
TEST(Spoofing, AMacroThatTheSenderFillsLetsHimIn) {
  for (const auto* spf : {"v=spf1 exists:%{h} -all", "v=spf1 a:%{h} -all", "v=spf1 include:%{l} -all"}) {
    const auto report = audit_of({.spf = spf});
    EXPECT_EQ(report.spoofing[0].dmarc, "pass") << spf;
    EXPECT_EQ(report.status, Status::spoofable) << spf;
    EXPECT_NE(report.spoofing[0].why.find("macro"), std::string::npos) << spf;
  }
  EXPECT_EQ(audit_of({.spf = "v=spf1 exists:%{i}.spf.right.example -all"}).status, Status::protected_);
  EXPECT_EQ(audit_of({.spf = "v=spf1 -exists:%{h} -all"}).status, Status::protected_);
}

TEST(Spoofing, ACustomerOfTheSameProviderPasses) {
  const auto report = audit_of({.spf = "v=spf1 include:_spf.google.com -all", .more = [](Zone& zone) {
                                  zone.txt("_spf.google.com", "v=spf1 ip4:198.51.100.0/24 -all");
                                }});
  ASSERT_EQ(report.spoofing.size(), 6U);
  EXPECT_EQ(line(report.spoofing[3]), "domain shared: pass/pass reject -> deliver, deliver");
  EXPECT_EQ(report.spoofing[3].via, "Google Workspace");
  EXPECT_EQ(line(report.spoofing[5]), "invented shared: none/pass reject -> deliver, deliver");
  EXPECT_EQ(report.status, Status::protected_) << "a stranger is refused; the finding speaks of the provider";
}

TEST(Spoofing, AnyExistingSubdomainWhenNoneIsKnown) {
  const auto report =
      audit_of({.dmarc = "v=DMARC1; p=reject; sp=quarantine; np=reject", .mx = "", .www = false});
  EXPECT_EQ(line(report.spoofing[1]), "subdomain stranger: none/fail quarantine -> quarantine, quarantine");
  EXPECT_EQ(report.spoofing[1].from.text(), "any-existing-name.right.example");
  EXPECT_EQ(line(report.spoofing[2]), "invented stranger: none/fail reject -> reject, quarantine");
  // A mail server of its own, or a name from the zone, comes first.
  EXPECT_EQ(audit_of({.www = false}).spoofing[1].from.text(), "mail.right.example");
  auto zone = zone_of({});
  zone.txt("_dmarc.erp.right.example", "v=DMARC1; p=none").address("erp.right.example", "192.0.2.7");
  auto input = input_of("right.example");
  input.known_subdomains = {*dns::Name::try_parse("_x.right.example"),
                            *dns::Name::try_parse("erp.right.example")};
  EXPECT_EQ(line(audit_in(zone, input).spoofing[1]),
            "subdomain stranger: none/fail none -> deliver, deliver");
}

TEST(Spoofing, UnknownUnlessItMakesNoDifference) {
  const auto spf_fails = [](Zone& zone) { zone.fails("right.example", facts::Why::servfail); };
  EXPECT_EQ(line(audit_of({.more = spf_fails}).spoofing[0]),
            "domain stranger: temperror/temperror reject -> unknown, unknown");
  EXPECT_EQ(line(audit_of({.dmarc = "v=DMARC1; p=none", .more = spf_fails}).spoofing[0]),
            "domain stranger: temperror/temperror none -> deliver, deliver");
  const auto above_fails = [](Zone& zone) { zone.fails("_dmarc.example", facts::Why::timeout); };
  EXPECT_EQ(line(audit_of({.more = above_fails}).spoofing[0]),
            "domain stranger: fail/fail reject -> reject, reject")
      << "its own record decides";
}

}  // namespace
}  // namespace rampart::audit
