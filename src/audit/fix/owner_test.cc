#include "audit/fix/owner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/keys_test.h"

namespace rampart::audit::fix {
namespace {

using ::testing::HasSubstr;

base::Result<Key> key_in(std::string content, const std::string& text = "s1=key.txt") {
  return parse_key(text, [&](const std::string&) { return base::Result<std::string>(content); });
}

TEST(Owner, ReportAddresses) {
  EXPECT_EQ(*parse_report_address("dmarc@bank.example"), "dmarc@bank.example");
  EXPECT_EQ(*parse_report_address(" mailto:dmarc+x@bank.example "), "dmarc+x@bank.example");
  EXPECT_EQ(*parse_report_address("dmarc@پاکستان.example"), "dmarc@xn--mgbai9azgqp6j.example");
  for (const auto* wrong :
       {"", "dmarc", "@bank.example", "dmarc@", "a@b.example,c@d.example", "a;b@bank.example",
        "a b@bank.example", "a!10m@bank.example", "a\"@bank.example", "a%@bank.example"}) {
    EXPECT_FALSE(parse_report_address(wrong)) << wrong;
  }
}

TEST(Owner, KeysInEveryForm) {
  const auto record = "v=DKIM1; k=rsa; p=" + std::string(crypto::kRsa2048);
  EXPECT_EQ(key_in("", "s1:" + record)->record, record);
  EXPECT_EQ(key_in(record + "\n")->record, record);
  const std::string base64(crypto::kRsa2048);
  const auto pem = "-----BEGIN PUBLIC KEY-----\n" + base64.substr(0, 64) + "\n" + base64.substr(64) +
                   "\n-----END PUBLIC KEY-----\n";
  EXPECT_EQ(key_in(pem)->record, record);
  const auto line = "s1._domainkey IN TXT ( \"v=DKIM1; k=rsa; \"\n  \"p=" + base64.substr(0, 100) +
                    "\"\n  \"" + base64.substr(100) + "\" ) ; ----- DKIM key s1";
  EXPECT_EQ(key_in(line)->record, record);
  EXPECT_EQ(key_in(record)->selector, "s1");
}

TEST(Owner, AnEd25519KeyInPemIsPublishedRaw) {
  // RFC 8410 section 10.1.
  const auto pem =
      "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
      "-----END PUBLIC KEY-----\n";
  EXPECT_EQ(key_in(pem)->record, "v=DKIM1; k=ed25519; p=Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=");
}

TEST(Owner, APrivateKeyIsRefused) {
  const auto key = key_in("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06\n");
  ASSERT_FALSE(key);
  EXPECT_THAT(key.error().message(), HasSubstr("private key"));
}

TEST(Owner, WhatIsNoKeyIsRefused) {
  EXPECT_FALSE(key_in("nothing"));
  EXPECT_FALSE(key_in("v=DKIM1; p="));
  EXPECT_FALSE(key_in("v=DKIM1; p=AAAA"));
  EXPECT_FALSE(key_in("", "no-border"));
  EXPECT_FALSE(key_in("", "-bad-=file"));
  const auto missing = parse_key("s1=none", [](const std::string&) -> base::Result<std::string> {
    return base::fail(base::ErrorKind::io, "there is no such file");
  });
  EXPECT_EQ(missing.error().kind, base::ErrorKind::io);
}

TEST(Owner, SendersAreAddressesAndNames) {
  const auto senders =
      parse_senders("192.0.2.1  # the office\n\n2001:db8::1\r\nMail.Bank.Example.\n", "list");
  ASSERT_TRUE(senders);
  ASSERT_EQ(senders->size(), 3U);
  EXPECT_EQ((*senders)[1].text(), "2001:db8::1");
  EXPECT_EQ((*senders)[2].text(), "mail.bank.example");
  EXPECT_EQ(parse_senders("192.0.2.1\nhttp://x/\n", "list").error().where, "list:2");
  EXPECT_FALSE(parse_senders("# nobody\n", "list"));
  std::string many;
  for (std::size_t i = 0; i <= kMaxSenders; ++i) many += "192.0.2.1\n";
  EXPECT_FALSE(parse_senders(many, "list"));
}

TEST(Owner, PolicyHosts) {
  EXPECT_EQ(*parse_policy_host("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(*parse_policy_host("WWW.bank.example"), "www.bank.example");
  EXPECT_FALSE(parse_policy_host("https://bank.example/"));
}

}  // namespace
}  // namespace rampart::audit::fix
