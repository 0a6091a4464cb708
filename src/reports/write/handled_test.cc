#include "reports/write/handled.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/mail_for_tests.h"
#include "reports/write/collector.h"
#include "reports/write/messages_test.h"

namespace rampart::reports {
namespace {

using auth::tests::bank_and_evil;
using auth::tests::kNow;
using testing::ElementsAre;
using testing::IsEmpty;

auth::Envelope from(std::string_view ip, std::string mail_from) {
  return {.ip = *base::IpAddress::parse(ip), .helo = "mail.bank.example", .mail_from = std::move(mail_from)};
}

// Each line is one that the reader takes and a report is made of.
std::vector<MessageResult> lines(const std::string& text, const auth::Envelope& envelope,
                                 auth::TestZone zone = bank_and_evil(),
                                 Disposition done = Disposition::none) {
  const auto result = auth::tests::check(text, zone, envelope);
  auto out = results_of({.time = kNow,
                         .envelope = envelope,
                         .result = result,
                         .done = done,
                         .envelope_to = "ministry.example",
                         .reason = {}});
  Texts texts;
  auto collector = Collector::make(reporter(), texts).value();
  for (const auto& line : out) {
    const auto read = parse_result(format_result(line), "test");
    EXPECT_TRUE(read) << read.error().message();
    if (read) EXPECT_EQ(*read, line) << format_result(line);
    const auto added = collector.add(line);
    EXPECT_TRUE(added) << added.error().message();
  }
  return out;
}

TEST(Handled, WhatPassesUnderAPolicyAndWhatFails) {
  const auto passed =
      lines(auth::tests::signed_by_hand(auth::tests::mail()), from("192.0.2.1", "a@bank.example"));
  ASSERT_EQ(passed.size(), 1U);
  const auto& line = passed.front();
  EXPECT_EQ(line.source.text(), "192.0.2.1");
  EXPECT_EQ(line.header_from, "bank.example");
  EXPECT_EQ(line.envelope_from, "bank.example");
  EXPECT_EQ(line.policy.domain, "bank.example");
  EXPECT_EQ(line.policy.p, "reject");
  EXPECT_EQ(line.disposition, Disposition::pass);
  EXPECT_EQ(line.dkim, Aligned::pass);
  EXPECT_EQ(line.spf, Aligned::pass);
  ASSERT_EQ(line.signatures.size(), 1U);
  EXPECT_EQ(line.signatures.front().seen, (DkimSeen{"bank.example", "s1", AuthResult::pass}));
  EXPECT_EQ(line.signatures.front().aligned, true);
  EXPECT_EQ(line.spf_seen->result, AuthResult::pass);

  const auto failed = lines(auth::tests::mail(), from("203.0.113.9", "a@evil.example"), bank_and_evil(),
                            Disposition::quarantine);
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_EQ(failed.front().disposition, Disposition::quarantine);
  EXPECT_EQ(failed.front().dkim, Aligned::fail);
  EXPECT_EQ(failed.front().spf, Aligned::fail);
  EXPECT_EQ(failed.front().spf_seen->domain, "evil.example");
  EXPECT_EQ(failed.front().spf_seen->result, AuthResult::pass) << "of its own domain, which is not aligned";
}

TEST(Handled, ThePolicyIsTheOneThatWasFound) {
  auto zone = bank_and_evil();
  zone.txt("_dmarc.sub.example",
           "v=DMARC1; p=none; sp=quarantine; aspf=s; t=y; fo=1:d;"
           " rua=mailto:a@sub.example!10m,mailto:b@else.example; ruf=mailto:f@sub.example; x");
  const auto found = lines(auth::tests::mail("a@news.sub.example"), from("203.0.113.9", ""), zone);
  ASSERT_EQ(found.size(), 1U);
  const auto& line = found.front();
  EXPECT_EQ(line.header_from, "news.sub.example");
  EXPECT_EQ(line.policy.domain, "sub.example");
  EXPECT_EQ(line.policy.sp, "quarantine");
  EXPECT_EQ(line.policy.aspf, "s");
  EXPECT_EQ(line.policy.testing, "y");
  EXPECT_EQ(line.policy.fo, "1:d");
  EXPECT_EQ(line.disposition, Disposition::none);
  EXPECT_EQ(line.envelope_from, "");
  EXPECT_THAT(line.rua, ElementsAre("mailto:a@sub.example", "mailto:b@else.example"));
  EXPECT_EQ(line.errors.size(), 1U) << "what is no tag";
}

TEST(Handled, NothingIsMadeUp) {
  EXPECT_THAT(lines(auth::tests::mail(), {}), IsEmpty()) << "no client";
  EXPECT_THAT(lines(auth::tests::mail("a@nothing.example"), from("192.0.2.1", "a@nothing.example")),
              IsEmpty());
  auto zone = bank_and_evil();
  zone.fails("_dmarc.bank.example", facts::Why::timeout);
  EXPECT_THAT(lines(auth::tests::mail(), from("192.0.2.1", "a@bank.example"), zone), IsEmpty());
  EXPECT_EQ(
      lines(auth::tests::mail("a@bank.example, b@evil.example"), from("192.0.2.1", "a@bank.example")).size(),
      2U)
      << "each domain is told of its own";
}

}  // namespace
}  // namespace rampart::reports
