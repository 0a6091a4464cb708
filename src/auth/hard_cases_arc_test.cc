// The hard cases about what others say of a message: their results, and their ARC sets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/arc/seal.h"
#include "auth/mail_for_tests.h"
#include "auth/results_field.h"
#include "auth/results_parse.h"

namespace rampart::auth::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Sealed by evil.example's key at one of two names, as gateways do.
std::string sealed(const std::string& text, const arc::SealOptions& more = {},
                   std::optional<arc::Result> claimed = {}) {
  auto zone = bank_and_evil();
  const auto before = claimed.value_or(check(text, zone).arc.result);
  const auto message = mail::Message::parse(text);
  const mail::FieldIndex index(message->header);
  auto options = more;
  options.domain = TestZone::name("evil.example");
  options.selector = "s1";
  options.now = kNow;
  const auto fields = arc::seal(*message, index, evil_key(), before, "mx.evil.example; none", options);
  if (!fields) throw std::runtime_error(fields.error().message());
  return *fields + text;
}

arc::Validated validated(const std::string& text) {
  auto zone = bank_and_evil();
  return check(text, zone).arc;
}

// The lines, from 0, in which what is forged begins.
std::vector<std::uint32_t> forged(const std::string& text) {
  const auto message = mail::Message::parse(text);
  const mail::FieldIndex index(message->header);
  std::vector<std::uint32_t> out;
  for (const auto raw : forged_results(message->header, index, "mx.bank.example"))
    out.push_back(static_cast<std::uint32_t>(std::count(text.data(), raw.data(), '\n')));
  return out;
}

TEST(HardCases, Case11_ForgedResultsAreAllFound) {
  const std::string lie = "Authentication-Results: mx.bank.example; dmarc=pass\r\n";
  EXPECT_THAT(forged(lie + "Authentication-Results: else.example; none\r\n" + lie + lie + mail()),
              ElementsAre(0U, 2U, 3U));
  EXPECT_THAT(forged("Authentication-Results: MX.bank.Example;" + std::string(5'000, ' ') + "dmarc=pass\r\n" +
                     mail()),
              ElementsAre(0U));
  EXPECT_THAT(forged("Authentication-Results: (mx) mx.bank.example 1 (x); dmarc=pass\r\n" + mail()),
              ElementsAre(0U));
  EXPECT_THAT(forged("Authentication-Results: ;=(\r\n" + mail()), ElementsAre(0U)) << "what nobody can read";
}

TEST(HardCases, Case13_TheResultsNeverKeepSilentAboutDmarc) {
  for (const auto* from : {"nobody", "a@bank.example\r\nFrom: b@evil.example", ""}) {
    auto zone = bank_and_evil();
    const auto envelope = from_evil();
    const auto field = results_field("mx.bank.example", envelope, check(mail(from), zone, envelope));
    EXPECT_THAT(field, HasSubstr("dmarc=permerror")) << from;
  }
}

TEST(HardCases, Case49_SealsGoByTheirInstance) {
  const auto twice = sealed(sealed(mail()));
  ASSERT_EQ(validated(twice).result, arc::Result::pass) << validated(twice).why;
  const auto message = mail::Message::parse(twice);
  std::string turned;
  for (auto it = message->header.fields.rbegin(); it != message->header.fields.rend(); ++it)
    turned += it->raw;
  EXPECT_EQ(validated(turned + "\r\n" + std::string(message->body)).result, arc::Result::pass);
  // Every seal counts, and what its chain was.
  auto changed = twice;
  changed.replace(changed.rfind("mx.evil.example; none"), 4, "my.e");
  EXPECT_EQ(validated(changed).result, arc::Result::fail) << "the first set's results";
  changed = twice;
  changed.replace(changed.find("cv=pass"), 7, "cv=none");
  EXPECT_EQ(validated(changed).result, arc::Result::fail);
  // A gateway that vouches for a seal that is none.
  auto broken = sealed(mail());
  const auto place = broken.find("b=", broken.find("ARC-Seal")) + 2;
  broken[place] = broken[place] == 'A' ? 'B' : 'A';
  ASSERT_EQ(validated(broken).result, arc::Result::fail);
  EXPECT_EQ(validated(sealed(broken, {}, arc::Result::pass)).result, arc::Result::fail);
  // A chain is none of DMARC's, whatever it says.
  auto zone = bank_and_evil();
  EXPECT_EQ(check(twice, zone, from_evil()).dmarc, dmarc::Result::fail);
}

TEST(HardCases, Case50_MessageSignaturesOfArc) {
  const auto once = sealed(mail());
  EXPECT_EQ(validated("X-Any: above\r\n" + once).result, arc::Result::pass);
  EXPECT_EQ(validated(once + "and more\r\n").result, arc::Result::fail);
  // The newest counts; the older ones say how far back the message is whole.
  auto text = once;
  text.replace(text.find("rates"), 5, "[list] rates");
  EXPECT_EQ(validated(text).result, arc::Result::fail);
  // A signature that signs seals, and one that has no place in the chain.
  arc::SealOptions seals;
  seals.names = {"from", "arc-seal"};
  EXPECT_EQ(validated(sealed(once, seals)).result, arc::Result::fail);
  text = once;
  const auto place = text.find("i=1; s=s1", text.find("ARC-Message-Signature"));
  text.replace(place, 3, "i=0");
  EXPECT_EQ(validated(text).result, arc::Result::fail);
}

}  // namespace
}  // namespace rampart::auth::tests
