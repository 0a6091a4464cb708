#include "auth/authenticate.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/dkim/sign.h"
#include "auth/report.h"
#include "auth/results_field.h"
#include "auth/zone_test.h"
#include "base/text.h"

namespace rampart::auth {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const base::Time kNow{std::chrono::seconds(1'795'000'000)};

const crypto::SignKey& key() {
  static const auto kKey = *crypto::SignKey::make(crypto::SignKey::Type::ed25519);
  return kKey;
}

std::string record(const crypto::SignKey& key) {
  return fmt::format("v=DKIM1; k={}; p={}", key.type() == crypto::SignKey::Type::rsa ? "rsa" : "ed25519",
                     base::encode_base64(key.public_key()));
}

// bank.example, which sends from 192.0.2.1 and signs with s1.
TestZone bank() {
  TestZone zone;
  zone.txt("bank.example", "v=spf1 ip4:192.0.2.1 -all")
      .txt("_dmarc.bank.example", "v=DMARC1; p=reject; sp=quarantine; rua=mailto:d@bank.example")
      .txt("s1._domainkey.bank.example", record(key()))
      .target("1.2.0.192.in-addr.arpa", dns::RrType::ptr, "mail.bank.example")
      .address("mail.bank.example", "192.0.2.1");
  return zone;
}

std::string mail(std::string_view from = "News <news@bank.example>", std::string_view more = "") {
  return fmt::format("From: {}\r\nTo: a@else.example\r\nSubject: rates\r\n{}\r\nHello\r\n", from, more);
}

std::string signed_mail(const std::string& text, std::string_view domain = "bank.example") {
  const auto message = mail::Message::parse(text);
  const mail::FieldIndex index(message->header);
  dkim::SignOptions options;
  options.domain = TestZone::name(domain);
  options.selector = "s1";
  options.now = kNow;
  const auto field = dkim::sign(*message, index, key(), options);
  if (!field) throw std::runtime_error(field.error().message());
  return *field + text;
}

Authentication check(const std::string& text, TestZone& zone, Envelope envelope = {}) {
  const auto message = mail::Message::parse(text);
  if (!message) throw std::runtime_error(message.error().message());
  dkim::KeyCache keys;
  Authenticator work(*message, std::move(envelope), keys);
  return zone.run([&](facts::Facts& facts) { return work.run(facts, kNow); });
}

Envelope from_address(std::string_view ip, std::string mail_from = "news@bank.example") {
  return {.ip = base::IpAddress::parse(ip), .helo = "mail.bank.example", .mail_from = std::move(mail_from)};
}

TEST(Authenticate, SpfAloneIsEnough) {
  auto zone = bank();
  const auto result = check(mail(), zone, from_address("192.0.2.1"));
  EXPECT_EQ(result.dmarc, dmarc::Result::pass) << result.why;
  EXPECT_EQ(result.iprev->result, Iprev::Result::pass);
  EXPECT_THAT(sentence(result), StartsWith("This message is from bank.example: SPF authenticated"));
}

TEST(Authenticate, DkimAloneIsEnough) {
  auto zone = bank();
  const auto result = check(signed_mail(mail()), zone, from_address("203.0.113.9", "bounce@else.example"));
  ASSERT_EQ(result.dkim.size(), 1U);
  EXPECT_EQ(result.dkim.front().result, dkim::Result::pass) << result.dkim.front().why;
  EXPECT_EQ(result.dmarc, dmarc::Result::pass);
}

TEST(Authenticate, AForgeryFailsAndSaysWhatIsAskedFor) {
  auto zone = bank();
  const auto result = check(mail(), zone, from_address("203.0.113.9"));
  EXPECT_EQ(result.dmarc, dmarc::Result::fail);
  EXPECT_EQ(result.policy, dmarc::Policy::reject);
  EXPECT_THAT(sentence(result), HasSubstr("not from bank.example"));
  auto below = bank();
  EXPECT_EQ(check(mail("x@shop.bank.example"), below, from_address("203.0.113.9")).policy,
            dmarc::Policy::quarantine);
}

// "SPF, two DKIM signatures and DMARC take one round of questions, SPF's own includes aside."
TEST(Authenticate, OneRoundAsksForEverything) {
  auto zone = bank();
  zone.txt("s1._domainkey.mailer.example", record(key()));
  const auto twice = signed_mail(signed_mail(mail()), "mailer.example");
  const auto message = mail::Message::parse(twice);
  dkim::KeyCache keys;
  Authenticator work(
      *message, {.ip = base::IpAddress::parse("192.0.2.1"), .helo = "x", .mail_from = "n@sub.bank.example"},
      keys);
  facts::Book nothing;
  facts::Facts facts(nothing);
  (void)work.run(facts, kNow);
  std::vector<std::string> asked;
  for (const auto& question : facts.open()) {
    if (const auto* dns_question = std::get_if<facts::DnsQuestion>(&question))
      asked.push_back(dns_question->name.text());
  }
  for (const auto* name :
       {"sub.bank.example", "s1._domainkey.bank.example", "s1._domainkey.mailer.example",
        "_dmarc.bank.example", "_dmarc.sub.bank.example", "_dmarc.example", "1.2.0.192.in-addr.arpa"})
    EXPECT_THAT(asked, ::testing::Contains(name));
}

TEST(Authenticate, AFailedLookupIsNeverAFailure) {
  for (const auto* name : {"bank.example", "s1._domainkey.bank.example", "_dmarc.bank.example"}) {
    auto zone = bank();
    zone.fails(name, facts::Why::servfail);
    const auto text = std::string_view(name).starts_with("s1") ? signed_mail(mail()) : mail();
    const auto result =
        check(text, zone,
              from_address("203.0.113.9",
                           std::string_view(name) == "bank.example" ? "n@bank.example" : "b@else.example"));
    EXPECT_EQ(result.dmarc, dmarc::Result::temperror) << name << ' ' << result.why;
    EXPECT_EQ(result.policy, dmarc::Policy::none);
  }
}

TEST(Authenticate, TheNullSenderIsItsHelo) {
  auto zone = bank();
  zone.txt("mail.bank.example", "v=spf1 ip4:192.0.2.1 -all");
  const auto result = check(mail(), zone, from_address("192.0.2.1", ""));
  EXPECT_TRUE(result.spf->by_helo);
  EXPECT_EQ(result.spf->domain.text(), "mail.bank.example");
  EXPECT_EQ(result.dmarc, dmarc::Result::pass) << result.why;
}

TEST(Authenticate, EveryDomainOfSeveralMustPass) {
  auto zone = bank();
  zone.txt("_dmarc.other.example", "v=DMARC1; p=quarantine");
  auto result = check(mail("a@bank.example, b@other.example"), zone, from_address("192.0.2.1"));
  EXPECT_EQ(result.dmarc, dmarc::Result::fail);
  EXPECT_EQ(result.policy, dmarc::Policy::quarantine);  // the strictest among those that fail
  auto open = bank();
  result = check(mail("a@bank.example, b@free.example"), open, from_address("192.0.2.1"));
  EXPECT_EQ(result.dmarc, dmarc::Result::pass) << "a domain without a record does not count";
  auto same = bank();
  EXPECT_EQ(check(mail("a@bank.example, b@bank.example"), same, from_address("192.0.2.1")).dmarc,
            dmarc::Result::pass);
}

TEST(Authenticate, AnAuthorInDoubtNeverPasses) {
  for (const auto* from : {"a@bank.example\r\nFrom: b@bank.example",
                           "\"x\" <a@bank.example> <b@bank.example>", "a@bank.example@bank.example"}) {
    auto zone = bank();
    const auto result = check(mail(from), zone, from_address("192.0.2.1"));
    EXPECT_EQ(result.dmarc, dmarc::Result::permerror) << from;
    EXPECT_EQ(result.policy, dmarc::Policy::reject) << from;
  }
  auto zone = bank();
  const auto result = check("To: a@b.example\r\n\r\nhello\r\n", zone, from_address("192.0.2.1"));
  EXPECT_EQ(result.dmarc, dmarc::Result::permerror);
  std::string many = "a@bank.example";
  for (int i = 0; i < 9; ++i) many += fmt::format(", a@d{}.example", i);
  auto wide = bank();
  EXPECT_EQ(check(mail(many), wide, from_address("192.0.2.1")).dmarc, dmarc::Result::permerror);
}

TEST(Authenticate, AnotherFieldAddedBreaksTheSignature) {
  auto zone = bank();
  const auto good = signed_mail(mail());
  for (const auto* added :
       {"From: x@evil.example\r\n", "Subject: other\r\n", "Reply-To: x@evil.example\r\n"}) {
    const auto result = check(added + good, zone);
    EXPECT_NE(result.dkim.front().result, dkim::Result::pass) << added;
    EXPECT_NE(result.dmarc, dmarc::Result::pass) << added;
  }
  EXPECT_EQ(check("X-Anything: new\r\n" + good, zone).dkim.front().result, dkim::Result::pass);
}

TEST(ResultsField, SaysWhatWasFound) {
  auto zone = bank();
  const auto envelope = from_address("192.0.2.1");
  const auto field = results_field("mx.post.example", envelope, check(signed_mail(mail()), zone, envelope));
  EXPECT_THAT(field,
              AllOf(StartsWith("Authentication-Results: mx.post.example;\r\n"), HasSubstr("\tspf=pass "),
                    HasSubstr("smtp.mailfrom=news@bank.example"), HasSubstr("\tdkim=pass "),
                    HasSubstr("header.d=bank.example"), HasSubstr("\tdmarc=pass "),
                    HasSubstr("policy.dmarc=reject"), HasSubstr("\tiprev=pass ")));
}

TEST(ResultsField, NothingBreaksOutOfIt) {
  auto zone = bank();
  const auto envelope = from_address("203.0.113.9", "a\"\\;b=c (d)\r\nX-Evil: 1@bank.example");
  const auto text = mail("a@bank.example",
                         "DKIM-Signature: v=1; a=x;dmarc=pass; d=a.example(\r\n ); s=b\r\n\tc; b=; h=;\r\n");
  const auto field = results_field("mx.post.example", envelope, check(text, zone, envelope));
  EXPECT_THAT(field, Not(HasSubstr("X-Evil")));
  EXPECT_THAT(field, Not(HasSubstr("dmarc=pass")));
  for (std::size_t at = 0; (at = field.find('\n', at)) != std::string::npos; ++at) {
    EXPECT_TRUE(at + 1 == field.size() || field[at + 1] == '\t') << field;
  }
}

// What searches our field for a result finds none in a sender's words.
TEST(ResultsField, ASendersWordsAreNoResults) {
  for (const auto* tags :
       {"v=1; a=dmarc=pass header.from=bank.example; b=AA; bh=AA; d=evil.example; h=from; s=s",
        "v=1; a=rsa-sha256; c=DMARC=PASS; b=AA; bh=AA; d=evil.example; h=from; s=s"}) {
    auto zone = bank();
    const auto envelope = from_address("203.0.113.9", "\"x dmarc=pass\"@bank.example");
    const auto text = mail("a@bank.example", fmt::format("DKIM-Signature: {}\r\n", tags));
    const auto field = results_field("mx.post.example", envelope, check(text, zone, envelope));
    EXPECT_THAT(base::lower(field), Not(HasSubstr("dmarc=pass"))) << field;
  }
}

// Anybody can add signatures on top; the one that holds is reported all the same.
TEST(ResultsField, ASignatureThatHoldsIsReported) {
  auto zone = bank();
  std::string text = signed_mail(mail());
  for (int i = 0; i < 12; ++i) text = "DKIM-Signature: v=1; d=evil.example; s=s\r\n" + text;
  const auto field = results_field("mx.post.example", {}, check(text, zone, {}));
  EXPECT_THAT(field, HasSubstr("dkim=pass"));
}

TEST(Sign, EveryKindIsVerified) {
  const auto rsa = *crypto::SignKey::make(crypto::SignKey::Type::rsa);
  for (const auto* signer : {&rsa, &key()}) {
    for (const auto header : {dkim::Canon::simple, dkim::Canon::relaxed}) {
      for (const auto body : {dkim::Canon::simple, dkim::Canon::relaxed}) {
        for (const auto& text : {mail(), std::string("From: a@bank.example\n\n"),
                                 std::string("From: a@bank.example\nX: y\n\n \n\na \tb\n\n\n")}) {
          const auto message = mail::Message::parse(text);
          const mail::FieldIndex index(message->header);
          dkim::SignOptions options;
          options.domain = TestZone::name("bank.example");
          options.selector = "k";
          options.header_canon = header;
          options.body_canon = body;
          options.now = kNow;
          const auto field = dkim::sign(*message, index, *signer, options);
          ASSERT_TRUE(field);
          TestZone zone;
          zone.txt("k._domainkey.bank.example", record(*signer));
          const auto result = check(*field + text, zone);
          EXPECT_EQ(result.dkim.front().result, dkim::Result::pass) << result.dkim.front().why << '\n'
                                                                    << *field;
        }
      }
    }
  }
}

TEST(Sign, AKeyGoesThroughPem) {
  const auto again = crypto::SignKey::from_pem(key().pem());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->public_key(), key().public_key());
  EXPECT_FALSE(crypto::SignKey::from_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"));
  EXPECT_FALSE(crypto::SignKey::from_pem(""));
}

}  // namespace
}  // namespace rampart::auth
