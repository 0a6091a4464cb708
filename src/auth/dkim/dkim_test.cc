#include <gtest/gtest.h>

#include "auth/dkim/from_mail.h"
#include "auth/dkim/key_record.h"
#include "auth/dkim/selectors.h"
#include "auth/dkim/signature.h"
#include "auth/zone_test.h"
#include "crypto/keys_test.h"

namespace rampart::dkim {
namespace {

using auth::has_fault;
using auth::TestZone;

std::string key(std::string_view tags, std::string_view base64) {
  return std::string(tags) + "p=" + std::string(base64);
}

TEST(DkimKey, ReadsAnRsaKey) {
  const auto record = parse(key("v=DKIM1; k=rsa; h=sha256; s=email; t=s; n=a note; ", crypto::kRsa2048));
  EXPECT_EQ(record.type, KeyType::rsa);
  EXPECT_EQ(record.bits, 2048U);
  EXPECT_EQ(record.fingerprint.size(), 64U);
  EXPECT_TRUE(record.strict);
  EXPECT_FALSE(record.testing);
  EXPECT_EQ(record.notes, "a note");
  EXPECT_TRUE(record.usable());
  EXPECT_TRUE(record.faults.empty());
  EXPECT_EQ(format(record, "AAAA"), "v=DKIM1; k=rsa; h=sha256; s=email; t=s; p=AAAA");
}

TEST(DkimKey, DefaultsAndForms) {
  const auto bare = parse(key("", crypto::kRsa2048Bare));
  EXPECT_TRUE(bare.usable());
  EXPECT_TRUE(has_fault(bare.faults, "version-missing"));
  EXPECT_TRUE(has_fault(bare.faults, "key-bare"));
  // The same key in its other form has the same fingerprint, whatever white space stands inside.
  auto spaced = key("v=DKIM1;", crypto::kRsa2048);
  spaced.insert(60, " \t ");
  EXPECT_EQ(parse(spaced).fingerprint, bare.fingerprint);
}

TEST(DkimKey, ReadsAnEd25519Key) {
  const auto record = parse(key("v=DKIM1; k=ed25519; ", crypto::kEd25519));
  EXPECT_TRUE(record.usable());
  EXPECT_EQ(record.bits, 256U);
  EXPECT_EQ(to_string(record.type), "ed25519");
  EXPECT_TRUE(has_fault(parse(key("v=DKIM1; k=ed25519; ", crypto::kRsa1024)).faults, "key-unreadable"));
}

TEST(DkimKey, Sizes) {  // RFC 8301 section 3.2
  EXPECT_FALSE(parse(key("v=DKIM1;", crypto::kRsa768)).usable());
  EXPECT_TRUE(has_fault(parse(key("v=DKIM1;", crypto::kRsa768)).faults, "key-too-short"));
  EXPECT_TRUE(parse(key("v=DKIM1;", crypto::kRsa1024)).usable());
  EXPECT_TRUE(has_fault(parse(key("v=DKIM1;", crypto::kRsa1024)).faults, "key-short"));
}

TEST(DkimKey, RevokedIsNoSyntaxError) {
  for (const auto* text : {"v=DKIM1; p=", "v=DKIM1;p=;", "p="}) {
    const auto record = parse(text);
    EXPECT_TRUE(record.revoked) << text;
    EXPECT_FALSE(record.usable());
    for (const auto& fault : record.faults) EXPECT_EQ(fault.gravity, auth::Gravity::note) << fault.text;
  }
}

TEST(DkimKey, WhatVerifiersRefuse) {
  const std::pair<std::string, std::string_view> cases[] = {
      {"v=DKIM1; k=rsa", "key-missing"},
      {key("v=DKIM2; ", crypto::kRsa2048), "version-invalid"},
      {key("k=rsa; v=DKIM1; ", crypto::kRsa2048), "version-invalid"},
      {key("v=DKIM1; k=dsa; ", crypto::kRsa2048), "type-unknown"},
      {key("v=DKIM1; s=tlsrpt; ", crypto::kRsa2048), "service-other"},
      {key("v=DKIM1; h=sha1; ", crypto::kRsa2048), "hash-sha1"},
      {key("v=DKIM1; t=y; t=s; ", crypto::kRsa2048), "tag-duplicate"},
      {"v=DKIM1; p=!!!", "key-not-base64"},
      {"v=DKIM1; p=MIIB\" \"IjAN", "key-not-base64"},
      {"v=DKIM1; p=AAAA", "key-unreadable"},
      {key("v=DKIM1; ", crypto::kEc), "key-unreadable"}};
  for (const auto& [text, code] : cases) {
    const auto record = parse(text);
    EXPECT_FALSE(record.usable()) << text;
    EXPECT_TRUE(has_fault(record.faults, code)) << code;
  }
}

TEST(DkimKey, LimitsThatAllowMail) {
  EXPECT_TRUE(parse(key("v=DKIM1; s=*; h=sha1:sha256; ", crypto::kRsa2048)).usable());
  EXPECT_TRUE(parse(key("v=DKIM1; s=tlsrpt:email; ", crypto::kRsa2048)).usable());
  const auto testing = parse(key("v=DKIM1; t=y:s; x=1; g=*; word; ", crypto::kRsa2048));
  EXPECT_TRUE(testing.usable() && testing.testing && testing.strict);
  for (const auto* code : {"testing", "tag-unknown", "tag-removed", "tag-malformed"}) {
    EXPECT_TRUE(has_fault(testing.faults, code)) << code;
  }
}

TEST(DkimSelector, SeveralRecordsAndOtherText) {
  TestZone zone;
  const auto good = key("v=DKIM1; ", crypto::kRsa2048);
  zone.txt("s._domainkey.a.example", good).txt("s._domainkey.a.example", "v=spf1 -all");
  zone.txt("s._domainkey.a.example", "v=DKIM1; p=").txt("o._domainkey.a.example", "hello");
  zone.fails("f._domainkey.a.example", facts::Why::servfail);
  const auto read = [&](std::string_view name) {
    return zone.run([&](facts::Facts& facts) {
      return read_selector(facts.ask(TestZone::name(name), dns::RrType::txt));
    });
  };
  const auto several = read("s._domainkey.a.example");
  EXPECT_EQ(several.state, Selector::State::present);
  EXPECT_EQ(several.records, 2U);
  EXPECT_EQ(several.other, 1U);
  EXPECT_EQ(read("o._domainkey.a.example").state, Selector::State::absent);
  EXPECT_EQ(read("x._domainkey.a.example").state, Selector::State::absent);
  const auto unknown = read("f._domainkey.a.example");
  EXPECT_EQ(unknown.state, Selector::State::unknown);
  EXPECT_FALSE(unknown.why.empty());
}

TEST(DkimSelectors, ProvidersComeFirst) {
  const std::vector<dns::Name> mx = {TestZone::name("ministry-example.mail.protection.outlook.com")};
  const std::vector<dns::Name> spf = {TestZone::name("servers.mcsv.net"), TestZone::name("amazonses.com")};
  const auto all = candidates(mx, spf);
  ASSERT_GT(all.size(), 5U);
  EXPECT_EQ(all[0].selector, "selector1");
  EXPECT_EQ(all[0].reason, "Microsoft 365");
  EXPECT_EQ(all[2].selector, "k1");
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(all[i].selector, all[j].selector);
  }
  EXPECT_EQ(unguessable_providers(mx, spf), std::vector<std::string_view>{"Amazon SES"});
  EXPECT_EQ(candidates({}, {}).size(), common_selectors().size());
  EXPECT_EQ(candidates({}, {}).front().selector, "default");
  const std::vector<dns::Name> near = {TestZone::name("notgoogle.com")};
  EXPECT_EQ(candidates(near, {}).front().reason, "common");
}

TEST(DkimFromMail, ReadsTheNamesOfAllSignatures) {
  const auto names = from_mail(
      "From: a@b.example\r\nDKIM-Signature: v=1; a=rsa-sha256; d=B.Example;\r\n\ts=Sel1; h=from;\r\n "
      "b=abc=\r\n"
      "dkim-signature: d=b.example; s=sel1\r\nDKIM-Signature: d=esp.example; s=2026.q1\r\n"
      "DKIM-Signature: d=; s=x\r\nDKIM-Signature: s=x\r\n\r\nDKIM-Signature: d=body.example; s=x\r\n");
  ASSERT_TRUE(names);
  ASSERT_EQ(names->size(), 2U);
  EXPECT_EQ(names->at(0).domain.text(), "b.example");
  EXPECT_EQ(names->at(0).selector, "sel1");
  EXPECT_EQ(names->at(1).selector, "2026.q1");
}

TEST(DkimFromMail, HasLimits) {
  std::string mail;
  for (int i = 0; i < 150; ++i) mail += "DKIM-Signature: d=d" + std::to_string(i) + ".example; s=s\n";
  EXPECT_EQ(from_mail(mail + "\n")->size(), kMaxSignatures);
  EXPECT_FALSE(from_mail(std::string(300000, 'x')));
  EXPECT_TRUE(from_mail("")->empty());
}

// RFC 6376 section 3.2, RFC 8616 section 3: lanes of a long value say what its bytes do, at every place.
TEST(DkimSignature, EveryByteOfALongTagCounts) {
  for (const auto& [byte, good] : std::initializer_list<std::pair<char, bool>>{{'\x01', false},
                                                                               {'\x1f', false},
                                                                               {'\x7f', false},
                                                                               {'\0', false},
                                                                               {'\xd8', true},
                                                                               {'~', true},
                                                                               {'!', true},
                                                                               {' ', true},
                                                                               {'\t', true}}) {
    for (std::size_t at = 1; at < 49; ++at) {
      std::string value(50, 'x');
      value[at] = byte;
      const auto read = parse_signature("v=1; n=" + value);
      EXPECT_EQ(!read.fault.contains("is no tag=value"), good) << at << ": " << read.fault;
    }
  }
}

}  // namespace
}  // namespace rampart::dkim
