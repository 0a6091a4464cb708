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

// Before a fixed ending he can only hit what exists there.
TEST(Spoofing, AMacroBeforeAFixedEndingIsNeverTakenForClosed) {
  const auto there = [](Zone& zone) { zone.txt("ok.right.example", "x"); };
  for (const auto* spf :
       {"v=spf1 include:%{l}.ok.right.example -all", "v=spf1 exists:%{l}.ok.right.example -all",
        "v=spf1 exists:%{h}.ok.right.example -all", "v=spf1 a:%{s1r}.ok.right.example -all",
        "v=spf1 exists:x-%{l1r}-y.ok.right.example -all", "v=spf1 redirect=%{l}.ok.right.example",
        "v=spf1 -exists:%{l}.ok.right.example include:%{l}.ok.right.example -all"}) {
    const auto report = audit_of({.spf = spf, .more = there});
    EXPECT_EQ(report.spoofing[0].rfc9989, Disposition::unknown) << spf;
    EXPECT_EQ(report.spoofing[0].rfc7489, Disposition::unknown) << spf;
    EXPECT_NE(report.spoofing[0].why.find("exist below ok.right.example"), std::string::npos)
        << report.spoofing[0].why;
    EXPECT_EQ(report.status, Status::unknown) << spf;
    // RFC 8020: nothing exists below a name that does not.
    EXPECT_EQ(audit_of({.spf = spf}).spoofing[0].rfc9989, Disposition::reject) << spf;
  }
  // What the domain delivers anyhow stays delivered.
  EXPECT_EQ(line(audit_of({.spf = "v=spf1 exists:%{l}.ok.right.example -all", .dmarc = "", .more = there})
                     .spoofing[0]),
            "domain stranger: fail/none missing -> deliver, deliver");
}

TEST(Spoofing, AWildcardBeforeAFixedEndingLetsHimIn) {
  for (const auto* spf :
       {"v=spf1 exists:%{l}.ok.right.example -all", "v=spf1 include:%{h}.ok.right.example -all",
        "v=spf1 redirect=%{l}.ok.right.example"}) {
    const auto report =
        audit_of({.spf = spf, .more = [](Zone& zone) {
                    zone.address("*.ok.right.example", "127.0.0.2").txt("*.ok.right.example", "v=spf1 +all");
                  }});
    EXPECT_EQ(report.spoofing[0].dmarc, "pass") << spf;
    EXPECT_EQ(report.status, Status::spoofable) << spf;
  }
}

TEST(Spoofing, NamesKnownBelowAFixedEndingAreTried) {
  auto zone = zone_of({.spf = "v=spf1 exists:%{l}.ok.right.example -all"});
  zone.address("news.ok.right.example", "127.0.0.2");
  auto input = input_of("right.example");
  input.known_subdomains = {*dns::Name::try_parse("news.ok.right.example")};
  const auto report = audit_in(zone, input);
  EXPECT_EQ(report.spoofing[0].dmarc, "pass");
  EXPECT_NE(report.spoofing[0].why.find("writes news as local part"), std::string::npos);
}

// What the sender does not choose, and what refuses him, is decided by looking.
TEST(Spoofing, MacrosThatHeDoesNotFillStayDecided) {
  const auto there = [](Zone& zone) {
    zone.txt("ok.right.example", "x")
        .txt("_spf.right.example", "v=spf1 -all")
        .txt("_h._spf.right.example", "x");
  };
  for (const auto* spf :
       {"v=spf1 exists:%{i}._spf.right.example -all", "v=spf1 exists:%{ir}.%{v}._spf.%{d2} -all",
        "v=spf1 include:%{ir}.%{v}.%{d}.right.example include:_spf.%{o} -all",
        "v=spf1 -exists:%{l}.ok.right.example -all", "v=spf1 ?include:%{l}.ok.right.example -all",
        "v=spf1 exists:%{i}._i.%{h}._h._spf.right.example -all"}) {
    const auto report = audit_of({.spf = spf, .more = there});
    EXPECT_NE(report.spoofing[0].rfc9989, Disposition::unknown) << spf << ": " << report.spoofing[0].why;
    EXPECT_NE(report.spoofing[0].rfc9989, Disposition::deliver) << spf << ": " << report.spoofing[0].why;
  }
  const auto beside =
      audit_of({.spf = "v=spf1 exists:%{i}._i.%{h}._h._spf.right.example -all", .more = there});
  EXPECT_NE(beside.spoofing[0].why.find("names his address"), std::string::npos);
}

// Where a wildcard publishes the record, the stranger chooses the name that it stands at.
TEST(Spoofing, TheDomainIsHisWhereAWildcardPublishesSpf) {
  const auto wild = [](const char* spf) {
    return audit_of({.more = [spf](Zone& zone) {
      zone.txt("*.right.example", spf).txt("ok.right.example", "x").txt("_spf.right.example", "v=spf1 -all");
    }});
  };
  EXPECT_EQ(wild("v=spf1 exists:%{d1r}.ok.right.example -all").spoofing[0].rfc9989, Disposition::unknown);
  EXPECT_EQ(wild("v=spf1 exists:%{o}.ok.right.example -all").spoofing[0].rfc9989, Disposition::reject)
      << "nothing exists at right.example.ok.right.example";
  EXPECT_EQ(wild("v=spf1 include:_spf.%{d2} a:%{d} -all").spoofing[0].rfc9989, Disposition::reject);
  EXPECT_EQ(wild("v=spf1 +all").status, Status::spoofable);
}

// RFC 7208 section 4.6.4: receivers SHOULD limit void lookups, and need not.
TEST(Spoofing, TheLimitOnVoidLookupsProtectsNobody) {
  const auto report =
      audit_of({.spf = "v=spf1 a:x1.right.example a:x2.right.example a:x3.right.example +all"});
  EXPECT_EQ(report.spoofing[0].dmarc, "pass");
  EXPECT_EQ(report.status, Status::spoofable);
  EXPECT_NE(report.spoofing[0].why.find("void"), std::string::npos);
  EXPECT_EQ(audit_of({.spf = "v=spf1 a:x1.right.example a:x2.right.example a:x3.right.example -all"}).status,
            Status::protected_);
  // The limit on lookups is a MUST.
  std::string many = "v=spf1";
  for (int i = 0; i < 11; ++i) many += " a";
  EXPECT_EQ(audit_of({.spf = many + " +all"}).spoofing[0].rfc9989, Disposition::reject);
}

TEST(Spoofing, SubdomainsWithSpfOfTheirOwnAreEnvelopeSenders) {
  auto zone = zone_of({});
  zone.txt("erp.right.example", "v=spf1 +all").txt("*.wild.right.example", "v=spf1 ip4:50.0.0.0/8 -all");
  auto input = input_of("right.example");
  EXPECT_EQ(audit_in(zone, input).status, Status::protected_) << "nobody knows of them";
  input.spf_subdomains = {*dns::Name::try_parse("erp.right.example")};
  const auto erp = audit_in(zone, input);
  EXPECT_EQ(line(erp.spoofing[0]), "domain stranger: fail/pass reject -> deliver, deliver");
  EXPECT_EQ(erp.spoofing[0].decided_by, "erp.right.example +all");
  EXPECT_EQ(erp.status, Status::spoofable);
  input.spf_subdomains = {*dns::Name::try_parse("*.wild.right.example")};
  const auto wild = audit_in(zone, input);
  EXPECT_EQ(wild.status, Status::spoofable);
  EXPECT_EQ(wild.spoofing[0].address, "50.0.0.0") << "a range wide enough to rent an address in";
  EXPECT_FALSE(has(wild, "spf-subdomains-cut"));
  input.spf_subdomains_left_out = 3;
  EXPECT_NE(find(audit_in(zone, input), "spf-subdomains-cut")->title.find("4 names below right.example"),
            std::string::npos);
  input.spf_subdomains_left_out = 0;
  // Strict alignment keeps them apart.
  auto strict = zone_of({.dmarc = "v=DMARC1; p=reject; aspf=s"});
  strict.txt("erp.right.example", "v=spf1 +all");
  input.spf_subdomains = {*dns::Name::try_parse("erp.right.example")};
  EXPECT_EQ(line(audit_in(strict, input).spoofing[0]), "domain stranger: fail/fail reject -> reject, reject");
}

// RFC 9989 section 4.4.2: relaxed alignment is having the same Organizational Domain, above and beside.
TEST(Spoofing, TheOrganizationalDomainAboveIsAnEnvelopeSender) {
  const Domain sub{.domain = "sub.right.example"};
  const auto above = [&](const char* spf, std::string dmarc = Domain{}.dmarc) {
    auto zone = zone_of({.domain = sub.domain, .dmarc = std::move(dmarc)});
    zone.txt("right.example", spf).txt("_dmarc.right.example", Domain{}.dmarc);
    return audit_in(zone, input_of(sub.domain));
  };
  const auto open = above("v=spf1 +all");
  EXPECT_EQ(line(open.spoofing[0]), "domain stranger: fail/pass reject -> deliver, deliver");
  EXPECT_EQ(open.spoofing[0].decided_by, "right.example +all");
  EXPECT_EQ(open.status, Status::spoofable);
  EXPECT_EQ(above("v=spf1 -all").status, Status::protected_);
  EXPECT_EQ(line(above("v=spf1 +all", "v=DMARC1; p=reject; sp=reject; aspf=s").spoofing[0]),
            "domain stranger: fail/fail reject -> reject, reject");
  // psd=n: RFC 9989 ends the organisation there, the public suffix list does not.
  EXPECT_EQ(line(above("v=spf1 +all", "v=DMARC1; p=reject; sp=reject; psd=n").spoofing[0]),
            "domain stranger: fail/fail reject -> reject, deliver");
}

TEST(Spoofing, ADeeperOrganizationalDomainIsAnEnvelopeSenderToo) {
  auto zone = zone_of({.domain = "sub.org.right.example"});
  zone.txt("org.right.example", "v=spf1 +all").txt("_dmarc.org.right.example", "v=DMARC1; p=reject; psd=n");
  const auto report = audit_in(zone, input_of("sub.org.right.example"));
  EXPECT_EQ(report.spoofing[0].decided_by, "org.right.example +all");
  EXPECT_EQ(report.status, Status::spoofable);
}

TEST(Spoofing, NamesBesideAreEnvelopeSendersWhenKnown) {
  auto zone = zone_of({.domain = "sub.right.example"});
  zone.txt("bro.right.example", "v=spf1 +all").txt("_dmarc.right.example", "v=DMARC1; p=reject");
  auto input = input_of("sub.right.example");
  EXPECT_EQ(audit_in(zone, input).status, Status::protected_) << "nobody knows of it";
  input.spf_siblings = {*dns::Name::try_parse("bro.right.example")};
  EXPECT_EQ(audit_in(zone, input).spoofing[0].decided_by, "bro.right.example +all");
  input.spf_siblings_left_out = 3;
  EXPECT_NE(find(audit_in(zone, input), "spf-subdomains-cut")->title.find("4 names below right.example"),
            std::string::npos);
}

// The record above and its include tree are asked for beside the domain's own.
TEST(Spoofing, TheOrganizationalDomainAboveCostsNoRoundMore) {
  auto own = zone_of({.spf = "v=spf1 include:_a.right.example -all"});
  own.txt("_a.right.example", "v=spf1 -all");
  audit_in(own, input_of("right.example"));
  auto below = zone_of({.domain = "sub.right.example"});
  below.txt("_a.right.example", "v=spf1 -all").txt("_dmarc.right.example", "v=DMARC1; p=reject");
  audit_in(below, input_of("sub.right.example"));
  const auto asked = below.asked();
  below.txt("right.example", "v=spf1 include:_a.right.example -all");
  audit_in(below, input_of("sub.right.example"));
  EXPECT_LE(below.rounds(), own.rounds());
  EXPECT_EQ(below.asked(), asked + 1) << "its include";
}

// Whoever registers what another name of the organisation trusts passes as that name, and so as the domain.
TEST(Takeover, OfANameBelow) {
  for (const auto* owner : {"www.right.example", "*.wild.right.example"}) {
    auto zone = zone_of({});
    zone.txt(owner, "v=spf1 include:gone.example -all");
    auto input = input_of("right.example");
    input.spf_subdomains = {*dns::Name::try_parse(owner)};
    const auto report = audit_in(zone, input);
    ASSERT_TRUE(has(report, "spf-dangling-include")) << owner;
    EXPECT_EQ(report.status, Status::partly_protected) << owner;
    EXPECT_EQ(report.grade, "D-") << owner;
    EXPECT_TRUE(report.sentence.starts_with("whoever registers gone.example can send as")) << report.sentence;
    zone.fails("gone.example", facts::Why::servfail);
    EXPECT_EQ(audit_in(zone, input).status, Status::unknown) << owner;
  }
  const auto taken = [](Zone& zone) {
    zone.txt("www.right.example", "v=spf1 include:x.there.example -all").exists("there.example");
  };
  EXPECT_EQ(audit_of({.more = taken}).status, Status::protected_) << "not to be registered";
}

TEST(Takeover, OfTheOrganizationalDomainAbove) {
  const auto audit = [](const char* dmarc) {
    auto zone = zone_of({.domain = "sub.right.example", .dmarc = "", .www = false});
    zone.txt("right.example", "v=spf1 include:gone.example -all").txt("_dmarc.right.example", dmarc);
    return audit_in(zone, input_of("sub.right.example"));
  };
  EXPECT_EQ(audit("v=DMARC1; p=reject").grade, "D-");
  EXPECT_EQ(audit("v=DMARC1; p=reject; aspf=s").status, Status::protected_) << "not aligned";
}

TEST(Takeover, ByTheEndOfAnAlias) {
  const auto dangling = [](Zone& zone) { zone.cname("www.right.example", "x.gone.example"); };
  const auto report = audit_of({.www = false, .more = dangling});
  const auto* finding = find(report, "subdomain-takeover");
  ASSERT_NE(finding, nullptr);
  EXPECT_NE(finding->title.find("gone.example"), std::string::npos);
  EXPECT_EQ(report.grade, "D-");
  EXPECT_EQ(report.sentence,
            "whoever registers gone.example can send as www.right.example, and DMARC lets it pass");
  const auto taken = [](Zone& zone) {
    zone.cname("www.right.example", "x.there.example").exists("there.example");
  };
  EXPECT_EQ(audit_of({.www = false, .more = taken}).status, Status::protected_);
  const auto open = [](Zone& zone) {
    zone.cname("www.right.example", "x.gone.example").fails("gone.example", facts::Why::timeout);
  };
  EXPECT_EQ(audit_of({.www = false, .more = open}).status, Status::unknown);
}

TEST(Takeover, ByWhatAMacroOrPtrEndsIn) {
  for (const auto* spf : {"v=spf1 exists:%{i}._spf.gone.example -all", "v=spf1 ptr:gone.example -all"}) {
    const auto report = audit_of({.spf = spf});
    EXPECT_TRUE(has(report, "spf-dangling-include")) << spf;
    EXPECT_EQ(report.grade, "D-") << spf;
  }
  const auto report = audit_of({.spf = "v=spf1 ptr:co.uk -all"});
  EXPECT_TRUE(has(report, "spf-ptr-suffix"));
  EXPECT_EQ(report.grade, "D-");
  EXPECT_EQ(report.sentence,
            "whoever has a host below co.uk can send as right.example, and DMARC lets it pass");
  EXPECT_EQ(audit_of({.spf = "v=spf1 -ptr:co.uk -all"}).status, Status::protected_);
}

TEST(Takeover, ByPtrOfAnAlignedName) {
  const auto below = [](Zone& zone) { zone.txt("www.right.example", "v=spf1 ptr:co.uk -all"); };
  const auto report = audit_of({.more = below});
  ASSERT_NE(find(report, "spf-ptr-suffix"), nullptr);
  EXPECT_EQ(find(report, "spf-ptr-suffix")->evidence[0].text, "www.right.example TXT");
  EXPECT_EQ(report.grade, "D-");
  EXPECT_EQ(report.sentence,
            "whoever has a host below co.uk can send as www.right.example, and DMARC lets it pass");
}

// The domain's own record is what the sentence speaks of, whatever else leads to the same suffix.
TEST(Takeover, TheOwnRecordGoesFirst) {
  const auto below = [](Zone& zone) { zone.txt("www.right.example", "v=spf1 ptr:co.uk -all"); };
  EXPECT_EQ(audit_of({.spf = "v=spf1 ptr:co.uk -all", .more = below}).sentence,
            "whoever has a host below co.uk can send as right.example, and DMARC lets it pass");
}

// A finding as grave about something else does not stand for the one that says how a stranger gets in.
TEST(Openings, OtherGraveFindingsDoNotHideThem) {
  const auto report = audit_of({.spf = "v=spf1 exists:%{h} -all", .mx = "mail.gone.example"});
  ASSERT_TRUE(has(report, "mx-takeover"));
  EXPECT_EQ(find(report, "mx-takeover")->effective, Severity::high);
  EXPECT_TRUE(has(report, "spoof-domain")) << faults(report);
  const auto taken = audit_of({.spf = "v=spf1 exists:%{h} include:x.gone.example -all"});
  ASSERT_TRUE(has(taken, "spf-dangling-include")) << faults(taken);
  EXPECT_TRUE(has(taken, "spoof-domain")) << faults(taken);
  EXPECT_FALSE(has(audit_of({.spf = "v=spf1 +all"}), "spoof-domain")) << "said already";
}

TEST(Takeover, OfASelector) {
  const auto dangling = [](Zone& zone) { zone.cname("s1._domainkey.right.example", "s1.gone.example"); };
  auto zone = zone_of({.more = dangling});
  auto input = input_of("right.example");
  input.selectors = {"s1"};
  const auto report = audit_in(zone, input);
  ASSERT_TRUE(has(report, "dkim-takeover"));
  EXPECT_EQ(report.grade, "D-");
  EXPECT_EQ(report.sentence,
            "whoever registers gone.example can send as right.example, and DMARC lets it pass");
  zone.exists("gone.example");
  EXPECT_EQ(audit_in(zone, input).status, Status::protected_);
}

// What excludes whoever the sender names differently.
TEST(Spoofing, AMacroInsideWhatRefusesHim) {
  const auto inner = [](Zone& zone) {
    zone.txt("in.right.example", "v=spf1 -exists:%{l}.vip.right.example +all").txt("vip.right.example", "x");
  };
  EXPECT_EQ(audit_of({.spf = "v=spf1 -include:in.right.example +all", .more = inner}).spoofing[0].rfc9989,
            Disposition::unknown);
  EXPECT_EQ(audit_of({.spf = "v=spf1 -include:in.right.example -all", .more = inner}).spoofing[0].rfc9989,
            Disposition::reject);
}

// Nobody lists the addresses that a macro lets in; those of either family may be a stranger's.
TEST(Spoofing, AMacroThatLetsInAFamilyLetsInStrangers) {
  const auto report = audit_of({.spf = "v=spf1 exists:%{v}.ok.right.example -all", .more = [](Zone& zone) {
                                  zone.address("ip6.ok.right.example", "127.0.0.2");
                                }});
  EXPECT_EQ(report.status, Status::spoofable);
  EXPECT_EQ(report.spoofing[0].address, kStrangers[3]);
}

TEST(Spoofing, WhatWasNotFollowedIsNotRefused) {
  std::string spf = "v=spf1 -ip4:203.0.113.0/24 -ip4:198.51.100.0/24 -ip4:192.0.2.0/24 -ip6:2001:db8::/32";
  for (int i = 0; i < 300; ++i) spf += fmt::format(" ip4:10.0.{}.{}", i / 250, i % 250);
  EXPECT_EQ(audit_of({.spf = spf + " ip4:50.0.0.0/8 -all"}).spoofing[0].rfc9989, Disposition::unknown);
}

// RFC 9989 section 4.10.1: a record of a subdomain's own decides for it.
TEST(Spoofing, SubdomainsWithDmarcOfTheirOwnAreTried) {
  auto zone = zone_of({});
  zone.txt("_dmarc.erp.right.example", "v=DMARC1; p=none")
      .txt("_dmarc.hr.right.example", "v=DMARC1; p=reject");
  auto input = input_of("right.example");
  input.dmarc_subdomains = {*dns::Name::try_parse("erp.right.example"),
                            *dns::Name::try_parse("hr.right.example")};
  const auto report = audit_in(zone, input);
  EXPECT_EQ(report.spoofing[1].from.text(), "erp.right.example");
  EXPECT_EQ(line(report.spoofing[1]), "subdomain stranger: none/fail none -> deliver, deliver");
  EXPECT_EQ(report.status, Status::partly_protected);
  input.dmarc_subdomains = {*dns::Name::try_parse("hr.right.example")};
  EXPECT_EQ(audit_in(zone, input).spoofing[1].from.text(), "www.right.example") << "no worse";
  input.dmarc_subdomains_left_out = 2;
  EXPECT_TRUE(has(audit_in(zone, input), "dmarc-subdomains-cut"));
}

// RFC 4592 section 3.3.1: below a name that exists the wildcard of the domain says nothing.
TEST(Spoofing, AWildcardDoesNotKeepTheStrangerFromNp) {
  const auto wild = [](Zone& zone) { zone.address("*.right.example", "192.0.2.9"); };
  for (const bool www : {true, false}) {
    const auto report =
        audit_of({.dmarc = "v=DMARC1; p=reject; sp=reject; np=none", .www = www, .more = wild});
    EXPECT_EQ(line(report.spoofing[2]), "invented stranger: none/fail none -> deliver, reject") << www;
    EXPECT_EQ(report.status, Status::partly_protected);
  }
  EXPECT_EQ(audit_of({.dmarc = "v=DMARC1; p=reject; sp=reject; np=reject", .more = wild}).status,
            Status::protected_);
}

// RFC 9989 section 4.10.2 rule 3: a public suffix with a record of its own and without psd=y.
TEST(Spoofing, WhoSharesTheOrganizationalDomainIsAligned) {
  const auto shared = [](Zone& zone) { zone.txt("_dmarc.example", "v=DMARC1; p=reject"); };
  const auto report = audit_of({.more = shared});
  const auto* finding = find(report, "dmarc-suffix-organizational");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(report.grade, "D-");
  EXPECT_EQ(report.sentence,
            "whoever has a domain below example can send as right.example, and DMARC lets it pass");
  ASSERT_EQ(finding->remedies.size(), 1U);
  EXPECT_EQ(audit_of({.dmarc = finding->remedies[0].data, .more = shared}).status, Status::protected_);
  EXPECT_EQ(audit_of({.dmarc = "v=DMARC1; p=reject; adkim=s; aspf=s", .more = shared}).status,
            Status::protected_);
  EXPECT_EQ(
      audit_of({.more = [](Zone& zone) { zone.txt("_dmarc.example", "v=DMARC1; p=reject; psd=y"); }}).status,
      Status::protected_);
}

// A pass whose alignment nobody knows, and an envelope sender whose SPF could not be looked up, may yet let
// him in.
TEST(Spoofing, AnUndecidedEnvelopeSenderIsNoRefusal) {
  const auto unaligned = [](Zone& zone) {
    zone.txt("www.right.example", "v=spf1 +all").fails("_dmarc.www.right.example", facts::Why::servfail);
  };
  EXPECT_EQ(audit_of({.more = unaligned}).spoofing[0].rfc9989, Disposition::unknown);
  const auto failed = [](Zone& zone) { zone.fails("www.right.example", facts::Why::servfail); };
  EXPECT_EQ(audit_of({.more = failed}).spoofing[0].rfc9989, Disposition::unknown);
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
