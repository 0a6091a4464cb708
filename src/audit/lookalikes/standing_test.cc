#include "audit/lookalikes/standing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/zone_test.h"

namespace rampart::audit::lookalikes {
namespace {

using dns::RrType;
using testing::ElementsAre;
using testing::HasSubstr;

Standing standing(auth::TestZone& zone, std::string_view name) {
  return zone.run([&](facts::Facts& facts) { return look_at(auth::TestZone::name(name), facts); });
}

Danger danger(const std::function<void(auth::TestZone&)>& fill) {
  auth::TestZone zone;
  zone.target("bank.example", RrType::ns, "ns.host.example");
  fill(zone);
  const auto found = standing(zone, "bank.example");
  EXPECT_EQ(found.registered, Known::yes);
  return found.danger;
}

TEST(Standing, NxdomainIsNotRegisteredForOneQuestion) {
  auth::TestZone zone;
  zone.exists("example");
  EXPECT_EQ(standing(zone, "bank.example").registered, Known::no);
  EXPECT_EQ(zone.asked(), 1U);
}

TEST(Standing, FailureIsUnknownAndNeverNo) {
  auth::TestZone zone;
  zone.fails("bank.example", facts::Why::servfail);
  const auto found = standing(zone, "bank.example");
  EXPECT_EQ(found.registered, Known::unknown);
  EXPECT_THAT(found.why, HasSubstr("bank.example NS"));
}

TEST(Standing, WhoCanSendOrReceive) {
  EXPECT_EQ(danger([](auto& zone) { zone.mx("bank.example", 10, "mx.post.example"); }), Danger::mail);
  EXPECT_EQ(danger([](auto& zone) { zone.txt("bank.example", "v=spf1 ip4:192.0.2.1 -all"); }),
            Danger::sender);
  EXPECT_EQ(danger([](auto& zone) { zone.txt("bank.example", "v=spf1 redirect=_spf.post.example"); }),
            Danger::sender);
  EXPECT_EQ(danger([](auto& zone) { zone.address("bank.example", "192.0.2.1"); }), Danger::addresses);
  EXPECT_EQ(danger([](auto& zone) { zone.address("bank.example", "2001:db8::1"); }), Danger::addresses);
  EXPECT_EQ(danger([](auto&) {}), Danger::registered);
  EXPECT_EQ(danger([](auto& zone) { zone.txt("bank.example", "v=spf1 -all"); }), Danger::registered);
  EXPECT_EQ(danger([](auto& zone) { zone.txt("bank.example", "v=spf1 ip4:1.2.3 +all"); }), Danger::registered)
      << "a broken record lets nobody pass";
  EXPECT_EQ(danger([](auto& zone) {
              zone.add("bank.example", RrType::mx, {})
                  .txt("bank.example", "v=spf1 -all")
                  .address("bank.example", "192.0.2.1");
            }),
            Danger::parked);
  EXPECT_EQ(danger([](auto& zone) {
              zone.add("bank.example", RrType::mx, {}).address("bank.example", "192.0.2.1");
            }),
            Danger::registered)
      << "a null MX takes no mail at its address";
}

TEST(Standing, OnlyAHardFailSaysThatNothingIsSent) {
  for (const auto* spf : {"v=spf1 ~all", "v=spf1 ?all", "v=spf1", "v=spf1 -all x"}) {
    EXPECT_EQ(danger([&](auto& zone) { zone.add("bank.example", RrType::mx, {}).txt("bank.example", spf); }),
              Danger::registered)
        << spf;
  }
}

TEST(Standing, KeepsWhatItSaw) {
  auth::TestZone zone;
  zone.target("bank.example", RrType::ns, "ns1.sedoparking.com")
      .mx("bank.example", 20, "b.post.example")
      .mx("bank.example", 10, "a.post.example")
      .txt("bank.example", "v=spf1 mx -all")
      .txt("bank.example", "something else")
      .txt("_dmarc.bank.example", "v=DMARC1; p=none")
      .address("bank.example", "192.0.2.1");
  const auto found = standing(zone, "bank.example");
  EXPECT_THAT(found.mail_hosts, ElementsAre("a.post.example", "b.post.example"));
  EXPECT_THAT(found.name_servers, ElementsAre("ns1.sedoparking.com"));
  EXPECT_THAT(found.addresses, ElementsAre("192.0.2.1"));
  EXPECT_EQ(found.spf, "v=spf1 mx -all");
  EXPECT_EQ(found.dmarc, "v=DMARC1; p=none");
  EXPECT_TRUE(found.parking);
}

TEST(Standing, ANameWithoutADelegationExists) {
  auth::TestZone zone;
  zone.mx("bank.example", 10, "mx.post.example");
  EXPECT_EQ(standing(zone, "bank.example").danger, Danger::mail);
}

TEST(Standing, WhatASuffixAnswersForEveryNameIsNotRegistered) {
  auth::TestZone zone;
  zone.address("*.example", "192.0.2.1").mx("*.example", 10, "mx.post.example");
  const auto found = standing(zone, "bank.example");
  EXPECT_EQ(found.registered, Known::no);
  EXPECT_THAT(found.why, HasSubstr("every name"));
  zone.target("real.example", RrType::ns, "ns.host.example").mx("real.example", 10, "mx.post.example");
  EXPECT_EQ(standing(zone, "real.example").registered, Known::yes);
}

TEST(Standing, WhetherTheSuffixAnswersForEveryNameMayStayUnknown) {
  auth::TestZone zone;
  zone.address("bank.example", "192.0.2.1").fails("rampart-invented-name.example", facts::Why::timeout);
  EXPECT_EQ(standing(zone, "bank.example").registered, Known::unknown);
}

TEST(Standing, AnAliasIsRegisteredWhateverItsTargetIs) {
  auth::TestZone zone;
  zone.cname("bank.example", "gone.host.example").exists("host.example");
  EXPECT_EQ(standing(zone, "bank.example").registered, Known::yes);
}

}  // namespace
}  // namespace rampart::audit::lookalikes
