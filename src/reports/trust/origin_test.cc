#include "reports/trust/origin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/mail_for_tests.h"
#include "reports/limits.h"
#include "reports/trust/judge.h"

namespace rampart::reports {
namespace {

using auth::tests::bank_and_evil;
using auth::tests::evil_key;
using auth::tests::kNow;
using auth::tests::signed_by_hand;
using testing::HasSubstr;

// bank.example reports, evil.example would like to.
std::string mail(std::string_view from = "reports@bank.example", std::string_view more = "") {
  return auth::tests::mail(from, more, "a report\r\n");
}
const Speaker kBank{.email = "reports@bank.example", .organisation = "Bank"};

Belief judge(const std::string& text, auth::TestZone& zone, const Speaker& speaker = kBank,
             OriginOptions options = {}) {
  dkim::KeyCache keys;
  MailOrigin origin(text, keys, std::move(options));
  return zone.run([&](facts::Facts& facts) { return origin.judge(speaker, facts, kNow); });
}
Belief judge(const std::string& text, const Speaker& speaker = kBank, OriginOptions options = {}) {
  auto zone = bank_and_evil();
  return judge(text, zone, speaker, std::move(options));
}
const auth::tests::Tags kEvil{.d = "evil.example"};

TEST(MailOrigin, ASignatureOfTheReporterVerifies) {
  const auto belief = judge(signed_by_hand(mail()));
  EXPECT_EQ(belief.trust, Trust::verified) << belief.why;
  EXPECT_EQ(belief.reporter, "bank.example");
  EXPECT_EQ(belief.sender, "reports@bank.example");
  EXPECT_EQ(judge(signed_by_hand(mail("Two <R@bank.example>, s@bank.example"))).sender, "");
  EXPECT_FALSE(belief.undetermined);
  // Subdomains are of the same organisation, and the organisation is what is named.
  const auto below = judge(signed_by_hand(mail("r@dmarc.bank.example")),
                           {.email = "x@mx.bank.example", .organisation = "anything"});
  EXPECT_EQ(below.trust, Trust::verified) << below.why;
  EXPECT_EQ(below.reporter, "bank.example");
  // Without an address the organisation's name speaks, where it is a domain.
  EXPECT_EQ(judge(signed_by_hand(mail()), {.organisation = "bank.example"}).trust, Trust::verified);
  // The ids of reports go by what they name: one that names nothing could take another's place.
  EXPECT_THAT(judge(signed_by_hand(mail()), {.organisation = "Some Bank Ltd."}).why,
              HasSubstr("names no domain"));
  EXPECT_EQ(judge(signed_by_hand(mail()), {.email = "else.example", .organisation = "bank.example"}).trust,
            Trust::unverified);
  EXPECT_EQ(judge(signed_by_hand(mail()), {}).trust, Trust::unverified);
  EXPECT_EQ(judge(signed_by_hand(mail()), {.names_itself = false}).trust, Trust::verified)
      << "a failure report";
}

// In yahoo.com everybody may have an address: Yahoo's reports come from another domain, and name an address in a third.
TEST(MailOrigin, AProvidersReportsAreNotItsUsersMail) {
  auto zone = bank_and_evil();
  zone.txt("_dmarc.yahoo.com", "v=DMARC1; p=reject")
      .txt("s1._domainkey.yahoo.com", auth::tests::key_record(auth::tests::bank_key()))
      .txt("_dmarc.yahooinc.com", "v=DMARC1; p=reject");
  const Speaker yahoo{.email = "dmarchelp@yahooinc.com", .organisation = "Yahoo"};
  const auto report = judge(signed_by_hand(mail("noreply@dmarc.yahoo.com"), {.d = "yahoo.com"}), zone, yahoo);
  EXPECT_EQ(report.trust, Trust::verified) << report.why;
  EXPECT_EQ(report.reporter, "dmarc.yahoo.com");
  const auto user = judge(signed_by_hand(mail("anybody@yahoo.com"), {.d = "yahoo.com"}), zone, yahoo);
  EXPECT_EQ(user.trust, Trust::unverified);
  const auto own = judge(signed_by_hand(mail("anybody@yahoo.com"), {.d = "yahoo.com"}), zone,
                         {.email = "noreply@dmarc.yahoo.com"});
  EXPECT_EQ(own.trust, Trust::verified);
  EXPECT_EQ(own.reporter, "yahoo.com") << "whose it is, and no more: that name is not on the list";
}

TEST(MailOrigin, AWellSignedMailSpeaksForNobodyElse) {
  const auto forged = signed_by_hand(mail("r@evil.example"), kEvil, evil_key());
  EXPECT_EQ(judge(forged, {.email = "r@evil.example"}).trust, Trust::verified);
  for (const Speaker& speaker :
       {kBank, Speaker{.organisation = "bank.example"}, Speaker{.email = "r@sub.bank.example"},
        Speaker{.email = "@"}, Speaker{.email = "nothing at all"}}) {
    const auto belief = judge(forged, speaker);
    EXPECT_EQ(belief.trust, Trust::unverified) << speaker.email;
    EXPECT_FALSE(belief.undetermined);
    EXPECT_EQ(belief.reporter, "");
  }
  EXPECT_THAT(judge(forged, kBank).why, HasSubstr("comes from evil.example"));
  // Signed by one, from another.
  const auto borrowed = judge(signed_by_hand(mail(), kEvil, evil_key()));
  EXPECT_EQ(borrowed.trust, Trust::unverified);
  EXPECT_THAT(borrowed.why, HasSubstr("signed by evil.example"));
  // Two authors, and a second From.
  EXPECT_EQ(judge(signed_by_hand(mail("r@bank.example, r@evil.example"))).trust, Trust::unverified);
  EXPECT_EQ(judge("From: r@evil.example\r\n" + signed_by_hand(mail())).trust, Trust::unverified);
}

TEST(MailOrigin, WhatIsNotSignedOrWasChangedIsNotVerified) {
  EXPECT_THAT(judge(mail()).why, HasSubstr("no signature"));
  auto changed = signed_by_hand(mail());
  changed.replace(changed.find("a report"), 8, "b report");
  EXPECT_EQ(judge(changed).trust, Trust::unverified);
  EXPECT_THAT(judge(changed).why, HasSubstr("body was changed"));
  // A part that is not signed may hold the report.
  EXPECT_EQ(judge(signed_by_hand(mail(), {.length = 1})).trust, Trust::unverified);
  EXPECT_EQ(judge("").trust, Trust::unverified);
  EXPECT_THAT(judge("Subject: none\r\n\r\n").why, HasSubstr("no From"));
  EXPECT_EQ(judge(std::string(mail::kMaxFieldBytes * 2, 'a') + ": x\r\n\r\n").trust, Trust::unverified);
}

TEST(MailOrigin, StrictAlignmentIsHeeded) {
  auto zone = bank_and_evil();
  zone.txt("_dmarc.strict.example", "v=DMARC1; p=reject; adkim=s")
      .txt("s1._domainkey.mail.strict.example", auth::tests::key_record(auth::tests::bank_key()));
  const auto text = signed_by_hand(mail("r@strict.example"), {.d = "mail.strict.example"});
  EXPECT_EQ(judge(text, zone, {.email = "r@strict.example"}).trust, Trust::unverified);
}

TEST(MailOrigin, WhatDnsDoesNotTellIsNotDecided) {
  const auto text = signed_by_hand(mail());
  for (const auto* name : {"s1._domainkey.bank.example", "_dmarc.bank.example"}) {
    auto zone = bank_and_evil();
    zone.fails(name, facts::Why::servfail);
    const auto belief = judge(text, zone);
    EXPECT_EQ(belief.trust, Trust::unverified) << name;
    EXPECT_TRUE(belief.undetermined) << name;
    EXPECT_NE(belief.why, "");
  }
  // Whatever DNS would say: it speaks for another.
  auto zone = bank_and_evil();
  zone.fails("s1._domainkey.evil.example", facts::Why::timeout);
  EXPECT_FALSE(judge(signed_by_hand(mail("r@evil.example"), kEvil, evil_key()), zone).undetermined);
  // Another signature holds.
  zone = bank_and_evil();
  zone.fails("s2._domainkey.bank.example", facts::Why::timeout);
  EXPECT_EQ(judge(signed_by_hand(signed_by_hand(mail()), {.s = "s2"}), zone).trust, Trust::verified);
}

TEST(MailOrigin, AKeyForTlsReportsSignsNothingElse) {
  auto zone = bank_and_evil();
  zone.txt("tls._domainkey.bank.example", auth::tests::key_record(auth::tests::bank_key()) + "; s=tlsrpt");
  const auto text = signed_by_hand(mail(), {.s = "tls"});
  Speaker speaker = kBank;
  speaker.of_tls = true;
  EXPECT_EQ(judge(text, zone, speaker).trust, Trust::verified);
  EXPECT_EQ(judge(text, zone, kBank).trust, Trust::unverified) << "an aggregate report";
  EXPECT_EQ(judge(signed_by_hand(mail()), speaker).trust, Trust::verified) << "a key for everything";
}

TEST(MailOrigin, AKeyThatIsGone) {
  const auto text = signed_by_hand(mail(), {.s = "old"});
  EXPECT_EQ(judge(text).trust, Trust::key_gone);
  EXPECT_EQ(judge(text).reporter, "");
  auto zone = bank_and_evil();
  zone.txt("old._domainkey.bank.example", "v=DKIM1; k=ed25519; p=");
  EXPECT_EQ(judge(text, zone).trust, Trust::key_gone) << "revoked";
  // A mail of today should have its key.
  const OriginOptions today{.received = kNow - std::chrono::hours(1)};
  EXPECT_EQ(judge(text, kBank, today).trust, Trust::unverified);
  EXPECT_EQ(judge(text, kBank, {.received = kNow - std::chrono::days(30)}).trust, Trust::key_gone);
  // Nobody gets even that for another's report, nor for a key that is there and does not fit.
  EXPECT_EQ(judge(signed_by_hand(mail(), {.d = "evil.example", .s = "old"})).trust, Trust::unverified);
  EXPECT_EQ(judge(signed_by_hand(mail(), {}, evil_key())).trust, Trust::unverified);
}

TEST(MailOrigin, ASignatureIsJudgedByTheTimeAtWhichItCame) {
  const auto text =
      signed_by_hand(mail(), {.more = fmt::format(" x={};", kNow.time_since_epoch().count() - 86400)});
  EXPECT_EQ(judge(text).trust, Trust::unverified);
  EXPECT_EQ(judge(text, kBank, {.received = kNow - std::chrono::days(2)}).trust, Trust::verified);
  // A clock of a server that is ahead changes nothing.
  EXPECT_EQ(judge(text, kBank, {.received = kNow + std::chrono::days(900)}).trust, Trust::unverified);
}

std::string with_results(std::string_view results, const std::string& text = mail()) {
  return fmt::format("Authentication-Results: {}\r\n{}", results, text);
}
const OriginOptions kOurs{.authserv_ids = {"other.cert.example", "MX.cert.example"}};

TEST(MailOrigin, WhatOurOwnServerFoundAtReception) {
  for (const auto* results : {"mx.cert.example; dkim=pass header.d=bank.example",
                              "mx.cert.example 1; dkim=fail; dkim=pass header.i=@bank.example",
                              "mx.cert.example; spf=pass smtp.mailfrom=bank.example; dmarc=pass (p=reject) "
                              "header.from=bank.example",
                              "mx.cert.example.; dkim=pass header.d=mail.bank.example"}) {
    const auto belief = judge(with_results(results), kBank, kOurs);
    EXPECT_EQ(belief.trust, Trust::verified) << results << ": " << belief.why;
    EXPECT_EQ(belief.reporter, "bank.example");
    EXPECT_EQ(judge(with_results(results)).trust, Trust::unverified) << "no server is named ours";
    EXPECT_EQ(judge(with_results(results), {.email = "r@evil.example"}, kOurs).trust, Trust::unverified);
  }
  for (const auto* results :
       {"mx.evil.example; dkim=pass header.d=bank.example",
        "mx.cert.example; dkim=fail header.d=bank.example",
        "mx.cert.example; dkim=pass header.d=evil.example", "mx.cert.example; dkim=pass",
        "mx.cert.example; dmarc=pass header.from=evil.example",
        "mx.cert.example; spf=pass smtp.mailfrom=bank.example",
        "mx.cert.example; dkim=pass header.d=bank.example; oh no", "mx.cert.example; none", "", ";"})
    EXPECT_EQ(judge(with_results(results), kBank, kOurs).trust, Trust::unverified) << results;
}

TEST(MailOrigin, OnlyTheTopmostResultsAreOurs) {
  const auto ours = with_results("mx.cert.example; dkim=pass header.d=bank.example");
  EXPECT_EQ(judge("Received: by mx.cert.example; now\r\n" + ours, kBank, kOurs).trust, Trust::verified);
  for (const auto* above :
       {"mx.cert.example; dkim=fail header.d=bank.example", "mx.else.example; dkim=pass header.d=a.example",
        "mx.cert.example; none", "nothing"})
    EXPECT_EQ(judge(with_results(above, ours), kBank, kOurs).trust, Trust::unverified) << above;
  // Lines that others take for such a field: two readings, so none is believed.
  EXPECT_EQ(judge("Subject: x\rAuthentication-Results: mx.cert.example; none\r\n" + ours, kBank, kOurs).trust,
            Trust::unverified);
}

TEST(OriginJudge, AMailWithinAnotherIsAStrangers) {
  auto zone = bank_and_evil();
  int asked = 0;
  OriginJudge judge(
      [&](const dns::Name& about,
          const std::function<Belief(facts::Facts&)>& decide) -> base::Result<Belief> {
        EXPECT_EQ(about.text(), "bank.example");
        ++asked;
        return zone.run(decide);
      },
      {"mx.cert.example"}, kNow);
  EXPECT_EQ(judge.judge(kBank)->trust, Trust::unverified) << "it came in no mail";
  const auto outer = with_results("mx.cert.example; dkim=pass header.d=bank.example");
  const auto inner = with_results("mx.cert.example; dkim=pass header.d=bank.example");
  judge.set_received(kNow);
  judge.enter(outer, false);
  EXPECT_EQ(judge.judge(kBank)->trust, Trust::verified);
  judge.enter(inner, true);
  EXPECT_EQ(judge.judge(kBank)->trust, Trust::unverified);
  judge.leave();
  EXPECT_EQ(judge.judge(kBank)->trust, Trust::verified);
  judge.leave();
  EXPECT_EQ(judge.judge(kBank)->trust, Trust::unverified);
  EXPECT_EQ(asked, 2) << "once for a mail and a speaker";
}

TEST(OriginJudge, AFileAsksDnsSoMuchAndNoMore) {
  auto zone = bank_and_evil();
  OriginJudge judge(
      [&](const dns::Name&, const std::function<Belief(facts::Facts&)>& decide) -> base::Result<Belief> {
        return zone.run(decide);
      },
      {}, kNow);
  const auto text = signed_by_hand(mail());
  std::size_t looked_up = 0;
  Belief last;
  // Each speaks for another name of a domain whose policy has to be found.
  for (std::size_t i = 0; i < kMaxFileQuestions; ++i) {
    judge.enter(text, false);
    last = *judge.judge({.email = fmt::format("r@n{}.bank.example", i)});
    judge.leave();
    looked_up += last.looked_up ? 1 : 0;
  }
  EXPECT_GT(looked_up, 10U);
  EXPECT_LT(looked_up, kMaxFileQuestions);
  EXPECT_FALSE(last.looked_up);
  EXPECT_FALSE(last.undetermined) << "the same again would ask as much";
  EXPECT_EQ(last.trust, Trust::unverified);
  EXPECT_THAT(last.why, HasSubstr("not looked up"));
  judge.begin_file();
  judge.enter(text, false);
  EXPECT_EQ(judge.judge({.email = "r@last.bank.example"})->trust, Trust::verified);
  judge.leave();
}

// Each of a stranger's reporters may cost the time in which his name servers do not answer.
TEST(OriginJudge, AMailIsOneReporters) {
  auto zone = bank_and_evil();
  std::size_t asked = 0;
  OriginJudge judge(
      [&](const dns::Name&, const std::function<Belief(facts::Facts&)>& decide) -> base::Result<Belief> {
        ++asked;
        return zone.run(decide);
      },
      {}, kNow);
  const auto text = signed_by_hand(mail());
  judge.enter(text, false);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(judge.judge(kBank)->trust, Trust::verified);
    judge.enter(text, true);
    const auto other = *judge.judge({.email = fmt::format("r@n{}.evil.example", i)});
    EXPECT_EQ(other.trust, Trust::unverified);
    EXPECT_FALSE(other.undetermined);
    judge.leave();
  }
  EXPECT_EQ(asked, kMaxMailSpeakers);
  judge.leave();
  judge.enter(text, false);
  EXPECT_TRUE(judge.judge({.email = "r@other.evil.example"})->looked_up) << "the next mail is another's";
  judge.leave();
}

// Whose domain a report names is not asked where nothing vouches for its mail.
TEST(MailOrigin, AnUnsignedMailAsksNothingOfItsSendersServers) {
  auto zone = bank_and_evil();
  const auto text = mail();
  dkim::KeyCache keys;
  MailOrigin origin(text, keys, {});
  const facts::Book nothing;
  facts::Facts facts(nothing);
  const auto belief = origin.judge({.email = "r@slow.example"}, facts, kNow);
  EXPECT_TRUE(facts.open().empty());
  EXPECT_EQ(belief.trust, Trust::unverified);
  EXPECT_THAT(belief.why, HasSubstr("no signature"));
}

TEST(Beliefs, AreCounted) {
  BeliefSummary summary;
  EXPECT_EQ(format_beliefs(summary), "");
  summary.add("a", {.trust = Trust::verified});
  EXPECT_EQ(format_beliefs(summary), "  1 verified by the mail that brought it\n");
  summary.add("b", {.undetermined = true, .why = "no answer"});
  summary.add("c", {.trust = Trust::key_gone, .why = "gone"});
  summary.add("d", {.why = "no"});
  summary.add("e", {.looked_up = false, .why = "not looked up"});
  EXPECT_EQ(summary.not_looked_up, 1U);
  EXPECT_EQ(summary.undetermined + summary.key_gone + summary.unverified, 3U);
  EXPECT_THAT(format_beliefs(summary), HasSubstr("b: not known yet: no answer"));
}

}  // namespace
}  // namespace rampart::reports
