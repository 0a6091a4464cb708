#include "auth/dane/tlsa.h"

#include <gtest/gtest.h>

#include "auth/zone_test.h"
#include "crypto/digest.h"

namespace rampart::dane {
namespace {

using auth::TestZone;
using State = HostTlsa::State;

std::string tlsa(char usage, char selector, char matching, std::string_view association) {
  return std::string{usage, selector, matching} + std::string(association);
}

HostTlsa look(TestZone& zone, std::string_view host) {
  return zone.run([&](facts::Facts& facts) { return look_up(TestZone::name(host), facts); });
}

TEST(Dane, OnlyWhatDnssecVouchesFor) {
  const auto record = tlsa(3, 1, 1, crypto::sha256("key"));
  TestZone zone;
  zone.address("mx.example", "192.0.2.1").add("_25._tcp.mx.example", dns::RrType::tlsa, record);
  EXPECT_EQ(look(zone, "mx.example").state, State::insecure);
  zone.signed_by_dnssec();
  const auto host = look(zone, "mx.example");
  EXPECT_EQ(host.state, State::usable);
  ASSERT_EQ(host.records.size(), 1U);
  EXPECT_EQ(host.records[0].text().substr(0, 6), "3 1 1 ");
  EXPECT_EQ(zone.rounds(), 1);
  EXPECT_EQ(look(zone, "other.example").state, State::none);
  zone.fails("_25._tcp.dead.example", facts::Why::servfail).address("dead.example", "192.0.2.2");
  EXPECT_EQ(look(zone, "dead.example").state, State::unknown);
}

TEST(Dane, FollowsASignedAlias) {  // RFC 7672 section 2.2.3
  TestZone zone;
  zone.signed_by_dnssec().cname("mx.example", "real.example").address("real.example", "192.0.2.1");
  zone.add("_25._tcp.real.example", dns::RrType::tlsa, tlsa(3, 1, 1, crypto::sha256("key")));
  const auto host = look(zone, "mx.example");
  EXPECT_EQ(host.state, State::usable);
  EXPECT_EQ(host.name.text(), "_25._tcp.real.example");
}

TEST(Dane, WhatSendersCannotUse) {  // RFC 7672 section 3.1
  const auto hash = crypto::sha256("x");
  const std::string records[] = {tlsa(0, 1, 1, hash), tlsa(1, 1, 1, hash), tlsa(4, 1, 1, hash),
                                 tlsa(3, 2, 1, hash), tlsa(3, 1, 3, hash), tlsa(3, 1, 1, "short"),
                                 tlsa(3, 1, 2, hash)};
  for (const auto& record : records) {
    std::vector<auth::Fault> faults;
    const auto data = dns::parse_tlsa(record);
    ASSERT_TRUE(data);
    EXPECT_FALSE(read_tlsa(*data, faults).usable) << int{record[0]} << int{record[1]} << int{record[2]};
    EXPECT_EQ(faults.size(), 1U);
  }
  TestZone zone;
  zone.signed_by_dnssec()
      .address("mx.example", "192.0.2.1")
      .add("_25._tcp.mx.example", dns::RrType::tlsa, records[0]);
  EXPECT_EQ(look(zone, "mx.example").state, State::unusable);
}

TEST(Dane, MatchesCertificates) {
  facts::Certificate certificate;
  certificate.sha256 = crypto::sha256("certificate");
  certificate.spki_sha256 = crypto::sha256("key");
  certificate.ta_sha256 = crypto::sha256("intermediate") + crypto::sha256("root");
  certificate.ta_spki_sha256 = crypto::sha256("intermediate key") + crypto::sha256("root key");
  const auto one = [&](std::uint8_t usage, std::uint8_t selector, std::uint8_t matching,
                       std::string association) {
    return match({Tlsa{usage, selector, matching, std::move(association), true}}, certificate);
  };
  EXPECT_EQ(one(3, 1, 1, crypto::sha256("key")), Match::matches);
  EXPECT_EQ(one(3, 0, 1, crypto::sha256("certificate")), Match::matches);
  EXPECT_EQ(one(3, 0, 0, "certificate"), Match::matches);
  EXPECT_EQ(one(2, 1, 1, crypto::sha256("root key")), Match::matches);
  EXPECT_EQ(one(2, 0, 1, crypto::sha256("intermediate")), Match::matches);
  EXPECT_EQ(one(2, 1, 1, crypto::sha256("key")), Match::mismatch);
  EXPECT_EQ(one(3, 1, 1, crypto::sha256("old key")), Match::mismatch);
  EXPECT_EQ(one(3, 1, 2, crypto::sha512("key")), Match::unknown);
  EXPECT_EQ(match({Tlsa{3, 1, 1, crypto::sha256("key"), false}}, certificate), Match::mismatch);
}

}  // namespace
}  // namespace rampart::dane
