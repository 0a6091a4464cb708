// The cases of the list of 52 about SPF. Each fails when its check is taken out (tools/mutations.tsv).
#include <gtest/gtest.h>

#include "auth/mail_for_tests.h"

namespace rampart::auth::tests {
namespace {

using spf::Result;

spf::Outcome spf_of(TestZone& zone, std::string_view ip, std::string_view mail_from = "x@bank.example") {
  const auto input = spf::input_for(*base::IpAddress::parse(ip), mail_from, "helo.example");
  return zone.run([&](facts::Facts& facts) { return spf::check_host(input, facts); });
}
TestZone with(std::string_view record) {
  TestZone zone;
  zone.txt("bank.example", record);
  return zone;
}

TEST(HardCases, Case36_KeywordsInAnyCase) {
  auto zone = with("V=SPF1 Include:in.example IP4:192.0.2.1 A:a.example MX:M.example EXISTS:e.example -ALL");
  zone.txt("in.example", "v=SpF1 Redirect=RE.example").txt("re.example", "v=spf1 iP6:2001:db8::1 -all");
  zone.address("a.example", "192.0.2.2")
      .mx("m.example", 10, "h.m.example")
      .address("h.m.example", "192.0.2.3");
  for (const auto* ip : {"192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1"})
    EXPECT_EQ(spf_of(zone, ip).result, Result::pass) << ip;
  EXPECT_EQ(spf_of(zone, "192.0.2.4").result, Result::fail);
}

// A lookup is a term; the ten hosts of an MX have a limit of their own (RFC 7208 section 4.6.4).
TEST(HardCases, Case37_MxHostsAreNoTerms) {
  auto zone = with(
      "v=spf1 mx a:1.example a:2.example a:3.example a:4.example a:5.example a:6.example a:7.example "
      "a:8.example a:9.example -all");
  for (int i = 0; i < 10; ++i) {
    zone.mx("bank.example", 10, fmt::format("h{}.bank.example", i));
    zone.address(fmt::format("h{}.bank.example", i), fmt::format("192.0.2.{}", i + 1));
    zone.address(fmt::format("{}.example", i), fmt::format("198.51.100.{}", i));
  }
  const auto outcome = spf_of(zone, "198.51.100.9");
  EXPECT_EQ(outcome.result, Result::pass) << outcome.reason();
  EXPECT_EQ(outcome.lookups, 10);
  zone.mx("bank.example", 10, "h10.bank.example");
  EXPECT_EQ(spf_of(zone, "198.51.100.9").result, Result::permerror) << "eleven hosts are too many";
}

// Hosts without AAAA are void lookups to a client of IPv6: two are allowed, and to one of IPv4 they are none.
TEST(HardCases, Case38_VoidLookupsByTheClientsFamily) {
  auto zone = with("v=spf1 mx ip6:2001:db8::/32 ip4:192.0.2.0/24 -all");
  zone.mx("bank.example", 10, "h1.bank.example").mx("bank.example", 20, "h2.bank.example");
  zone.address("h1.bank.example", "198.51.100.1").address("h2.bank.example", "198.51.100.2");
  const auto two = spf_of(zone, "2001:db8::1");
  EXPECT_EQ(two.result, Result::pass) << two.reason();
  EXPECT_EQ(two.voids, 2);
  zone.mx("bank.example", 30, "h3.bank.example").address("h3.bank.example", "198.51.100.3");
  EXPECT_EQ(spf_of(zone, "2001:db8::1").result, Result::permerror);
  const auto four = spf_of(zone, "192.0.2.1");
  EXPECT_EQ(four.result, Result::pass);
  EXPECT_EQ(four.voids, 0);
}

TEST(HardCases, Case39_TheThirdVoidLookupEndsIt) {
  for (const auto* record :
       {"v=spf1 a:1.gone.example a:2.gone.example a:3.gone.example ip4:192.0.2.1 -all",
        "v=spf1 mx:1.gone.example exists:2.gone.example a:empty.example ip4:192.0.2.1 -all"}) {
    auto zone = with(record);
    zone.exists("empty.example");
    const auto outcome = spf_of(zone, "192.0.2.1");
    EXPECT_EQ(outcome.result, Result::permerror) << record;
    EXPECT_EQ(outcome.why, spf::Reason::void_limit);
  }
}

TEST(HardCases, Case40_NibblesAndTheCurrentDomain) {
  auto zone = with("v=spf1 include:in.example -all");
  zone.txt("in.example", "v=spf1 exists:%{ir}.%{d} exists:%{i}.%{o}.ok.example -all");
  zone.address("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.in.example", "127.0.0.1");
  zone.address("2.2.0.192.in.example", "127.0.0.1");
  zone.address("2.0.0.1.0.d.b.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.3.bank.example.ok.example",
               "127.0.0.1");
  for (const auto* ip : {"2001:db8::1", "192.0.2.2", "2001:db8::3"})
    EXPECT_EQ(spf_of(zone, ip).result, Result::pass) << ip;
  for (const auto* ip : {"2001:db8::2", "192.0.2.3", "2.2.0.192"})
    EXPECT_EQ(spf_of(zone, ip).result, Result::fail) << ip;
}

TEST(HardCases, Case41_PtrMxAndPrefixesOfBothFamilies) {
  auto ptr = with("v=spf1 ptr -all");
  ptr.target("1.2.0.192.in-addr.arpa", dns::RrType::ptr, "mail.bank.example")
      .address("mail.bank.example", "192.0.2.1");
  // A name that is only spelled like it, one that does not lead back, and one that leads elsewhere.
  ptr.target("2.2.0.192.in-addr.arpa", dns::RrType::ptr, "mail.thebank.example");
  ptr.address("mail.thebank.example", "192.0.2.2");
  ptr.target("3.2.0.192.in-addr.arpa", dns::RrType::ptr, "mail.bank.example");
  ptr.target("4.2.0.192.in-addr.arpa", dns::RrType::ptr, "gone.bank.example");
  EXPECT_EQ(spf_of(ptr, "192.0.2.1").result, Result::pass);
  for (const auto* ip : {"192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"})
    EXPECT_EQ(spf_of(ptr, ip).result, Result::fail) << ip;

  auto hosts = with("v=spf1 mx/24//64 a:a.example/31//127 ip6:2001:db8:9::/48 -all");
  hosts.mx("bank.example", 10, "h.example")
      .address("h.example", "192.0.2.1")
      .address("h.example", "2001:db8::1");
  hosts.address("a.example", "198.51.100.2").address("a.example", "2001:db8:1::2");
  for (const auto* ip : {"192.0.2.200", "2001:db8::ffff", "198.51.100.3", "2001:db8:1::3",
                         "2001:db8:9:1::", "::ffff:192.0.2.9"})
    EXPECT_EQ(spf_of(hosts, ip).result, Result::pass) << ip;
  for (const auto* ip : {"192.0.3.1", "2001:db8:0:1::", "198.51.100.4", "2001:db8:1::4", "2001:db8:a::"})
    EXPECT_EQ(spf_of(hosts, ip).result, Result::fail) << ip;
}

TEST(HardCases, Case42_RedirectAndInclude) {
  auto zone = with("v=spf1 include:in.example redirect=re.example");
  zone.txt("in.example", "v=spf1 redirect=deep.example").txt("deep.example", "v=spf1 ip4:192.0.2.1 -all");
  zone.txt("re.example", "v=spf1 ip4:192.0.2.2 ~all");
  EXPECT_EQ(spf_of(zone, "192.0.2.1").result, Result::pass) << "an include follows the redirect in it";
  EXPECT_EQ(spf_of(zone, "192.0.2.2").result, Result::pass);
  EXPECT_EQ(spf_of(zone, "192.0.2.3").result, Result::softfail)
      << "the redirect's own end, not the include's";
  auto missing = with("v=spf1 redirect=gone.example");
  missing.exists("example");
  EXPECT_EQ(spf_of(missing, "192.0.2.1").result, Result::permerror);
  auto inside = with("v=spf1 include:in.example ip4:192.0.2.1 -all");
  inside.txt("in.example", "v=spf1 redirect=gone.example").exists("example");
  EXPECT_EQ(spf_of(inside, "192.0.2.1").result, Result::permerror);
  auto first = with("v=spf1 redirect=re.example include:in.example");
  first.txt("in.example", "v=spf1 ip4:192.0.2.1 -all").txt("re.example", "v=spf1 -all");
  EXPECT_EQ(spf_of(first, "192.0.2.1").result, Result::pass) << "a redirect counts last wherever it stands";
}

}  // namespace
}  // namespace rampart::auth::tests
