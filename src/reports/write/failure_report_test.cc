#include "reports/write/failure_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/mail_for_tests.h"
#include "reports/failure/reader.h"
#include "reports/write/messages_test.h"

namespace rampart::reports {
namespace {

using auth::tests::kNow;
using testing::HasSubstr;
using testing::Not;

const Redactor kRedactor("a key of the test's own");

TEST(Redacting, LocalPartsBecomeLetters) {
  const auto ali = kRedactor.local_part("Ali");
  EXPECT_EQ(ali.size(), 26U);
  EXPECT_EQ(ali, kRedactor.local_part("aLI"));
  EXPECT_NE(ali, kRedactor.local_part("ali2"));
  EXPECT_NE(ali, Redactor("another key, as long").local_part("ali"));
  const auto hidden = [&](std::string_view text) { return kRedactor.addresses(text); };
  EXPECT_EQ(hidden("for <ali@bank.example>; now"), "for <" + ali + "@bank.example>; now");
  EXPECT_EQ(hidden("ali@a.example,ali@b.example"), ali + "@a.example," + ali + "@b.example");
  EXPECT_EQ(hidden("i=@bank.example"), "i=@bank.example");
  EXPECT_EQ(hidden("smtp.mailfrom=ali@bank.example"), "smtp.mailfrom=" + ali + "@bank.example");
  EXPECT_THAT(hidden("bounce+ali=bank.example@list.example"), Not(HasSubstr("ali")));
  EXPECT_EQ(hidden("no address"), "no address");
  EXPECT_EQ(hidden("@"), "@");
  EXPECT_THAT(hidden("x \"ali baba\"@bank.example"), Not(HasSubstr("ali")));
  EXPECT_THAT(hidden("x \"a\\\"li baba\"@bank.example"), Not(HasSubstr("li baba")));
  EXPECT_THAT(hidden("ali baba\"@bank.example"), Not(HasSubstr("ali")));
  EXPECT_THAT(hidden("علی@bank.example"), Not(HasSubstr("علی")));
  EXPECT_THAT(hidden("a@b@bank.example"), Not(HasSubstr("b@bank")));
}

TEST(Redacting, AHeaderTellsNobodysName) {
  const std::string text =
      "Return-Path: <ali.khan@bank.example>\r\n"
      "Received: from mx (mx.bank.example [192.0.2.1]) (Authenticated sender: alikhan)\r\n"
      "\tby mail (nested (AUTH alikhan)) with ESMTPSA for <zara@ministry.example>; Fri, 27 Nov 2026\r\n"
      "DKIM-Signature: v=1; d=bank.example; i=ali.khan@bank.example; z=Subject:secret=20plan;\r\n s=s1; "
      "b=abc\r\n"
      "Authentication-Results: mail; auth=pass smtp.auth=alikhan\r\n"
      "From: Ali Khan <ali.khan@bank.example>\r\nTo: =?UTF-8?Q?Zara?= <zara@ministry.example>, Ali\r\n"
      "Subject: secret plan\r\nX-Secret: alikhan\r\nMessage-ID: <77@bank.example>\r\n"
      "Content-Type: application/pdf; name=\"alikhan.pdf\"\r\nList-Unsubscribe: "
      "<https://x.example/?u=alikhan>\r\n\r\n";
  const auto message = mail::Message::parse(std::string_view(text));
  ASSERT_TRUE(message);
  const auto out = kRedactor.header(message->header);
  for (const auto* secret : {"alikhan", "ali.khan", "Ali", "Zara", "zara", "secret", "plan", "X-Secret"})
    EXPECT_THAT(out, Not(HasSubstr(secret))) << out;
  EXPECT_THAT(out, HasSubstr("mx.bank.example [192.0.2.1]"));
  EXPECT_THAT(out, HasSubstr("Message-ID: <77@bank.example>\r\n"));
  EXPECT_THAT(out, HasSubstr("From: <" + kRedactor.local_part("ali.khan") + "@bank.example>\r\n"));
  EXPECT_THAT(out, HasSubstr("s=s1; b=abc"));
  EXPECT_THAT(out, HasSubstr("Content-Type: application/pdf\r\n"));
}

// One message, judged in a zone whose DMARC record of bank.example is `record`.
struct Judged {
  std::string bytes;
  mail::Message message;
  auth::Envelope envelope;
  auth::Authentication result;

  [[nodiscard]] FailedMessage failed() const {
    return {
        .message = message, .envelope = envelope, .result = result, .arrived = kNow, .delivery = "reject"};
  }
};
std::unique_ptr<Judged> judged(std::string_view record,
                               const std::function<void(auth::TestZone&)>& change = {},
                               auth::Envelope envelope = {.ip = base::IpAddress::parse("203.0.113.9"),
                                                          .helo = "evil.example",
                                                          .mail_from = "spy@evil.example"},
                               std::string_view more = "") {
  auth::TestZone world;
  world.txt("bank.example", "v=spf1 ip4:192.0.2.1 -all")
      .txt("evil.example", "v=spf1 ip4:203.0.113.9 -all")
      .txt("s1._domainkey.bank.example", auth::tests::key_record(auth::tests::bank_key()))
      .txt("_dmarc.bank.example", record);
  if (change) change(world);
  auto out = std::make_unique<Judged>();
  out->bytes = auth::tests::mail("Chief <chief@bank.example>", more);
  out->message = *mail::Message::parse(std::string_view(out->bytes));
  out->envelope = std::move(envelope);
  dkim::KeyCache keys;
  auth::Authenticator work(out->message, out->envelope, keys);
  out->result = world.run([&](facts::Facts& facts) { return work.run(facts, kNow); });
  return out;
}

bool wanted(std::string_view record, const std::function<void(auth::TestZone&)>& change = {}) {
  return wants_failure_report(judged(record, change)->result);
}

TEST(FailureReports, OnlyWhenTheyAreAskedFor) {
  EXPECT_TRUE(wanted("v=DMARC1; p=reject; ruf=mailto:f@bank.example"));
  EXPECT_FALSE(wanted("v=DMARC1; p=reject; rua=mailto:f@bank.example"));
  EXPECT_FALSE(wanted("v=DMARC1; p=reject; ruf=https://bank.example/"));
  EXPECT_FALSE(wanted("v=DMARC1; p=reject; ruf=nonsense"));
  EXPECT_FALSE(wanted("v=DMARC1; p=reject; psd=y; ruf=mailto:f@bank.example"));
  EXPECT_TRUE(wanted("v=DMARC1; p=reject; fo=1; ruf=mailto:f@bank.example"));
  // Evil's own SPF passes, and nothing is signed.
  EXPECT_FALSE(wanted("v=DMARC1; p=reject; fo=d; ruf=mailto:f@bank.example"));
  EXPECT_FALSE(wanted("v=DMARC1; p=reject; fo=s; ruf=mailto:f@bank.example"));
  const auto spf_fails = [](auth::TestZone& zone) { zone.txt("liar.example", "v=spf1 -all"); };
  const auth::Envelope liar{
      .ip = base::IpAddress::parse("203.0.113.9"), .helo = "x.example", .mail_from = "a@liar.example"};
  EXPECT_TRUE(wants_failure_report(
      judged("v=DMARC1; p=none; fo=s; ruf=mailto:f@bank.example", spf_fails, liar)->result));
  // A message of the bank's own passes by SPF alone: fo=1 asks for the DKIM that is not there, fo=0 for nothing.
  const auth::Envelope own{
      .ip = base::IpAddress::parse("192.0.2.1"), .helo = "bank.example", .mail_from = "chief@bank.example"};
  EXPECT_TRUE(
      wants_failure_report(judged("v=DMARC1; p=reject; fo=1; ruf=mailto:f@bank.example", {}, own)->result));
  EXPECT_FALSE(
      wants_failure_report(judged("v=DMARC1; p=reject; ruf=mailto:f@bank.example", {}, own)->result));
  // What is unknown is no failure.
  const auto broken = [](auth::TestZone& zone) { zone.fails("gone.example", facts::Why::timeout); };
  const auth::Envelope gone{
      .ip = base::IpAddress::parse("192.0.2.1"), .helo = "x.example", .mail_from = "a@gone.example"};
  EXPECT_FALSE(
      wants_failure_report(judged("v=DMARC1; p=reject; ruf=mailto:f@bank.example", broken, gone)->result));
}

TEST(FailureReports, WhatIsTold) {
  const auto one = judged("v=DMARC1; p=reject; ruf=mailto:f@bank.example");
  auto failed = one->failed();
  failed.incidents = 12;
  const auto made = failure_report(failed, reporter(), kRedactor, "f@bank.example");
  ASSERT_TRUE(made) << made.error().message();
  const auto& text = made->message;
  for (const auto* field :
       {"Feedback-Type: auth-failure\r\n", "Auth-Failure: dmarc\r\n", "Identity-Alignment: dkim, spf\r\n",
        "Delivery-Result: reject\r\n", "Source-IP: 203.0.113.9\r\n", "Reported-Domain: bank.example\r\n",
        "Incidents: 12\r\n", "report-type=feedback-report", "Auto-Submitted: auto-generated",
        "Subject: DMARC failure report for bank.example\r\n"})
    EXPECT_THAT(text, HasSubstr(field));
  for (const auto* secret : {"chief", "Chief", "spy@", "rates", "Hello", "a@else"})
    EXPECT_THAT(text, Not(HasSubstr(secret))) << text;
  EXPECT_EQ(text, failure_report(failed, reporter(), kRedactor, "f@bank.example")->message);
  // Our own reader reads it.
  const auto parts = mail::parse_parts(mail::unpack_mime(text));
  ASSERT_TRUE(parts);
  const auto read = read_failure(*parts);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->auth_failure, "dmarc");
  EXPECT_EQ(read->identity_alignment, "dkim, spf");
  EXPECT_EQ(read->source_ip, "203.0.113.9");
  EXPECT_EQ(read->reported_domain, "bank.example");
  EXPECT_EQ(read->from_domain, "bank.example");
  EXPECT_EQ(read->incidents, 12U);
  EXPECT_FALSE(read->plain);
}

TEST(FailureReports, NoneAboutReports) {
  for (const auto* more :
       {"Auto-Submitted: auto-replied\r\n", "Content-Type: multipart/report; boundary=x\r\n"}) {
    const auto one = judged("v=DMARC1; p=reject; ruf=mailto:f@bank.example", {},
                            {.ip = base::IpAddress::parse("203.0.113.9"),
                             .helo = "evil.example",
                             .mail_from = "spy@evil.example"},
                            more);
    EXPECT_TRUE(is_report(one->message.header));
    EXPECT_FALSE(failure_report(one->failed(), reporter(), kRedactor, "f@bank.example"));
  }
  const auto one = judged("v=DMARC1; p=reject; ruf=mailto:f@bank.example");
  EXPECT_FALSE(failure_report(one->failed(), reporter(), kRedactor, "nobody"));
  EXPECT_FALSE(failure_report(one->failed(), reporter(), Redactor("short"), "f@bank.example"));
}

FailureKey key(std::string_view domain, std::string_view source) {
  return {.policy_domain = auth::TestZone::name(domain), .source = std::string(source), .how = "dkim, spf"};
}

TEST(FailureLimit, LikeOnesCountAsOne) {
  FailureLimiter limiter;
  EXPECT_EQ(limiter.take(key("bank.example", "192.0.2.1"), kNow), 1U);
  for (int i = 0; i < 5; ++i)
    EXPECT_FALSE(limiter.take(key("bank.example", "192.0.2.1"), kNow + std::chrono::seconds(i)));
  EXPECT_EQ(limiter.take(key("bank.example", "192.0.2.2"), kNow), 1U);
  EXPECT_EQ(limiter.take(key("bank.example", "192.0.2.1"), kNow + std::chrono::hours(1)), 6U);
  EXPECT_FALSE(limiter.take(key("bank.example", "192.0.2.1"), kNow));  // the clock was set back
  EXPECT_EQ(limiter.take(key("bank.example", "192.0.2.1"), kNow + std::chrono::hours(2)), 2U);
}

TEST(FailureLimit, AFloodEnds) {
  FailureLimiter limiter({.alike = std::chrono::seconds(3600), .domain = 3, .total = 5, .kinds = 100});
  const auto sent = [&](std::string_view domain, int from, int to, base::Time now) {
    int out = 0;
    for (int i = from; i < to; ++i) out += limiter.take(key(domain, std::to_string(i)), now) ? 1 : 0;
    return out;
  };
  EXPECT_EQ(sent("bank.example", 0, 50, kNow), 3);
  EXPECT_EQ(sent("tax.example", 0, 10, kNow), 2);
  EXPECT_EQ(sent("shop.example", 0, 10, kNow), 0);
  EXPECT_EQ(sent("shop.example", 100, 1000, kNow), 0);  // more kinds than are remembered
  EXPECT_EQ(sent("shop.example", 0, 10, kNow + std::chrono::hours(2)), 3);
}

}  // namespace
}  // namespace rampart::reports
