#include "reports/sources/look.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/zone_test.h"

namespace rampart::reports {
namespace {

using auth::TestZone;
using dns::RrType;
using testing::ElementsAre;
using testing::HasSubstr;

class LookTest : public ::testing::Test {
 protected:
  LookTest() {
    zone_.txt("bank.example", "v=spf1 ip4:192.0.2.1 include:_spf.agency.example -all");
    zone_.txt("_spf.agency.example", "v=spf1 include:_spf.host.example ip4:198.51.100.0/28 -all");
    zone_.txt("_spf.host.example", "v=spf1 ip4:203.0.113.0/24 -all");
  }
  AddressFacts look(std::string_view address, const std::vector<dns::Name>& envelopes = {}) {
    const std::vector<AddressToLookUp> addresses{
        {.address = *base::IpAddress::parse(address), .envelopes = envelopes}};
    return zone_
        .run([&](facts::Facts& facts) {
          return look_up_addresses(TestZone::name("bank.example"), addresses, base::Time(), facts);
        })
        .front();
  }

  TestZone zone_;
};

TEST_F(LookTest, ConfirmsAReverseName) {
  zone_.target("1.2.0.192.in-addr.arpa", RrType::ptr, "mx1.bank.example");
  zone_.address("mx1.bank.example", "192.0.2.1");
  const auto facts = look("192.0.2.1");
  EXPECT_EQ(facts.reverse_name, "mx1.bank.example");
  EXPECT_TRUE(facts.confirmed);
  EXPECT_TRUE(facts.reverse_unknown.empty());
}

TEST_F(LookTest, ConfirmsIpv6) {
  zone_.target("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", RrType::ptr,
               "six.bank.example");
  zone_.address("six.bank.example", "2001:db8::1");
  EXPECT_TRUE(look("2001:db8::1").confirmed);
}

TEST_F(LookTest, DoesNotConfirmANameThatLeadsElsewhere) {
  zone_.target("1.2.0.192.in-addr.arpa", RrType::ptr, "mail.google.com");
  zone_.address("mail.google.com", "192.0.2.2");
  const auto facts = look("192.0.2.1");
  EXPECT_EQ(facts.reverse_name, "mail.google.com");
  EXPECT_FALSE(facts.confirmed);
}

TEST_F(LookTest, TakesTheNameThatLeadsBackOfSeveral) {
  zone_.target("1.2.0.192.in-addr.arpa", RrType::ptr, "a.liar.example");
  zone_.target("1.2.0.192.in-addr.arpa", RrType::ptr, "z.bank.example");
  zone_.address("z.bank.example", "192.0.2.1");
  EXPECT_EQ(look("192.0.2.1").reverse_name, "z.bank.example");
}

TEST_F(LookTest, SaysWhenAReverseNameIsNotKnown) {
  zone_.fails("1.2.0.192.in-addr.arpa", facts::Why::servfail);
  auto facts = look("192.0.2.1");
  EXPECT_TRUE(facts.reverse_name.empty());
  EXPECT_THAT(facts.reverse_unknown, HasSubstr("1.2.0.192.in-addr.arpa PTR"));
  // A name that could not be led back is no lie, and no proof.
  zone_.target("2.2.0.192.in-addr.arpa", RrType::ptr, "slow.bank.example");
  zone_.fails("slow.bank.example", facts::Why::timeout);
  facts = look("192.0.2.2");
  EXPECT_TRUE(facts.reverse_name.empty());
  EXPECT_THAT(facts.reverse_unknown, HasSubstr("slow.bank.example A"));
  EXPECT_EQ(unanswered(facts), facts.reverse_unknown);
}

// That there is no name is an answer; that SPF has a fault is, too.
TEST_F(LookTest, OwesAnAnswerWhereDnsGaveNone) {
  EXPECT_EQ(unanswered(look("192.0.2.3")), "");
  zone_.fails("_spf.host.example", facts::Why::timeout);
  EXPECT_THAT(unanswered(look("203.0.113.9")), HasSubstr("bank.example"));
  EXPECT_EQ(unanswered(look("192.0.2.1")), "") << "it is listed before";
  zone_.txt("bank.example", "v=spf1 -all");
  EXPECT_EQ(unanswered(look("203.0.113.9")), "") << "two records are a fault and no silence";
}

TEST_F(LookTest, FindsTheTermThatListsAnAddress) {
  auto facts = look("192.0.2.1");
  EXPECT_EQ(facts.authorised, true);
  EXPECT_THAT(facts.through, ElementsAre());
  facts = look("198.51.100.3");
  EXPECT_EQ(facts.authorised, true);
  EXPECT_THAT(facts.through, ElementsAre("_spf.agency.example"));
  facts = look("203.0.113.200");
  EXPECT_THAT(facts.through, ElementsAre("_spf.agency.example", "_spf.host.example"));
  facts = look("192.0.2.2");
  EXPECT_EQ(facts.authorised, false);
}

TEST_F(LookTest, AsksTheRecordsOfEnvelopesToo) {
  zone_.txt("bounce.bank.example", "v=spf1 include:sendgrid.net -all");
  zone_.txt("sendgrid.net", "v=spf1 ip4:167.89.0.0/17 -all");
  EXPECT_EQ(look("167.89.1.1").authorised, false);
  const auto facts = look("167.89.1.1", {TestZone::name("bounce.bank.example")});
  EXPECT_EQ(facts.authorised, true);
  EXPECT_THAT(facts.through, ElementsAre("sendgrid.net"));
}

TEST_F(LookTest, ARecordThatLetsEverybodyInListsNobody) {
  zone_ = TestZone();
  zone_.txt("bank.example", "v=spf1 +all");
  auto facts = look("192.0.2.1");
  EXPECT_EQ(facts.authorised, std::nullopt);
  EXPECT_THAT(facts.spf_unknown, HasSubstr("bank.example lets everybody send"));
  zone_ = TestZone();
  zone_.txt("bank.example", "v=spf1 ip4:192.0.0.0/2 -all");
  EXPECT_EQ(look("192.0.2.1").authorised, std::nullopt);
  zone_ = TestZone();
  zone_.txt("bank.example", "v=spf1 ip4:192.0.2.0/24 -all");
  EXPECT_EQ(look("192.0.2.1").authorised, true);
}

TEST_F(LookTest, FindsTheTermBeyondTheLimitOfReceivers) {
  zone_ = TestZone();
  std::string record = "v=spf1";
  for (int i = 0; i < 15; ++i) {
    zone_.txt(fmt::format("s{}.example", i), fmt::format("v=spf1 ip4:10.0.{}.0/24 -all", i));
    record += fmt::format(" include:s{}.example", i);
  }
  zone_.txt("bank.example", record + " -all");
  EXPECT_THAT(look("10.0.14.1").through, ElementsAre("s14.example"));
}

TEST_F(LookTest, SaysWhenSpfIsNotKnown) {
  zone_.fails("_spf.agency.example", facts::Why::timeout);
  const auto facts = look("198.51.100.3");
  EXPECT_EQ(facts.authorised, std::nullopt);
  EXPECT_THAT(facts.spf_unknown, HasSubstr("bank.example"));
}

TEST_F(LookTest, AsksAboutAllAtOnce) {
  std::vector<AddressToLookUp> addresses;
  for (int i = 1; i < 200; ++i)
    addresses.push_back({.address = *base::IpAddress::parse(fmt::format("203.0.113.{}", i))});
  const auto facts = zone_.run([&](facts::Facts& asked) {
    return look_up_addresses(TestZone::name("bank.example"), addresses, base::Time(), asked);
  });
  EXPECT_EQ(facts.size(), addresses.size());
  EXPECT_LE(zone_.rounds(), 4);
  EXPECT_EQ(zone_.asked(), 199U + 3U);  // each question once
}

}  // namespace
}  // namespace rampart::reports
