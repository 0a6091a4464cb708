#include "guard/digest/digest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "crypto/hmac.h"
#include "crypto/ids.h"
#include "guard/digest/link.h"
#include "guard/digest/settings.h"

namespace rampart::guard {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const base::Time kNow{std::chrono::seconds(1'795'000'000)};
constexpr std::string_view kTo = "a@else.example";

KeptMessage kept(std::string subject = "rates", std::string_view code = "dmarc-quarantine") {
  KeptMessage out;
  out.id = std::string(crypto::kIdLength, 'a');
  out.received = kNow;
  out.from = "News <news@shop.example>";
  out.author = "shop.example";
  out.subject = std::move(subject);
  out.recipients = {std::string(kTo)};
  out.causes = {{.code = std::string(code), .text = "the cause's own text", .section = {}}};
  return out;
}

struct Linked {
  crypto::Secret key = crypto::derive_key("key", kLinkPurpose);
  DigestOptions options;
  explicit Linked(DigestLanguage language = DigestLanguage::en) {
    options = {.language = language,
               .url = "https://mail.else.example/q/",
               .key = &key,
               .until = kNow + std::chrono::hours(24 * 7)};
  }
};

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t out = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++out;
  return out;
}

TEST(Digest, ListsSenderSubjectTimeAndWhy) {
  const Linked linked;
  const std::vector entries{kept(), kept("offer", "dmarc-reject")};
  const auto written = write_digest(kTo, entries, 2, linked.options);
  EXPECT_EQ(written.subject, "2 messages to you were kept back");
  for (const auto& text : {written.text, written.html}) {
    EXPECT_THAT(text, HasSubstr("a@else.example"));
    EXPECT_THAT(text, HasSubstr("news@shop.example"));
    EXPECT_THAT(text, HasSubstr("offer"));
    EXPECT_THAT(text, HasSubstr(base::format_time(kNow).substr(0, 10)));
    EXPECT_THAT(text, HasSubstr("asks to keep such mail back"));
    EXPECT_THAT(text, HasSubstr("asks to refuse such mail"));
    EXPECT_EQ(count(text, "https://mail.else.example/q/quarantine/message?m="), 1U)
        << "what was to be rejected has no link";
    EXPECT_EQ(count(text, "Only whoever looks after your mail"), 1U);
    EXPECT_THAT(text, Not(HasSubstr("more, which")));
  }
  const auto at = written.text.find("?m=") + 3;
  const auto link = parse_link(written.text.substr(at, written.text.find('\n', at) - at));
  ASSERT_TRUE(link);
  EXPECT_TRUE(is_ours(*link, linked.key));
  EXPECT_EQ(link->recipient, kTo);
  EXPECT_EQ(link->until, linked.options.until);
}

TEST(Digest, HasNoLinksWithoutAnUrlOrAKey) {
  Linked linked;
  linked.options.url.clear();
  const std::vector entries{kept()};
  EXPECT_THAT(write_digest(kTo, entries, 1, linked.options).text, Not(HasSubstr("quarantine/message")));
  linked.options.url = "https://mail.else.example";
  linked.options.key = nullptr;
  EXPECT_THAT(write_digest(kTo, entries, 1, linked.options).html, Not(HasSubstr("href")));
}

TEST(Digest, WhatAStrangerWroteIsTextAndNothingElse) {
  for (const auto language : {DigestLanguage::en, DigestLanguage::ur}) {
    const Linked linked(language);
    auto entry =
        kept("</dd><script>alert(1)</script><img src=http://evil.example/x>\x1b[2J\u202Eevil\r\nhttp://a");
    entry.from = "\"><a href='https://evil.example'>\u2066{0}{1}";
    const std::vector entries{entry};
    const auto written = write_digest(kTo, entries, 1, linked.options);
    for (const auto& html : {written.html, write_page(PageKind::question, language, &entry, kNow).html}) {
      for (const auto* bad : {"<script", "<img", "<a href='", "\x1b", "\u202E", "\r"})
        EXPECT_THAT(html, Not(HasSubstr(bad)));
      EXPECT_THAT(html, HasSubstr("&lt;script&gt;"));
      EXPECT_THAT(html, HasSubstr("{0}{1}")) << "what is filled in is not filled";
    }
    for (const auto* bad : {"\x1b", "\u202E", "\r", "\nhttp://a"})
      EXPECT_THAT(written.text, Not(HasSubstr(bad)));
    EXPECT_EQ(count(written.text, "\u2066"), count(written.text, "\u2069") - count(written.text, "\u2068"));
  }
}

TEST(Digest, CutsWhatIsLongAndCountsTheRest) {
  const Linked linked;
  const std::vector entries(kMostDigestEntries + 10, kept(std::string(10'000, 'x')));
  const auto written = write_digest(kTo, entries, 100'000, linked.options);
  EXPECT_EQ(written.subject, "100000 messages to you were kept back");
  EXPECT_EQ(count(written.text, "Subject: "), kMostDigestEntries);
  EXPECT_THAT(written.text, HasSubstr("And 99950 more"));
  EXPECT_THAT(written.html, HasSubstr("And 99950 more"));
  EXPECT_LT(written.text.size(), kMostDigestEntries * 1'500);
  EXPECT_LT(written.html.size(), kMostDigestEntries * 2'000);
}

TEST(Digest, IsSetFromRightToLeftInUrdu) {
  const Linked linked(DigestLanguage::ur);
  const std::vector entries{kept("")};
  const auto written = write_digest(kTo, entries, 1, linked.options);
  EXPECT_THAT(written.html, HasSubstr("<html lang=\"ur\" dir=\"rtl\">"));
  EXPECT_THAT(written.html, HasSubstr("<bdi dir=\"ltr\">a@else.example</bdi>"));
  EXPECT_THAT(written.text, StartsWith("\u200F\u2066a@else.example\u2069"));
  EXPECT_THAT(written.text, Not(HasSubstr("Subject")));
  EXPECT_THAT(write_page(PageKind::question, DigestLanguage::ur, nullptr, {}).html, HasSubstr("dir=\"rtl\""));
}

TEST(Digest, OnlyAQuestionHasAButton) {
  const auto entry = kept();
  for (int kind = 0; kind <= static_cast<int>(PageKind::busy); ++kind) {
    for (const auto language : {DigestLanguage::en, DigestLanguage::ur}) {
      const auto page = write_page(static_cast<PageKind>(kind), language, &entry, kNow);
      EXPECT_EQ(count(page.html, "<form method=\"post\">"), kind == 0 ? 1U : 0U);
      for (const auto* bad : {"<script", "javascript:", " on", "http:", "https:", "style=", "{0}"})
        EXPECT_THAT(page.html.substr(page.html.find("<body")),
                    Not(HasSubstr(std::string(bad) == " on" ? " onclick" : bad)));
      EXPECT_GE(page.status, 200U);
    }
  }
  EXPECT_EQ(write_page(PageKind::unknown, DigestLanguage::en, nullptr, {}).status, 404U);
  EXPECT_EQ(write_page(PageKind::expired, DigestLanguage::en, nullptr, kNow).status, 410U);
  EXPECT_THAT(page_policy(), StartsWith("default-src 'none'; style-src 'sha256-"));
}

TEST(Digest, IsLinkedToByAPlainUrl) {
  for (const auto* good :
       {"", "https://mail.bank.example", "http://127.0.0.1:8892", "https://[2001:db8::1]/a/b"})
    EXPECT_EQ(check_digest_url(good), "") << good;
  for (const auto* bad :
       {"mail.bank.example", "ftp://a", "https://", "https:///a", "https://a?b", "https://a#b", "https://u@a",
        "https://a\"b", "https://a b", "javascript:alert(1)", "https://a\n"})
    EXPECT_NE(check_digest_url(bad), "") << bad;
}

TEST(Digest, GoesToWhomTheSettingsSay) {
  DigestSettings settings{
      .from = "q@bank.example", .url = {}, .to = {}, .skip = {"staff@bank.example", "@lists.bank.example"}};
  EXPECT_TRUE(is_told(settings, "A@bank.example"));
  EXPECT_TRUE(is_told(settings, "a@shop.example"));
  for (const auto* skipped :
       {"Staff@Bank.example", "x@lists.bank.example", "Q@bank.example", "root", "", "a b@bank.example"})
    EXPECT_FALSE(is_told(settings, skipped)) << skipped;
  settings.to = {"bank.example"};
  EXPECT_TRUE(is_told(settings, "a@hq.bank.example"));
  EXPECT_FALSE(is_told(settings, "a@shop.example"));
  EXPECT_FALSE(is_told(settings, "a@mybank.example"));
}

}  // namespace
}  // namespace rampart::guard
