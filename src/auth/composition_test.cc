// The 18 attacks of "Composition Kills" (USENIX Security 2020): in each, two components that are right by themselves read one
// message in two ways, and what one authenticated the other shows as bank.example. One test each, by the paper's numbers.
// Nobody here is ever told that such a message is from bank.example.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/mail_for_tests.h"
#include "auth/results_field.h"

namespace rampart::auth::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using std::string_literals::operator""s;

// DMARC's result; and never a pass whose authors hold the bank.
dmarc::Result judged(const std::string& text, TestZone& zone, const Envelope& envelope) {
  const auto result = check(text, zone, envelope);
  const bool bank =
      std::ranges::find(result.author.domains, TestZone::name("bank.example")) != result.author.domains.end();
  EXPECT_FALSE(bank && result.dmarc == dmarc::Result::pass) << text << '\n' << result.why;
  return result.dmarc;
}
dmarc::Result judged(const std::string& text, const Envelope& envelope = from_evil()) {
  auto zone = bank_and_evil();
  return judged(text, zone, envelope);
}

// A message with these lines for a From field, which evil.example sent and signed. The subject is signed too, so that a line
// above it can be one's end.
std::string by_evil(const std::string& from_lines) {
  const auto text = from_lines + "To: a@else.example\r\nSubject: rates\r\n\r\nPay here\r\n";
  return signed_by_hand(text, {.d = "evil.example"}, evil_key());
}
// The same, with nothing above the lines: where they stand is part of the attack.
std::string unsigned_by_evil(const std::string& from_lines) {
  return from_lines + "To: a@else.example\r\nSubject: rates\r\n\r\nPay here\r\n";
}

constexpr auto kFail = dmarc::Result::fail;
constexpr auto kPass = dmarc::Result::pass;
constexpr auto kPermerror = dmarc::Result::permerror;

// SPF has nothing to say of a subdomain that does not exist and judges HELO instead; DMARC takes MAIL FROM for what passed.
TEST(Composition, A01_NonExistentSubdomain) {
  auto zone = bank_and_evil();
  const auto envelope = from_evil("any@notexist.bank.example");
  const auto result = check(mail(), zone, envelope);
  EXPECT_EQ(result.spf->outcome.result, spf::Result::none);
  EXPECT_FALSE(result.spf->by_helo);
  EXPECT_EQ(judged(mail(), envelope), kFail);
  auto neutral = bank_and_evil();
  neutral.txt("*.bank.example", "v=spf1 ?all");
  EXPECT_EQ(judged(mail(), neutral, envelope), kFail) << "neutral is no pass";
}

// SPF reads "<(any@bank.example>" as a comment, so as the null sender, and judges HELO; DMARC reads an address.
TEST(Composition, A02_EmptyMailFrom) {
  for (const auto* sender : {"(any@bank.example", "", "<>", "(any)@bank.example", "\"\"@bank.example",
                             "@bank.example", "bank.example", "any@bank.example (x", " "}) {
    EXPECT_EQ(judged(mail(), from_evil(sender)), kFail) << sender;
  }
  auto zone = bank_and_evil();
  const auto bounce = check(mail(), zone, from_evil(""));
  EXPECT_EQ(bounce.spf->outcome.result, spf::Result::pass) << "of HELO, for evil.example";
  EXPECT_EQ(bounce.spf->domain.text(), "evil.example");
  EXPECT_EQ(bounce.dmarc, kFail);
}

// The verifier asks for a name with a NUL in it, which belongs to the bank; the resolver ends the name at the NUL.
TEST(Composition, A03_NulAmbiguity) {
  for (const auto& selector : {"s1._domainkey.evil.example.\0.any"s, "s1._domainkey.evil.example.\\000.any"s,
                               "s1._domainkey.evil.example.\\\0.any"s, "s1._domainkey.evil.example\0"s}) {
    auto zone = bank_and_evil();
    // What such a resolver finds where the verifier believes to look.
    for (const auto* label : {"\\000.any.", "", "\\000."})
      zone.txt(fmt::format("s1._domainkey.evil.example.{}_domainkey.bank.example", label),
               key_record(evil_key()));
    const auto text = signed_by_hand(mail(), {.s = selector}, evil_key());
    EXPECT_EQ(judged(text, zone, from_evil()), kFail);
    const auto result = check(text, zone);
    EXPECT_EQ(result.dkim.at(0).result, dkim::Result::permerror) << result.dkim.at(0).why;
    EXPECT_FALSE(result.dkim.at(0).signature->fault.empty()) << "refused before anything is asked";
  }
  EXPECT_EQ(judged(by_evil("From: any@evil.example\0@bank.example\r\n"s)), kPermerror);
  EXPECT_EQ(judged(by_evil("From: news@bank.example\0.evil.example\r\n"s)), kPermerror);
  EXPECT_EQ(judged(by_evil("From: <@bank.example\0:any@evil.example>\r\n"s)), kPermerror);
}

// DKIM finds the key of "bank.example(.evil.example" at evil.example; who reads header.d takes the rest for a comment.
TEST(Composition, A04_DkimResultsInjection) {
  for (const auto* domain :
       {"bank.example(.evil.example", "bank.example'a.evil.example", "bank.example\".evil.example",
        "bank.example\"=(.evil.example", "bank.example\\(.evil.example", "bank.example<.evil.example",
        "bank.example@.evil.example", "bank.example\\032.evil.example", "bank.example=.evil.example"}) {
    auto zone = bank_and_evil();
    zone.txt(fmt::format("s1._domainkey.{}", domain), key_record(evil_key()));
    const auto text = signed_by_hand(mail(), {.d = domain}, evil_key());
    EXPECT_EQ(judged(text, zone, from_evil()), kFail) << domain;
    const auto result = check(text, zone);
    EXPECT_NE(result.dkim.at(0).result, dkim::Result::pass) << domain;
    EXPECT_THAT(results_field("mx.post.example", {}, result), Not(HasSubstr("header.d=bank.example")))
        << domain;
  }
}

// SPF judges the domain behind the last sign, which is evil's; who reads smtp.mailfrom ends it at the first.
TEST(Composition, A05_SpfResultsInjection) {
  for (const auto* sender : {"any@bank.example(.evil.example", "any@bank.example'@a.evil.example",
                             "any@bank.example'.evil.example", "any@bank.example\".evil.example",
                             "any@bank.example @evil.example", "any@bank.example>@evil.example",
                             "@bank.example,@any.example:'any@evil.example", "bank.example'.evil.example"}) {
    auto zone = bank_and_evil();
    zone.txt("*.evil.example", "v=spf1 ip4:203.0.113.9 -all");
    for (const auto* domain :
         {"bank.example(.evil.example", "bank.example'.evil.example", "bank.example\".evil.example"})
      zone.txt(domain, "v=spf1 ip4:203.0.113.9 -all");
    auto envelope = from_evil(sender);
    EXPECT_EQ(judged(mail(), zone, envelope), kFail) << sender;
    const auto field = results_field("mx.post.example", envelope, check(mail(), zone, envelope));
    EXPECT_THAT(field, Not(HasSubstr("@bank.example"))) << sender;
    EXPECT_THAT(field, Not(HasSubstr("smtp.mailfrom=bank.example"))) << sender;
    envelope.helo = std::string_view(sender).substr(std::string_view(sender).find('@') + 1);
    envelope.mail_from = "";
    EXPECT_THAT(results_field("mx.post.example", envelope, check(mail(), zone, envelope)),
                Not(HasSubstr("smtp.helo=bank.example")))
        << sender;
  }
}

// The server judges the first From field, the mail program shows the last, or the other way round.
TEST(Composition, A06_MultipleFromFields) {
  for (const auto& lines : {"From: <any@evil.example>\r\nFrom: <news@bank.example>\r\n"s,
                            "From: <news@bank.example>\r\nFrom: <any@evil.example>\r\n"s,
                            "From: <any@evil.example>\r\nX: y\r\nfRoM:\r\n <news@bank.example>\r\n"s}) {
    EXPECT_EQ(judged(by_evil(lines)), kPermerror) << lines;
    EXPECT_EQ(judged(unsigned_by_evil(lines)), kPermerror) << lines;
  }
}

// White space before, in or behind the field's name: one reader sees From, the next an unknown field or none.
TEST(Composition, A07_SpaceSurroundedFrom) {
  for (const auto* odd : {" From: ", "\tFrom: ", "From : ", "From\t: ", "From\r\n : ", "From\r\n\t: ",
                          "From \r\n : ", "Fr\r\n om: ", "From\v: ",
                          "\xef\xbb\xbf"
                          "From: ",
                          "From\x01: "}) {
    const auto bank = odd + "<news@bank.example>\r\n"s;
    const auto evil = odd + "<any@evil.example>\r\n"s;
    EXPECT_EQ(judged(unsigned_by_evil(bank + "From: <any@evil.example>\r\n")), kPermerror) << odd;
    EXPECT_EQ(judged(unsigned_by_evil(evil + "From: <news@bank.example>\r\n")), kPermerror) << odd;
    EXPECT_NE(judged(unsigned_by_evil(bank)), kPass) << odd;
  }
  for (const auto& lines : {"From: <any@evil.example>\r\nFrom : <news@bank.example>\r\n"s,
                            "From: <any@evil.example>\r\nFrom\r\n : <news@bank.example>\r\n"s})
    EXPECT_EQ(judged(unsigned_by_evil(lines)), kPermerror) << lines;
  // An mbox's own line is no field.
  EXPECT_EQ(judged("From any@evil.example Thu Nov 26 09:00:00 2026\r\n" +
                   unsigned_by_evil("From: any@evil.example\r\n")),
            kPass);
}

// A message without From is not judged at all, and shown with its Sender or Resent-From.
TEST(Composition, A08_FromAlternatives) {
  for (const auto* other :
       {"Sender", "Resent-From", "Resent-Sender", "Reply-To", "Apparently-From", "Return-Path"}) {
    const auto line = fmt::format("{}: <news@bank.example>\r\n", other);
    auto none = bank_and_evil();
    EXPECT_THAT(check(unsigned_by_evil(line), none, from_evil()).why, HasSubstr("no From field")) << other;
    EXPECT_EQ(judged(unsigned_by_evil(line)), kPermerror) << other;
    EXPECT_EQ(judged(unsigned_by_evil(" From: <any@evil.example>\r\n" + line), from_evil("")), kPermerror)
        << other;
    EXPECT_EQ(judged(unsigned_by_evil("From\r\n : <any@evil.example>\r\n" + line)), kPermerror) << other;
    EXPECT_EQ(judged(unsigned_by_evil("From:\r\n" + line)), kPermerror) << other;
    // Beside a whole From field they name nobody: the pass is evil's own.
    auto zone = bank_and_evil();
    const auto result = check(by_evil("From: any@evil.example\r\n" + line), zone, from_evil());
    ASSERT_EQ(result.author.domains.size(), 1U);
    EXPECT_EQ(result.author.domains[0].text(), "evil.example");
  }
}

// The server judges the first address of several, the mail program shows another.
TEST(Composition, A09_MultipleAddresses) {
  for (const auto& from :
       {"<any@evil.example>, <news@bank.example>", "<news@bank.example>, <any@evil.example>",
        "any@evil.example,,,news@bank.example", "X: any@evil.example, news@bank.example;",
        "any@evil.example,\r\n news@bank.example"}) {
    EXPECT_EQ(judged(by_evil(fmt::format("From: {}\r\nSender: <s@bank.example>\r\n", from))), kFail) << from;
  }
  EXPECT_NE(judged(by_evil("From: any@evil.example; news@bank.example\r\n")), kPass);
}

// The server takes an encoded word for a name, the mail program decodes it to an address.
TEST(Composition, A10_EncodedAddresses) {
  const std::string encoded = "=?utf-8?B?PG5ld3NAYmFuay5leGFtcGxlPg==?=";  // <news@bank.example>
  EXPECT_EQ(judged(by_evil("From: " + encoded + ",<any@evil.example>\r\n")), kPermerror);
  EXPECT_EQ(judged(by_evil("From: " + encoded + "\r\n")), kPermerror);
  EXPECT_EQ(judged(by_evil("From: <" + encoded + ">, any@evil.example\r\n")), kPermerror);
  EXPECT_EQ(judged(by_evil("From: any@evil.example " + encoded + "\r\n")), kPermerror);
  EXPECT_EQ(judged(by_evil("From: any@=?utf-8?Q?bank.example?=, <any@evil.example>\r\n")), kPermerror);
  // A name as RFC 2047 has it, which no address is read from: the pass is evil's own.
  auto zone = bank_and_evil();
  EXPECT_EQ(
      check(by_evil("From: " + encoded + " <any@evil.example>\r\n"), zone, from_evil()).author.domains.size(),
      1U);
}

// The server takes the first host of a route for the domain, the mail program the last.
TEST(Composition, A11_RoutePortion) {
  for (const auto* from : {"<@evil.example,@any.example:news@bank.example>",
                           "<@evil.example:news@bank.example>", "<@bank.example:any@evil.example>"})
    EXPECT_EQ(judged(by_evil(fmt::format("From: {}\r\n", from))), kPermerror) << from;
  EXPECT_NE(judged(by_evil("From: <@evil.example,@any.example:news@bank.example\r\n")), kPass);
  EXPECT_EQ(judged(by_evil("From: <@news@bank.example\\>:any@evil.example>\r\n")), kPermerror);
  EXPECT_NE(judged(by_evil("From: @evil.example:news@bank.example\r\n")), kPass);
  EXPECT_NE(judged(by_evil("From: <@bank.example:any@evil.example:news@bank.example>\r\n")), kPass);
}

// A quoted pair outside of quotes: the comma separates for one reader, and is part of a name for the next.
TEST(Composition, A12_QuotedPairs) {
  for (const auto* from :
       {"<news@bank.example>\\,<any@evil.example>", "news@bank.example\\,<any@evil.example>",
        "\\<news@bank.example> <any@evil.example>", "<any@evil.example>\\,<news@bank.example>",
        "\\\"<news@bank.example>\\\" <any@evil.example>", "a\\@bank.example <any@evil.example>"})
    EXPECT_EQ(judged(by_evil(fmt::format("From: {}\r\n", from))), kPermerror) << from;
}

// Which sign binds more, and which of two is the address: "a@x,<b@y>", "<a@x>b@y".
TEST(Composition, A13_PrecedenceOfSigns) {
  EXPECT_EQ(judged(by_evil("From: news@bank.example,<any@evil.example>\r\n")), kFail);
  for (const auto* from :
       {"<any@evil.example>news@bank.example", "news@bank.example<any@evil.example>",
        "<news@bank.example><any@evil.example>", "<any@evil.example><news@bank.example>",
        "news@bank.example <any@evil.example>", "<<news@bank.example>any@evil.example>",
        "<any@evil.example> (x) news@bank.example", "<any@evil.example>(<news@bank.example>",
        "any@evil.example(@bank.example", "<any@evil.example;news@bank.example>",
        "news@bank.example\xe2\x80\x80, any@evil.example", "news@bank.example\xe2\x80\x8b"})
    EXPECT_EQ(judged(by_evil(fmt::format("From: {}\r\n", from))), kPermerror) << from;
}

// A replayed message with fields changed that a reader goes by. What our signer signs cannot be changed; what another left
// unsigned is that signer's choice (RFC 6376 section 5.4).
TEST(Composition, A14_ChangedFields) {
  const std::string more =
      "Date: Thu, 26 Nov 2026 09:00:00 +0000\r\nReply-To: r@bank.example\r\nMIME-Version: 1.0\r\n"
      "Content-Type: text/plain\r\nContent-Transfer-Encoding: 7bit\r\nCc: c@else.example\r\n";
  const auto good = signed_mail(mail("news@bank.example", more));
  auto zone = bank_and_evil();
  EXPECT_EQ(check(good, zone).dmarc, kPass);
  for (const auto* line :
       {"From: news", "To: a", "Subject: rates", "Date: Thu", "Reply-To: r", "MIME-Version: 1",
        "Content-Type: text/plain", "Content-Transfer-Encoding: 7bit", "Cc: c"}) {
    auto changed = good;
    changed[changed.find("\r\n"s + line) + std::string_view(line).size() + 1] = 'X';
    EXPECT_EQ(dkim_of(changed), "fail") << line;
    EXPECT_EQ(judged(changed), kFail) << line;
    auto dropped = good;
    const auto begin = dropped.find("\r\n"s + line) + 2;
    dropped.erase(begin, dropped.find("\r\n", begin) + 2 - begin);
    EXPECT_NE(judged(dropped), kPass) << line;
  }
}

// DKIM hashes the lowest field of a name, the mail program shows the highest.
TEST(Composition, A15_AddedFields) {
  const std::string all =
      "from:sender:to:cc:subject:date:reply-to:content-type:content-transfer-encoding:mime-version";
  const auto text =
      mail("news@bank.example",
           "Sender: s@bank.example\r\nCc: c@else.example\r\nDate: Thu, 26 Nov 2026 09:00:00 +0000\r\n"
           "Reply-To: r@bank.example\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: 7bit\r\n"
           "MIME-Version: 1.0\r\n");
  const auto weak = signed_by_hand(text, {.h = all});
  const auto strong = signed_mail(text);
  EXPECT_EQ(dkim_of(weak), "pass");
  // Of our own mail all of these are signed once more often than they are there.
  for (const auto* added :
       {"Subject: Your account is closed", "To: victim@else.example", "Cc: x@else.example",
        "Date: Fri, 27 Nov 2026 09:00:00 +0000", "Reply-To: x@evil.example", "SUBJECT : x",
        "Content-Type: multipart/mixed; boundary=BAD", "Content-Transfer-Encoding: base64",
        "MIME-Version: 2.0"}) {
    const auto replayed = fmt::format("{}\r\n{}", added, weak);
    EXPECT_EQ(dkim_of(replayed), "policy") << added;
    EXPECT_EQ(judged(replayed), kFail) << added;
    EXPECT_EQ(dkim_of(fmt::format("{}\r\n{}", added, strong)), "fail") << added;
  }
  EXPECT_EQ(dkim_of("Sender: x@evil.example\r\n" + weak), "policy");
}

// l= lets a body grow, and a new boundary hides what was signed.
TEST(Composition, A16_AppendedBody) {
  const std::string body = "Your statement is online\r\n";
  const auto text = mail("news@bank.example", "Content-Type: text/plain\r\n", body);
  const auto weak = signed_by_hand(text, {.length = body.size()});
  EXPECT_EQ(dkim_of(weak), "pass");
  const auto part = "--BAD\r\nContent-Type: text/plain\r\n\r\nPay here\r\n--BAD--\r\n";
  EXPECT_EQ(dkim_of(weak + part), "policy");
  EXPECT_EQ(dkim_of(signed_by_hand(text) + part), "fail") << "without l= nothing can be appended";
  EXPECT_EQ(judged(weak + part), kFail);
  EXPECT_EQ(judged("Content-Type: multipart/mixed; boundary=BAD\r\n" + weak + part), kFail);
  EXPECT_EQ(judged("Subject: x\r\nContent-Type: multipart/mixed; boundary=BAD\r\n" + weak + part), kFail);
  const auto none = signed_by_hand(text, {.length = 0});
  EXPECT_EQ(dkim_of(none), "policy") << "nothing of the body is signed";
  EXPECT_EQ(judged(none), kFail);
}

// The provider checks one author of several against the account and signs all of them.
TEST(Composition, A17_ServiceAccount) {
  const auto by_provider = [](const std::string& from_lines) {
    const auto text = from_lines + "To: a@else.example\r\nSubject: rates\r\n\r\nPay here\r\n";
    return signed_by_hand(text, {.h = "from:from:to:subject"});
  };
  // The domain's own signature covers them all, and still they name nobody.
  for (const auto& lines : {"From: <user@bank.example>\r\nFrom: <admin@bank.example>\r\n"s,
                            "From: <admin@bank.example>\\,<user@bank.example>\r\n"s,
                            "From: <user@bank.example>admin@bank.example\r\n"s,
                            "From: <user@bank.example>\r\nFrom\r\n : <admin@bank.example>\r\n"s}) {
    EXPECT_EQ(judged(by_provider(lines), from_bank()), kPermerror) << lines;
  }
  // Of another domain's name the provider cannot speak.
  auto zone = bank_and_evil();
  const auto other = signed_by_hand("From: <user@evil.example>, <news@bank.example>\r\n\r\nx\r\n",
                                    {.d = "evil.example", .h = "from"}, evil_key());
  EXPECT_EQ(judged(other, zone, from_evil()), kFail);
}

// A message that the account sent to itself, with another From added to it: DKIM hashes the old one, the reader sees the new.
TEST(Composition, A18_ReplayOfOnesOwnSignedMail) {
  const auto own = signed_by_hand(mail("<user@bank.example>"), {.h = "from:to:subject"});
  EXPECT_EQ(dkim_of(own), "pass");
  for (const auto* added : {"From: <admin@bank.example>\r\n", "From : <admin@bank.example>\r\n",
                            " From: <admin@bank.example>\r\n", "From\r\n : <admin@bank.example>\r\n",
                            "FROM:<admin@bank.example>\r\n", "From:\r\n"}) {
    EXPECT_EQ(judged(added + own, from_bank()), kPermerror) << added;
    EXPECT_EQ(judged(added + own), kPermerror) << added;
  }
  auto below = own;
  below.insert(below.find("To: "), "From: <admin@bank.example>\r\n");
  EXPECT_EQ(judged(below), kPermerror);
  EXPECT_NE(dkim_of("From: <admin@bank.example>\r\n" + signed_mail(mail("<user@bank.example>"))), "pass")
      << "oversigned";
}

}  // namespace
}  // namespace rampart::auth::tests
