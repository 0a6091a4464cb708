#include "audit/catalogue.h"

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "audit/zone_audit_test.h"
#include "base/text.h"

namespace rampart::audit {
namespace {

using facts::Why;

const std::string kPage = std::string(RAMPART_SOURCE_DIR) + "/docs/findings.md";

// With RAMPART_UPDATE_DOCS set it writes the page instead.
TEST(Catalogue, ThePageIsCurrent) {
  if (std::getenv("RAMPART_UPDATE_DOCS") != nullptr) std::ofstream(kPage) << catalogue_page();
  std::ifstream file(kPage);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), catalogue_page())
      << "run audit_test with RAMPART_UPDATE_DOCS=1 and commit docs/findings.md";
}

TEST(Catalogue, CodesAreUniqueAndSpeakOfTheirSubject) {
  std::set<std::string_view> codes;
  for (const auto part : kCatalogue) {
    for (const auto& entry : part) {
      EXPECT_TRUE(codes.insert(entry.code).second) << entry.code;
      EXPECT_FALSE(entry.title.empty() || entry.advice.empty() || entry.references.empty()) << entry.code;
      EXPECT_FALSE(entry.title.ends_with('.')) << entry.code;
      EXPECT_TRUE(entry.advice.ends_with('.') || entry.advice.ends_with('}')) << entry.code;
      for (const char c : entry.code) EXPECT_TRUE(base::is_alnum(c) || c == '-') << entry.code;
    }
  }
  for (const auto weakness : {Weakness::wk1, Weakness::wk2, Weakness::wk3, Weakness::wk4, Weakness::wk5,
                              Weakness::wk6, Weakness::wk7}) {
    std::size_t holders = 0;
    for (const auto part : kCatalogue) {
      holders += static_cast<std::size_t>(std::count_if(
          part.begin(), part.end(), [&](const CatalogueEntry& entry) { return entry.weakness == weakness; }));
    }
    EXPECT_EQ(holders, 1U) << to_string(weakness);
  }
}

TEST(Catalogue, FillsItsWords) {
  const std::array<std::string_view, 2> values = {"a{1}", "b"};
  EXPECT_EQ(fill("{0} and {1}, {7}{x}", values), "a{1} and b, {x}") << "values are not templates";
  const auto finding = make_finding("dmarc-missing", {"d.example"});
  EXPECT_EQ(finding.title, "no DMARC record applies to d.example");
  EXPECT_EQ(finding.weakness, Weakness::wk3);
  EXPECT_EQ(finding.references.size(), 2U);
  EXPECT_EQ(find_entry("dmarc-mising"), nullptr);
}

std::string many(std::string_view term, int count) {
  std::string out = "v=spf1";
  for (int i = 0; i < count; ++i) out += " " + std::string(term) + std::to_string(i) + ".right.example";
  return out + " -all";
}

Domain with_spf(std::string spf, std::function<void(Zone&)> more = {}) {
  return {.spf = std::move(spf), .more = more};
}
Domain with_dmarc(std::string dmarc, std::function<void(Zone&)> more = {}) {
  return {.dmarc = std::move(dmarc), .more = more};
}
Domain with_key(std::string dkim) { return {.dkim = std::move(dkim)}; }

// For every finding of SPF, DKIM, DMARC and the domain: a domain that has it.
std::map<std::string_view, Domain> producers() {
  const std::string kRua = "; rua=mailto:dmarc@right.example";
  const std::string kRight = "v=DMARC1; p=reject; sp=reject; np=reject";
  const auto fails = [](std::string name) { return [=](Zone& zone) { zone.fails(name, Why::servfail); }; };
  std::map<std::string_view, Domain> all;
  all["domain-missing"] = {.spf = "", .dkim = "", .dmarc = "", .mx = "", .www = false};
  all["domain-parked"] = {.spf = "v=spf1 -all", .mx = "."};
  all["no-authentication"] = {.spf = "", .dkim = "", .dmarc = ""};

  all["spf-missing"] = with_spf("");
  all["spf-unknown"] = {.more = fails("right.example")};
  all["spf-several-records"] = {.more = [](Zone& zone) { zone.txt("right.example", "v=spf1 ~all"); }};
  all["spf-syntax"] = with_spf("v=spf1 ip4:1.2.3 -all");
  all["spf-included-syntax"] = with_spf("v=spf1 include:_spf.right.example -all", [](Zone& zone) {
    zone.txt("_spf.right.example", "v=spf1 ip9:1 -all");
  });
  all["spf-too-many-lookups"] = with_spf(many("a:h", 11), [](Zone& zone) {
    for (int i = 0; i < 11; ++i) zone.address("h" + std::to_string(i) + ".right.example", "192.0.2.1");
  });
  all["spf-near-lookup-limit"] = with_spf(many("a:h", 9), [](Zone& zone) {
    for (int i = 0; i < 9; ++i) zone.address("h" + std::to_string(i) + ".right.example", "192.0.2.1");
  });
  all["spf-too-many-voids"] = with_spf(many("a:gone", 3));
  all["spf-void-lookup"] = with_spf(many("a:gone", 1));
  all["spf-loop"] = with_spf("v=spf1 include:_spf.right.example -all", [](Zone& zone) {
    zone.txt("_spf.right.example", "v=spf1 include:right.example -all");
  });
  all["subdomain-takeover"] = {.www = false,
                               .more = [](Zone& zone) { zone.cname("www.right.example", "x.gone.example"); }};
  all["dkim-takeover"] = {.dkim = "", .more = [](Zone& zone) {
                            zone.cname("default._domainkey.right.example", "s1.gone.example");
                          }};
  all["spf-ptr-suffix"] = with_spf("v=spf1 ptr:co.uk -all");
  all["spf-dangling-include"] = with_spf("v=spf1 include:spf.oldmailer.example -all");
  all["spf-include-none"] = with_spf("v=spf1 include:mail.right.example -all");
  all["spf-include-unknown"] =
      with_spf("v=spf1 include:_spf.right.example -all", fails("_spf.right.example"));
  all["spf-pass-all"] = with_spf("v=spf1 +all");
  all["spf-wide"] = with_spf("v=spf1 ip4:10.0.0.0/4 -all");
  all["spf-softfail"] = with_spf("v=spf1 ip4:192.0.2.21 ~all");
  all["spf-neutral"] = with_spf("v=spf1 ip4:192.0.2.21 ?all");
  all["spf-no-all"] = with_spf("v=spf1 ip4:192.0.2.21");
  all["spf-all-not-last"] = with_spf("v=spf1 -all ip4:192.0.2.21");
  all["spf-redirect-ignored"] = with_spf("v=spf1 ip4:192.0.2.21 -all redirect=_spf.right.example");
  all["spf-ptr"] = with_spf("v=spf1 ptr -all");
  all["spf-duplicate-term"] = with_spf("v=spf1 mx mx -all");
  all["spf-shadowed-term"] = with_spf("v=spf1 ip4:192.0.2.0/24 ip4:192.0.2.21 -all");
  all["spf-shared-provider"] = with_spf("v=spf1 include:_spf.google.com -all", [](Zone& zone) {
    zone.txt("_spf.google.com", "v=spf1 ip4:198.51.100.0/24 -all");
  });
  all["spf-simpler"] = with_spf("v=spf1 +ip4:192.0.2.21/32 -all");
  all["spf-malformed"] = with_spf("v=spf 1 ip4:192.0.2.21 -all");
  all["spf-sender-id"] = {.more = [](Zone& zone) { zone.txt("right.example", "spf2.0/pra -all"); }};
  all["spf-large"] = {.more = [](Zone& zone) { zone.txt("right.example", std::string(2000, 'x')); }};
  all["spf-too-many-mx"] = with_spf("v=spf1 mx -all", [](Zone& zone) {
    for (int i = 0; i < 11; ++i) zone.mx("right.example", 20, "m" + std::to_string(i) + ".right.example");
  });
  all["spf-dynamic"] = with_spf("v=spf1 exists:%{i}.right.example -all");
  all["spf-too-much"] = with_spf(many("a:h", 60));
  all["spf-unknown-modifier"] = with_spf("v=spf1 ip4:192.0.2.21 redirct=_spf.right.example -all");
  all["spf-explanation"] = with_spf("v=spf1 ip4:192.0.2.21 -all exp=why.right.example");

  all["dkim-missing"] = with_key("");
  all["dkim-unknown"] = with_key("v=DKIM1; p=");
  all["dkim-found"] = {};
  all["dkim-key-short"] = with_key(key(crypto::kRsa1024));
  all["dkim-key-weak"] = with_key(key(crypto::kRsa768));
  all["dkim-key-revoked"] = with_key("v=DKIM1; p=");
  all["dkim-key-testing"] = with_key("v=DKIM1; t=y; p=" + std::string(crypto::kRsa2048));
  all["dkim-key-sha1"] = with_key("v=DKIM1; h=sha1; p=" + std::string(crypto::kRsa2048));
  all["dkim-key-syntax"] = with_key("v=DKIM1; p=!!");
  all["dkim-key-tag"] = with_key(key(crypto::kRsa2048Bare));
  all["dkim-key-service"] = with_key("v=DKIM1; s=tlsrpt; p=" + std::string(crypto::kRsa2048));
  all["dkim-several-keys"] = {
      .more = [](Zone& zone) { zone.txt("default._domainkey.right.example", key(crypto::kRsa1024)); }};
  all["dkim-ed25519-only"] = with_key(key(crypto::kEd25519, "ed25519"));
  all["dkim-wildcard"] = {.dkim = "",
                          .more = [](Zone& zone) { zone.txt("*._domainkey.right.example", "hello"); }};
  all["dkim-selector-unknown"] = {.more = fails("google._domainkey.right.example")};

  all["dmarc-missing"] = with_dmarc("");
  all["dmarc-unknown"] = {.more = fails("_dmarc.right.example")};
  all["dmarc-several-records"] = {
      .more = [](Zone& zone) { zone.txt("_dmarc.right.example", "v=DMARC1; p=none"); }};
  all["dmarc-malformed"] = with_dmarc("v=dmarc1; p=reject");
  all["dmarc-wrong-place"] = {.more = [](Zone& zone) { zone.txt("right.example", "v=DMARC1; p=none"); }};
  all["dmarc-alias-dangling"] =
      with_dmarc("", [](Zone& zone) { zone.cname("_dmarc.right.example", "gone.right.example"); });
  all["dmarc-policy-invalid"] = with_dmarc("v=DMARC1; p=rejected" + kRua);
  all["dmarc-policy-absent"] = with_dmarc("v=DMARC1" + kRua);
  all["dmarc-policy-none"] = with_dmarc("v=DMARC1; p=none");
  all["dmarc-policy-quarantine"] = with_dmarc("v=DMARC1; p=quarantine");
  all["dmarc-no-sp"] = with_dmarc("v=DMARC1; p=reject");
  all["dmarc-subdomains-open"] = with_dmarc("v=DMARC1; p=reject; sp=none");
  all["dmarc-subdomains-weaker"] = with_dmarc("v=DMARC1; p=reject; sp=quarantine");
  all["dmarc-invented-open"] = with_dmarc("v=DMARC1; p=reject; sp=reject; np=none");
  all["dmarc-no-np"] = with_dmarc("v=DMARC1; p=reject; sp=quarantine");
  all["dmarc-wildcard"] = with_dmarc("v=DMARC1; p=reject; sp=none; np=reject",
                                     [](Zone& zone) { zone.address("*.right.example", "192.0.2.9"); });
  all["dmarc-suffix-organizational"] =
      with_dmarc(kRight, [](Zone& zone) { zone.txt("_dmarc.example", "v=DMARC1; p=none"); });
  all["dmarc-testing"] = with_dmarc(kRight + "; t=y");
  all["dmarc-pct"] = with_dmarc(kRight + "; pct=10");
  all["dmarc-historic-tag"] = with_dmarc(kRight + "; ri=3600");
  all["dmarc-syntax"] = with_dmarc(kRight + "; adkim=x");
  all["dmarc-psd-misuse"] = with_dmarc(kRight + "; psd=y");
  all["dmarc-sp-ignored"] = {.domain = "cs.right.example", .more = [](Zone& zone) {
                               zone.txt("_dmarc.right.example", "v=DMARC1; p=reject");
                             }};
  all["dmarc-below-not-covered"] = {.domain = "cs.right.example", .more = [](Zone& zone) {
                                      zone.txt("_dmarc.right.example", "v=DMARC1; p=none");
                                    }};
  all["dmarc-no-rua"] = with_dmarc(kRight);
  all["dmarc-rua-invalid"] = with_dmarc(kRight + "; rua=nobody");
  all["dmarc-rua-unauthorised"] = with_dmarc(kRight + "; rua=mailto:a@reports.example");
  all["dmarc-rua-no-mail"] = with_dmarc(kRight + "; rua=mailto:a@reports.example");
  all["dmarc-rua-unknown"] = with_dmarc(kRight + "; rua=mailto:a@reports.example", fails("reports.example"));
  all["dmarc-fo-unused"] = with_dmarc(kRight + kRua + "; fo=1");
  all["dmarc-without-authentication"] = {.spf = "", .dkim = ""};
  all["dmarc-rfc7489-differs"] = with_dmarc("v=DMARC1; p=reject; sp=quarantine; np=bogus" + kRua);
  all["dmarc-spf-only"] = with_key("");
  all["spoof-domain"] = {.spf = "v=spf1 exists:%{h} -all"};
  all["spoof-subdomain"] = {.more = [](Zone& zone) { zone.txt("*.right.example", "v=DMARC1; p=none"); }};
  all["spoof-rfc7489"] = {.more = [](Zone& zone) {
    zone.txt("www.right.example", "v=spf1 +all").txt("_dmarc.www.right.example", "v=DMARC1; p=reject; psd=n");
  }};
  return all;
}

TEST(Catalogue, EveryFindingCanBeProduced) {
  auto all = producers();
  for (const auto part :
       {std::span<const CatalogueEntry>(kSpfFindings), std::span<const CatalogueEntry>(kDkimFindings),
        std::span<const CatalogueEntry>(kDmarcFindings)}) {
    for (const auto& entry : part) {
      // assess_test, spoofing_test, state_test: they need a named selector, what a zone file shows, and a store
      if (entry.code == "dkim-selector-missing" || entry.code == "dkim-key-old" ||
          entry.code.ends_with("-subdomains-cut"))
        continue;
      ASSERT_TRUE(all.contains(entry.code)) << entry.code;
      const auto& domain = all.at(entry.code);
      auto zone = entry.code == "domain-missing" ? Zone() : zone_of(domain);
      const auto report = audit_in(zone, input_of(domain.domain));
      EXPECT_TRUE(has(report, entry.code)) << entry.code << " is not among: " << faults(report);
    }
  }
}

}  // namespace
}  // namespace rampart::audit
