// The cases of the list of 52 about DMARC records, the tree walk and alignment. Each fails when its check is taken out
// (tools/mutations.tsv).
#include <gtest/gtest.h>

#include "auth/mail_for_tests.h"

namespace rampart::auth::tests {
namespace {

using dmarc::Check;
using dmarc::Policy;
using dmarc::Result;

struct Judged {
  Result result = Result::none;
  Policy policy = Policy::none;  // that applies, whether it was asked for or not
  std::string record;            // where it is
};

// What is said of mail from `author` with DKIM's `domain` authenticated.
Judged judge(TestZone& zone, std::string_view author, std::string_view domain = "else.test") {
  const dmarc::Input input{
      .author = TestZone::name(author), .spf = std::nullopt, .dkim = {{TestZone::name(domain), Check::pass}}};
  const auto verdict = zone.run([&](facts::Facts& facts) { return dmarc::evaluate(input, facts); });
  const auto& found = verdict.discovery;
  return {verdict.result, found.policy, found.record ? found.record_name.text() : ""};
}

TEST(HardCases, Case25_SeveralRecordsAtOneName) {
  TestZone zone;
  zone.txt("_dmarc.mail.bank.example", "v=DMARC1; p=none")
      .txt("_dmarc.mail.bank.example", "v=DMARC1; p=none; t=n");
  zone.txt("_dmarc.bank.example", "v=DMARC1; p=reject").txt("_dmarc.bank.example", "v=spf1 -all");
  const auto found = judge(zone, "mail.bank.example");
  EXPECT_EQ(found.record, "bank.example") << "all at the name are discarded, and the walk goes on";
  EXPECT_EQ(found.policy, Policy::reject);
  EXPECT_EQ(found.result, Result::fail);
  TestZone alone;
  alone.txt("_dmarc.bank.example", "v=DMARC1; p=none").txt("_dmarc.bank.example", "v=DMARC1; p=reject");
  EXPECT_EQ(judge(alone, "bank.example").result, Result::none);
}

TEST(HardCases, Case35_DomainsInAnyCase) {
  auto zone = bank_and_evil();
  const auto spf = check(mail("News@BANK.Example"), zone, from_bank("news@Bank.EXAMPLE"));
  EXPECT_EQ(spf.dmarc, Result::pass) << spf.why;
  EXPECT_EQ(dmarc_of(signed_by_hand(mail("News@BANK.Example"), {.d = "Bank.EXAMPLE", .s = "S1"})), "pass");
  EXPECT_EQ(dmarc_of(signed_by_hand(mail(), {.more = " i=@News.BANK.example;"})), "pass");
}

TEST(HardCases, Case43_StrictAlignment) {
  TestZone zone;
  zone.txt("_dmarc.bank.example", "v=DMARC1; p=reject; adkim=s; aspf=r");
  EXPECT_EQ(judge(zone, "bank.example", "mail.bank.example").result, Result::fail);
  EXPECT_EQ(judge(zone, "mail.bank.example", "bank.example").result, Result::fail);
  EXPECT_EQ(judge(zone, "bank.example", "bank.example").result, Result::pass);
  for (const auto& [record, result] : {std::pair("v=DMARC1; p=reject; aspf=s", Result::fail),
                                       {"v=DMARC1; p=reject; adkim=s", Result::pass}}) {
    auto envelope = TestZone();
    envelope.txt("_dmarc.bank.example", record).txt("mail.bank.example", "v=spf1 ip4:192.0.2.1 -all");
    EXPECT_EQ(check(mail(), envelope, from_bank("x@mail.bank.example")).dmarc, result) << record;
  }
}

TEST(HardCases, Case44_SpIsNotForTheDomainItself) {
  TestZone zone;
  zone.txt("_dmarc.bank.example", "v=DMARC1; p=reject; sp=none; np=quarantine").exists("www.bank.example");
  EXPECT_EQ(judge(zone, "bank.example").policy, Policy::reject);
  EXPECT_EQ(judge(zone, "www.bank.example").policy, Policy::none);
  EXPECT_EQ(judge(zone, "gone.bank.example").policy, Policy::quarantine);
}

// The walk finds it, and no list of public suffixes is asked: blogspot.com stands in that list, and psl.example does not.
TEST(HardCases, Case45_ASubdomainWithoutARecord) {
  for (const auto* domain : {"bank.example", "bank.co.uk", "blogspot.com"}) {
    TestZone zone;
    zone.txt(fmt::format("_dmarc.{}", domain), "v=DMARC1; p=reject");
    const auto found = judge(zone, fmt::format("a.b.{}", domain), fmt::format("c.{}", domain));
    EXPECT_EQ(found.record, domain);
    EXPECT_EQ(found.result, Result::pass) << domain;
    EXPECT_EQ(judge(zone, fmt::format("a.b.{}", domain)).result, Result::fail);
  }
}

TEST(HardCases, Case46_TheTreeWalk) {
  TestZone zone;
  zone.txt("_dmarc.gov.example", "v=DMARC1; p=reject; psd=y")
      .txt("_dmarc.example", "v=DMARC1; p=none; psd=y");
  zone.txt("_dmarc.tax.gov.example", "v=DMARC1; p=quarantine");
  zone.txt("_dmarc.own.tax.gov.example", "v=DMARC1; p=reject; psd=n");
  // The organization, not the public suffix above it.
  EXPECT_EQ(judge(zone, "a.b.tax.gov.example").record, "tax.gov.example");
  EXPECT_EQ(judge(zone, "a.law.gov.example").record, "gov.example") << "the walk stops at psd=y";
  EXPECT_EQ(judge(zone, "tax.gov.example", "law.gov.example").result, Result::fail);
  // Where the walk starts, psd=y is not one label below itself.
  EXPECT_EQ(judge(zone, "gov.example", "law.gov.example").result, Result::fail);
  // The other identifier has a walk of its own, which psd=n ends earlier.
  EXPECT_EQ(judge(zone, "tax.gov.example", "own.tax.gov.example").result, Result::fail);
  EXPECT_EQ(judge(zone, "tax.gov.example", "www.tax.gov.example").result, Result::pass);
  EXPECT_EQ(judge(zone, "a.own.tax.gov.example", "own.tax.gov.example").result, Result::pass);
  // Eight questions at the most: the name itself and its last seven labels.
  const auto names = dmarc::walk_names(TestZone::name("a.b.c.d.e.f.g.h.i.j.mail.bank.example"));
  ASSERT_EQ(names.size(), dmarc::kMaxWalkQueries);
  EXPECT_EQ(names[1].text(), "g.h.i.j.mail.bank.example");
  EXPECT_EQ(names.back().text(), "example");
}

TEST(HardCases, Case47_WhatDoesNotExist) {
  TestZone zone;
  zone.txt("_dmarc.bank.example", "v=DMARC1; p=reject; sp=none; np=reject");
  zone.address("here.bank.example", "192.0.2.1").exists("below.empty.bank.example");
  zone.cname("alias.bank.example", "gone.mailer.example").exists("mailer.example");
  zone.txt("*.wild.bank.example", "x").fails("broken.bank.example", facts::Why::servfail);
  for (const auto* name : {"here", "empty", "alias", "any.wild"}) {
    const auto found = judge(zone, fmt::format("{}.bank.example", name));
    EXPECT_EQ(found.policy, Policy::none) << name;
    EXPECT_EQ(found.result, Result::fail) << name;
  }
  EXPECT_EQ(judge(zone, "gone.bank.example").policy, Policy::reject);
  EXPECT_EQ(judge(zone, "broken.bank.example").result, Result::temperror);
}

TEST(HardCases, Case48_ULabels) {
  const std::string letters = "پاکستان.example";
  const std::string ascii = "xn--mgbai9azgqp6j.example";
  TestZone zone;
  zone.txt(ascii, "v=spf1 ip4:192.0.2.1 -all").txt("_dmarc." + ascii, "v=DMARC1; p=reject; aspf=s; adkim=s");
  zone.txt("s1._domainkey." + ascii, key_record(bank_key()));
  for (const auto& from : {letters, ascii}) {
    const auto text = mail("x@" + from);
    for (const auto& other : {letters, ascii}) {
      EXPECT_EQ(check(text, zone, from_bank("x@" + other)).dmarc, Result::pass) << from << other;
      EXPECT_EQ(check(signed_by_hand(text, {.d = other}), zone).dmarc, Result::pass) << from << other;
    }
    EXPECT_EQ(check(text, zone, from_evil()).policy, Policy::reject) << from;
  }
}

}  // namespace
}  // namespace rampart::auth::tests
