// Mail that is too much: a verdict or a named limit, never a crash, and never more work than the input is long. What is
// counted is work, not time: bytes that were hashed or copied, questions that were asked, signatures that were tried.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/arc/chain.h"
#include "auth/mail_for_tests.h"
#include "auth/results_field.h"
#include "auth/results_parse.h"

namespace rampart::auth::tests {
namespace {

using ::testing::HasSubstr;

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  out.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

// Everything that is ever done with a message, to its end.
Authentication whole(const std::string& text, std::size_t* asked = nullptr) {
  auto zone = bank_and_evil();
  const auto envelope = from_evil();
  const auto result = check(text, zone, envelope);
  if (asked != nullptr) *asked = zone.asked();
  EXPECT_FALSE(results_field("mx.bank.example", envelope, result).empty());
  return result;
}

TEST(Limits, AHeaderOfAHundredMegabytes) {
  const auto one_field =
      "X: " + std::string(std::size_t{100} << 20, 'a') + "\r\nFrom: a@bank.example\r\n\r\n";
  const auto parsed = mail::Message::parse(one_field);
  ASSERT_FALSE(parsed);
  EXPECT_THAT(parsed.error().what, HasSubstr("longer than"));
  const auto fields = repeated("X-Field: something\r\n", 5'000'000);
  const auto many_fields = mail::Message::parse(fields);
  ASSERT_FALSE(many_fields);
  EXPECT_THAT(many_fields.error().what, HasSubstr("longer than"));
}

TEST(Limits, TenThousandFields) {
  const auto text = repeated("X-A: b\r\n", 10'000) + mail();
  EXPECT_EQ(whole(text).dmarc, dmarc::Result::fail);
}

TEST(Limits, AThousandSignatures) {
  const auto field = [](int i) {
    return fmt::format("DKIM-Signature: v=1; a=rsa-sha256; d=d{}.example; s=s; h=from; bh={}; b=AAAA\r\n", i,
                       base::encode_base64(std::string(32, 'x')));
  };
  std::string many;
  for (int i = 0; i < 1'000; ++i) many += field(i);
  std::size_t asked = 0;
  const auto result = whole(many + mail(), &asked);
  EXPECT_EQ(result.dkim.size(), 1'000U);
  EXPECT_LE(asked, 100U) << "the first 20 alone are looked up";
  EXPECT_EQ(result.dkim.back().result, dkim::Result::policy);
}

TEST(Limits, AMegabyteOfTags) {
  const auto tags = "DKIM-Signature: " + repeated("x=y; ", 200'000) + "\r\n";
  const auto too_long = tags + mail();
  EXPECT_FALSE(mail::Message::parse(too_long)) << "a field has 64 KiB";
  // As much as a field may hold.
  const auto most = "DKIM-Signature: " + repeated("x=y; ", 13'000) + "\r\n";
  const auto result = whole(most + mail());
  EXPECT_THAT(result.dkim.front().why, HasSubstr("too many tags"));
}

TEST(Limits, TenThousandSignedNames) {
  const auto text =
      fmt::format("DKIM-Signature: v=1; a=rsa-sha256; d=bank.example; s=s1; h=from{}; bh={}; b=AAAA\r\n",
                  repeated(":x", 10'000), base::encode_base64(std::string(32, 'x')));
  EXPECT_THAT(whole(text + mail()).dkim.front().why, HasSubstr("h= names more than"));
}

TEST(Limits, AKeyOfSixteenKilobytes) {
  auto zone = bank_and_evil();
  zone.txt("big._domainkey.bank.example", "v=DKIM1; p=" + repeated("QUJD", 4'096));
  const auto text =
      fmt::format("DKIM-Signature: v=1; a=rsa-sha256; d=bank.example; s=big; h=from; bh={}; b=AAAA\r\n",
                  base::encode_base64(std::string(32, 'x')));
  const auto result = check(text + mail(), zone);
  EXPECT_EQ(result.dkim.front().result, dkim::Result::permerror);
}

TEST(Limits, OddShapes) {
  const auto good = signed_mail(mail());
  using namespace std::string_literals;
  for (const auto& text :
       {""s, "\n"s, "\r\n"s, "\r\n\r\n"s, "\0"s, "\0\0\0"s, "From"s, "From:"s, "From: "s, ":"s, "\r"s,
        "From: a@bank.example"s, "From: a@bank.example\r\n"s, "From: a@bank\0.example\r\n\r\n\0\0"s,
        "no header at all\r\nand more\r\n"s, "From: a@bank.example\r\n\r\n"s + std::string(1'000, '\0'),
        " folded first\r\nFrom: a@bank.example\r\n\r\n"s})
    EXPECT_NE(whole(text).dmarc, dmarc::Result::pass);
  for (std::size_t size = 0; size < good.size(); ++size) {
    const auto parsed = mail::Message::parse(std::string_view(good).substr(0, size));
    if (!parsed) continue;
    // A body that was cut at its end may lack nothing that counts.
    const auto result = whole(good.substr(0, size));
    if (size + 2 < good.size()) {
      EXPECT_NE(result.dmarc, dmarc::Result::pass) << size;
    }
  }
}

// Twice the input, twice the work and no more: the canonical bytes that signatures and seals cover.
TEST(Limits, WorkIsLinear) {
  const auto canonical = [](std::size_t times) {
    const auto text =
        fmt::format("From: a@bank.example\r\n{}\r\n", repeated("X-Field: some  text\r\n\tfolded\r\n", times));
    const auto message = mail::Message::parse(text);
    const mail::FieldIndex index(message->header);
    const std::vector<std::string> names(dkim::kMaxSignedNames, "x-field");
    std::string out;
    dkim::add_fields(dkim::Canon::relaxed, names, message->header, index, out);
    return out.size();
  };
  EXPECT_LE(canonical(200), 2 * canonical(100) + 100);
  EXPECT_EQ(canonical(2'000), canonical(1'000)) << "no more than the names that may be signed";
  const auto sealed = [](unsigned sets) {
    std::string text;
    for (unsigned i = 1; i <= sets; ++i)
      text += fmt::format(
          "ARC-Seal: i={}; a=rsa-sha256; cv={}; d=a.example; s=s; b=AAAA\r\nARC-Message-Signature: i={}; "
          "a=rsa-sha256; d=a.example; s=s; h=from; bh=AA; b=AA\r\nARC-Authentication-Results: i={}; x; "
          "none\r\n",
          i, i == 1 ? "none" : "pass", i, i);
    text += "\r\n";
    const auto message = mail::Message::parse(text);
    const mail::FieldIndex index(message->header);
    const auto chain = arc::read_chain(message->header, index);
    EXPECT_EQ(chain.sets.size(), sets) << chain.fault;
    return arc::sealed_text(message->header, chain.sets, true).size();
  };
  EXPECT_LE(sealed(40), 2 * sealed(20) + 100);
  // Fifty-one sets, and any number of fields, are refused before the first is read.
  const auto seals = repeated("ARC-Seal: i=1; x\r\n", 10'000) + "\r\n";
  const auto message = mail::Message::parse(seals);
  const mail::FieldIndex index(message->header);
  EXPECT_THAT(arc::read_chain(message->header, index).fault, HasSubstr("more than 50"));
}

TEST(Limits, ManyForgedResults) {
  const auto text = repeated("Authentication-Results: mx.bank.example; dmarc=pass\r\n", 4'000) + "\r\n";
  const auto message = mail::Message::parse(text);
  ASSERT_TRUE(message);
  const mail::FieldIndex index(message->header);
  EXPECT_EQ(forged_results(message->header, index, "mx.bank.example").size(), 4'000U);
}

}  // namespace
}  // namespace rampart::auth::tests
