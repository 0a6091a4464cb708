#include "audit/subdomains/judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/zone_test.h"

namespace rampart::audit::subdomains {
namespace {

using auth::TestZone;
using dns::RrType;
using testing::Contains;
using testing::HasSubstr;
using testing::Pair;

const dns::Name kDomain = TestZone::name("bank.example");

Judged judged(TestZone& zone, std::string_view name, bool proven = false) {
  const Target target{.name = TestZone::name(name), .domain = kDomain, .proven = proven};
  return zone.run([&](facts::Facts& facts) { return judge(target, facts); });
}

TestZone bank(std::string_view policy = "v=DMARC1; p=reject; sp=quarantine; np=reject") {
  TestZone zone;
  zone.txt("bank.example", "v=spf1 mx -all").mx("bank.example", 10, "mail.bank.example");
  zone.address("mail.bank.example", "192.0.2.1")
      .txt("_dmarc.bank.example", policy)
      .address("www.bank.example", "192.0.2.2");
  return zone;
}

TEST(Judge, ExistsOrNot) {
  auto zone = bank();
  zone.txt("s1._domainkey.deep.bank.example", "v=DKIM1; p=").fails("down.bank.example", facts::Why::servfail);
  EXPECT_EQ(judged(zone, "www.bank.example").existence, Existence::records);
  EXPECT_EQ(judged(zone, "deep.bank.example").existence, Existence::empty) << "an empty non-terminal";
  EXPECT_EQ(judged(zone, "nothing.bank.example").existence, Existence::none);
  EXPECT_EQ(judged(zone, "down.bank.example").existence, Existence::unknown);
  EXPECT_FALSE(judged(zone, "down.bank.example").why.empty());
}

TEST(Judge, WhatOnlyAWildcardAnswersDoesNotCount) {
  auto zone = bank();
  zone.address("*.bank.example", "192.0.2.9").txt("*.bank.example", "hello");
  zone.address("real.bank.example", "192.0.2.10")
      .address("same.bank.example", "192.0.2.9")
      .txt("same.bank.example", "hello");
  zone.target("zone.bank.example", RrType::ns, "ns.host.example");
  EXPECT_EQ(judged(zone, "guess.bank.example").existence, Existence::wildcard);
  EXPECT_EQ(judged(zone, "deep.guess.bank.example").existence, Existence::wildcard) << "at its own level";
  EXPECT_EQ(judged(zone, "real.bank.example").existence, Existence::records);
  EXPECT_EQ(judged(zone, "same.bank.example").existence, Existence::wildcard) << "nobody outside can tell";
  EXPECT_EQ(judged(zone, "same.bank.example", true).existence, Existence::records) << "the zone shows it";
  EXPECT_EQ(judged(zone, "zone.bank.example").existence, Existence::records) << "no wildcard delegates";
  EXPECT_TRUE(judged(zone, "zone.bank.example").delegated);
  EXPECT_EQ(judged(zone, "bank.example").existence, Existence::records)
      << "the domain itself is not in doubt";
}

TEST(Judge, WhatCannotBeComparedWithTheWildcardIsUnknown) {
  auto zone = bank();
  const auto [first, second] = invented_labels(kDomain);
  zone.address("*.bank.example", "192.0.2.9").address("guess.bank.example", "192.0.2.9");
  zone.fails(first + ".bank.example", facts::Why::timeout);
  EXPECT_EQ(judged(zone, "guess.bank.example").existence, Existence::unknown);
}

TEST(Judge, AWildcardAliasIsAWildcard) {
  auto zone = bank();
  zone.cname("*.bank.example", "www.bank.example").cname("shop.bank.example", "mail.bank.example");
  EXPECT_EQ(judged(zone, "guess.bank.example").existence, Existence::wildcard);
  EXPECT_EQ(judged(zone, "shop.bank.example").existence, Existence::records);
}

TEST(Judge, AWildcardThatIsNotKnownLeavesTheNameUnknown) {
  auto zone = bank();
  const auto [first, second] = invented_labels(kDomain);
  zone.fails(first + ".bank.example", facts::Why::timeout)
      .fails(second + ".bank.example", facts::Why::timeout);
  const auto found = judged(zone, "www.bank.example");
  EXPECT_EQ(found.existence, Existence::unknown);
  EXPECT_THAT(found.why, HasSubstr("wildcard"));
  EXPECT_EQ(judged(zone, "www.bank.example", true).existence, Existence::records);
}

TEST(Judge, NoErrorForEveryNameProvesNothing) {
  auto zone = bank();
  // A wildcard without data of the types that are asked is what compact denial looks like from here.
  zone.exists("*.bank.example");
  EXPECT_EQ(judged(zone, "guess.bank.example").existence, Existence::unproven);
  EXPECT_EQ(judged(zone, "www.bank.example").existence, Existence::records);
}

TEST(Judge, WhatANameInherits) {
  auto zone = bank();
  zone.txt("_dmarc.news.bank.example", "v=DMARC1; p=none").txt("news.bank.example", "v=spf1 -all");
  const auto www = judged(zone, "www.bank.example");
  EXPECT_EQ(www.policy.policy, Policy::quarantine);
  EXPECT_EQ(www.policy.record_name, "_dmarc.bank.example");
  EXPECT_EQ(www.policy.tag, "sp");
  EXPECT_EQ(www.spf, SpfState::absent);
  EXPECT_EQ(www.verdict, Verdict::quarantined);
  const auto news = judged(zone, "news.bank.example");
  EXPECT_EQ(news.policy.record_name, "_dmarc.news.bank.example");
  EXPECT_EQ(news.spf_text, "v=spf1 -all");
  EXPECT_EQ(news.verdict, Verdict::spoofable) << "its own record weakens what it would inherit";
  const auto top = judged(zone, "bank.example");
  EXPECT_EQ(top.verdict, Verdict::protected_);
  EXPECT_THAT(top.mail_hosts, testing::ElementsAre("mail.bank.example"));
  auto bare = bank("something else");
  EXPECT_EQ(judged(bare, "www.bank.example").verdict, Verdict::spoofable);
  EXPECT_EQ(judged(bare, "www.bank.example").policy.policy, Policy::missing);
}

TEST(Judge, APolicyThatCannotBeLookedUpIsUnknown) {
  auto zone = bank();
  zone.fails("_dmarc.www.bank.example", facts::Why::servfail);
  EXPECT_EQ(judged(zone, "www.bank.example").verdict, Verdict::unknown);
}

TEST(Judge, RecordsLeadToMoreNames) {
  auto zone = bank("v=DMARC1; p=none; rua=mailto:d@reports.bank.example,mailto:x@elsewhere.example");
  zone.txt("_spf.mailing.bank.example", "v=spf1 a:out.bank.example -all")
      .address("out.bank.example", "192.0.2.4");
  zone.txt("more.bank.example", "v=spf1 include:_spf.mailing.bank.example a:%{i}.x.bank.example -all");
  zone.target("bank.example", RrType::ns, "ns1.bank.example")
      .target("bank.example", RrType::ns, "ns.host.example");
  zone.cname("shop.bank.example", "front.cdn.bank.example").address("front.cdn.bank.example", "192.0.2.5");
  zone.cname("s1._domainkey.bank.example", "s1._domainkey.keys.bank.example")
      .txt("s1._domainkey.keys.bank.example", "v=DKIM1; p=");
  const auto top = judged(zone, "bank.example");
  for (const auto& [name, source] :
       {std::pair{"mail.bank.example", Source::mx}, std::pair{"ns1.bank.example", Source::ns},
        std::pair{"reports.bank.example", Source::dmarc},
        std::pair{"s1._domainkey.keys.bank.example", Source::dkim}}) {
    EXPECT_THAT(top.reveals, Contains(Pair(TestZone::name(name), source)));
  }
  for (const auto& [name, source] : top.reveals) EXPECT_TRUE(name.is_within(kDomain)) << name.text();
  const auto more = judged(zone, "more.bank.example");
  EXPECT_THAT(more.reveals, Contains(Pair(TestZone::name("_spf.mailing.bank.example"), Source::spf)));
  EXPECT_THAT(more.reveals, Contains(Pair(TestZone::name("out.bank.example"), Source::spf)));
  EXPECT_THAT(judged(zone, "shop.bank.example").reveals,
              Contains(Pair(TestZone::name("front.cdn.bank.example"), Source::alias)));
}

TEST(Judge, InventedNamesAreTheSameForALevel) {
  EXPECT_EQ(invented_labels(kDomain), invented_labels(kDomain));
  EXPECT_NE(invented_labels(kDomain), invented_labels(TestZone::name("a.bank.example")));
  EXPECT_NE(invented_labels(kDomain).first, invented_labels(kDomain).second);
}

}  // namespace
}  // namespace rampart::audit::subdomains
