#include "auth/results_parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/results_field.h"

namespace rampart::auth {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// RFC 8601 appendix B.
TEST(ResultsParse, TheRfcsExamples) {
  auto field = parse_results(" example.org 1; none");
  EXPECT_EQ(field.fault, "");
  EXPECT_EQ(field.authserv_id, "example.org");
  EXPECT_TRUE(field.results.empty());

  field = parse_results(" example.com;\r\n\tspf=pass smtp.mailfrom=example.net");
  ASSERT_EQ(field.results.size(), 1U);
  EXPECT_EQ(field.results[0].method, "spf");
  EXPECT_EQ(field.results[0].result, "pass");
  EXPECT_EQ(field.results[0].properties[0].value, "example.net");

  field = parse_results(
      " example.com;\r\n\tauth=pass (cleartext) smtp.auth=sender@example.net;\r\n\tspf=pass "
      "smtp.mailfrom=example.net");
  ASSERT_EQ(field.results.size(), 2U);
  EXPECT_EQ(field.results[0].properties[0].value, "sender@example.net");

  field = parse_results(
      " foo.example.net (foobar) 1 (baz);\r\n dkim (Because I like it) / 1 (One yay) = (wait for it) fail\r\n"
      " policy (A dot can go here) . (like that) expired\r\n (this surprised me) = (as I wasn't expecting "
      "it) 1362471462");
  EXPECT_EQ(field.fault, "");
  ASSERT_EQ(field.results.size(), 1U);
  EXPECT_EQ(field.results[0].method, "dkim");
  EXPECT_EQ(field.results[0].result, "fail");
  EXPECT_EQ(field.results[0].properties[0].type, "policy");
  EXPECT_EQ(field.results[0].properties[0].name, "expired");
  EXPECT_EQ(field.results[0].properties[0].value, "1362471462");
}

TEST(ResultsParse, ReasonsAndQuotes) {
  const auto field = parse_results(
      "x; dkim=fail reason=\"bad (not; a) signature\" header.i=\"@a b\".example header.b=\"AbC/+=\"; "
      "dmarc=pass header.from=a.example");
  EXPECT_EQ(field.fault, "");
  ASSERT_EQ(field.results.size(), 2U);
  EXPECT_EQ(field.results[0].reason, "bad (not; a) signature");
  EXPECT_EQ(field.results[0].properties[0].value, "@a b.example");
  EXPECT_EQ(field.results[0].properties[1].value, "AbC/+=");
}

TEST(ResultsParse, WhatIsNoneHasAFault) {
  for (const auto* text : {"", ";", "; spf=pass", "x", "x; ", "x y; none", "x; spf", "x; =pass",
                           "x; spf=", "x; spf=pass smtp", "x; spf=pass smtp.mailfrom",
                           "x; spf=pass reason=\"open", "x; (open", "x; none; spf=pass", "x; spf=pass junk"})
    EXPECT_NE(parse_results(text).fault, "") << text;
  // Many write a semicolon behind the last one.
  EXPECT_EQ(parse_results("x; spf=pass;").fault, "");
  EXPECT_NE(parse_results("x; " + std::string(100'000, '(')).fault, "");
  std::string many = "x";
  for (int i = 0; i < 200; ++i) many += "; a=b";
  EXPECT_THAT(parse_results(many).fault, HasSubstr("more than"));
}

// The lines, from 0, in which what is forged begins.
std::vector<std::uint32_t> forged(std::string_view fields, std::string_view own = "mx.bank.example") {
  const auto bytes = std::string(fields) + "\r\n";
  const auto message = mail::Message::parse(bytes);
  const mail::FieldIndex index(message->header);
  std::vector<std::uint32_t> out;
  for (const auto raw : forged_results(message->header, index, own))
    out.push_back(static_cast<std::uint32_t>(std::count(bytes.data(), raw.data(), '\n')));
  return out;
}

TEST(ForgedResults, AllOfOurOwnAndTheUnreadable) {
  EXPECT_THAT(forged("Authentication-Results: mx.bank.example; spf=pass\r\n"
                     "Authentication-Results: else.example; spf=pass\r\n"
                     "authentication-RESULTS: (c) MX.Bank.EXAMPLE 1; dmarc=pass\r\n"
                     "Authentication-Results : \"mx.bank.example\"; spf=pass\r\n"
                     "Authentication-Results: mx.bank.example\r\n"
                     "Authentication-Results: ;;;\r\n"
                     "X-Authentication-Results: mx.bank.example; none\r\n"),
              ElementsAre(0U, 2U, 3U, 4U, 5U));
  // A field longer than any buffer of fixed size.
  EXPECT_THAT(
      forged("Authentication-Results: mx.bank.example; spf=pass (" + std::string(10'000, 'x') + ")\r\n"),
      ElementsAre(0U));
  EXPECT_THAT(forged("From: a@b.example\r\n"), ElementsAre());
  // Our name as somebody else may read it.
  EXPECT_THAT(forged("Authentication-Results: mx.bank.example.; spf=pass\r\n"
                     "Authentication-Results: mx.bank.example\x01; spf=pass\r\n"
                     "Authentication-Results: =?utf-8?q?mx.bank.example?=; spf=pass\r\n"
                     "Authentication-Results: mx.bank.example.else.example; spf=pass\r\n"
                     "Authentication-Results: mx(x).bank.example; spf=pass\r\n"
                     "Authentication-Results: mx .bank.example; spf=pass\r\n"
                     "Authentication-Results: mx.bank.example\xc2\xa0; spf=pass\r\n"
                     "Authentication-Results: mx.bank.example\xa0; spf=pass\r\n"),
              ElementsAre(0U, 1U, 2U, 4U, 5U, 6U, 7U));
  // And lines that are no field here.
  EXPECT_THAT(forged("Authentication-Results\x01: mx.bank.example; spf=pass\r\n"
                     " Authentication-Results: mx.bank.example; spf=pass\r\n"
                     "Subject: x\r\n"
                     "X: y\rAuthentication-Results: mx.bank.example; spf=pass\r\n"
                     "X: y\rAuthentication-Results: else.example; spf=pass\r\n"
                     "Authentication-Results\r\n : mx.bank.example; spf=pass\r\n"),
              ElementsAre(0U, 3U, 5U));
  EXPECT_THAT(forged("Authentication-Results: mx.b\xc3\xbc"
                     "cher.example; spf=pass\r\n",
                     "mx.xn--bcher-kva.example"),
              ElementsAre(0U));
}

TEST(MergedResults, OfOneHost) {
  const std::string bytes =
      "Authentication-Results: a.example; spf=pass (x);\r\nAuthentication-Results: b.example; dkim=pass\r\n"
      "Authentication-Results: A.example;\r\n\tdmarc=pass header.from=c.example; \r\nAuthentication-Results: "
      "a.example; none\r\n\r\n";
  const auto message = mail::Message::parse(bytes);
  const mail::FieldIndex index(message->header);
  EXPECT_EQ(merged_results(message->header, index, "a.example"),
            "a.example; spf=pass (x); dmarc=pass header.from=c.example");
  EXPECT_EQ(merged_results(message->header, index, "z.example"), "z.example; none");
}

TEST(ReceivedSpf, NothingBreaksOutOfIt) {
  SpfChecked spf;
  Envelope envelope{.ip = base::IpAddress::parse("192.0.2.1"),
                    .helo = "h\r\nX-Evil: 1",
                    .mail_from = "a=\"b;c\\@x.example"};
  const auto field = received_spf("mx.bank.example", envelope, spf);
  EXPECT_THAT(field, HasSubstr("Received-SPF: none"));
  EXPECT_THAT(field, HasSubstr("envelope-from=\"a=\\\"b;c\\\\@x.example\";"));
  EXPECT_THAT(field, HasSubstr("client-ip=\"192.0.2.1\";"));
  for (std::size_t at = 0; (at = field.find('\n', at)) != std::string::npos; ++at)
    EXPECT_TRUE(at + 1 == field.size() || field[at + 1] == '\t') << field;
}

}  // namespace
}  // namespace rampart::auth
