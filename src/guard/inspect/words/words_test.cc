#include "guard/inspect/words/words.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "guard/inspect/words/phrases.h"

namespace rampart::guard::words {
namespace {

using ::testing::HasSubstr;

// "credentials x2 'verify your account'"
std::string found(const Phrases& phrases, std::string_view text) {
  std::string out;
  for (const auto& one : phrases.find(text))
    out += fmt::format("{}{} x{} '{}'", out.empty() ? "" : ", ", to_string(one.kind), one.count, one.phrase);
  return out;
}
std::string kinds(std::string_view text) {
  std::string out;
  for (const auto& one : find_phrases(text))
    out += fmt::format("{}{}:{}", out.empty() ? "" : " ", to_string(one.kind), one.language);
  return out;
}

Phrases phrases(std::string_view list) {
  Phrases out;
  const auto added = out.add(
      fmt::format("language = \"en\"\n[[phrases]]\nkind = \"credentials\"\nlist = [{}]\n", list), "x.toml");
  EXPECT_TRUE(added) << added.error().message();
  return out;
}
std::string fault(std::string_view text) {
  Phrases all;
  const auto added = all.add(text, "x.toml");
  EXPECT_EQ(added.has_value(), all.size() != 0);
  return added ? "none" : fmt::format("{} ({})", added.error().message(), added.error().hint);
}
std::string phrase_fault(std::string_view phrase) {
  return fault(
      fmt::format("language = \"en\"\n[[phrases]]\nkind = \"credentials\"\nlist = [\"{}\"]\n", phrase));
}

TEST(Words, PhrasesInEnglish) {
  EXPECT_EQ(kinds("Please verify your account information within 24 hours, or it will be locked."),
            "credentials:en urgency:en");
  EXPECT_EQ(kinds("Kindly note our new bank details for this invoice."), "payment-change:en");
  EXPECT_EQ(kinds("Can you buy some Google Play gift cards and send me the codes?"), "gift-card:en");
  EXPECT_EQ(kinds("Your mailbox has been suspended"), "account-threat:en");
  EXPECT_EQ(kinds("Your mailbox storage is almost full"), "account-threat:en");
  EXPECT_EQ(kinds("Keep this confidential. I am in a meeting and can't take calls."), "secrecy:en");
  EXPECT_EQ(kinds("Are you at your desk?"), "favor:en");
  EXPECT_EQ(kinds("Your parcel is waiting; pay the customs fee"), "parcel-fee:en");
  EXPECT_EQ(kinds("Send 0.5 Bitcoin to this wallet, I have recorded a video of you"), "extortion:en");
  EXPECT_EQ(kinds("Congratulations, your email has won the lottery prize"), "prize:en");
  EXPECT_EQ(kinds("Dear valued customer"), "greeting:en");
}

TEST(Words, PhrasesInOtherLanguages) {
  EXPECT_EQ(kinds("آپ کا اکاؤنٹ بند کر دیا جائے گا، فوری طور پر تصدیق کریں"),
            "credentials:ur urgency:ur account-threat:ur");
  // The same from an Arabic keyboard.
  EXPECT_EQ(kinds("آپ كا اكاؤنٹ بند كر ديا جائے گا"), "account-threat:ur");
  EXPECT_EQ(kinds("Aap ka account block ho gaya hai, foran verify karein"),
            "credentials:ur-Latn urgency:ur-Latn account-threat:ur-Latn");
  EXPECT_EQ(kinds("Verifique sus datos en un plazo de 48 horas"), "credentials:es urgency:es");
  EXPECT_EQ(kinds("Sua conta foi bloqueada. Clique no botão abaixo"), "credentials:pt account-threat:pt");
  EXPECT_EQ(kinds("Votre compte a été suspendu, cliquez sur le lien"), "credentials:fr account-threat:fr");
  EXPECT_EQ(kinds("Ihr Konto wurde vorübergehend gesperrt. Bestätigen Sie Ihre Daten."),
            "credentials:de account-threat:de");
}

TEST(Words, OrdinaryTextHasNone) {
  for (const auto* text : {"Hi Sana,\nthe committee met on Tuesday and decided that the road will be open to "
                           "cyclists from spring on.\nBest, Ali",
                           "Your order has shipped. Thank you for shopping with us.",
                           "The minutes of the meeting are attached. See you on Monday.",
                           "git: the patch fixes the build on arm64; please review",
                           "میٹنگ کل دس بجے ہو گی۔ شکریہ", "Vielen Dank für Ihre Bestellung."})
    EXPECT_EQ(kinds(text), "") << text;
}

TEST(Words, DisguisesAreSeenThrough) {
  EXPECT_EQ(kinds("VERIFY Y0UR ACC0UNT"), "credentials:en");
  EXPECT_EQ(kinds("ver1fy y0ur p@ssword"), "credentials:en");
  EXPECT_EQ(kinds("ver\u200bify yo\u00adur acc\u200dount"), "credentials:en");
  EXPECT_EQ(kinds("vеrifу уоur ассоunt"), "credentials:en");  // Cyrillic letters
  EXPECT_EQ(kinds("ｖｅｒｉｆｙ ｙｏｕｒ ａｃｃｏｕｎｔ"), "credentials:en");
  EXPECT_EQ(kinds("𝐯𝐞𝐫𝐢𝐟𝐲 𝐲𝐨𝐮𝐫 𝐚𝐜𝐜𝐨𝐮𝐧𝐭"), "credentials:en");
  EXPECT_EQ(kinds("vérifÿ yöur accôunt"), "credentials:en");
}

TEST(Words, HowPhrasesAreWritten) {
  const auto all = phrases("\"(verify|confirm) your * accounts?\", \"sign-in (now|)\", \"a (b (c|d)|e) f\"");
  EXPECT_EQ(found(all, "Confirm your account"), "credentials x1 'Confirm your account'");
  EXPECT_EQ(found(all, "verify your own bank accounts"), "credentials x1 'verify your own bank accounts'");
  EXPECT_EQ(found(all, "verify your very own bank account"), "");
  EXPECT_EQ(found(all, "sign in NOW"), "credentials x1 'sign in NOW'");
  EXPECT_EQ(found(all, "sign in later"), "credentials x1 'sign in'");
  EXPECT_EQ(found(all, "a b d f, a e f, a f"), "credentials x2 'a b d f'");
  EXPECT_EQ(found(all, "verify\n  your\taccount"), "credentials x1 'verify   your account'");
  EXPECT_EQ(found(all, ""), "");
}

TEST(Words, CountsAndPlaces) {
  const auto all = phrases("\"verify your * account\", \"your account\"");
  const auto out =
      all.find("One: verify your account. Two: verify your account. Three and no more: your account.");
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].count, 3U);
  EXPECT_EQ(out[0].phrases, 2U);
  EXPECT_EQ(out[0].offset, 5U);
  EXPECT_EQ(out[0].phrase, "verify your account");
  EXPECT_EQ(out[0].language, "en");
}

TEST(Words, FaultsHaveAPlace) {
  EXPECT_EQ(phrase_fault("a b"), "none");
  EXPECT_THAT(phrase_fault("(a"),
              HasSubstr("x.toml:4:9: the phrase \"(a\" is wrong: a ( has no ) behind it"));
  EXPECT_THAT(phrase_fault("a)"), HasSubstr("a ) has no ( before it"));
  EXPECT_THAT(phrase_fault(""), HasSubstr("nothing at all"));
  EXPECT_THAT(phrase_fault("(a|)"), HasSubstr("nothing at all"));
  EXPECT_THAT(phrase_fault("* a"), HasSubstr("begin with *"));
  EXPECT_THAT(phrase_fault("a * b * c * d * e"), HasSubstr("more than 3 *"));
  EXPECT_THAT(phrase_fault("a ? b"), HasSubstr("is no word"));
  EXPECT_THAT(phrase_fault("((((( a )))))"), HasSubstr("more than 4 deep"));
  EXPECT_THAT(phrase_fault("a a a a a a a a a a a a a a a a a"), HasSubstr("longer than 16 words"));
  EXPECT_THAT(phrase_fault(std::string(50, 'a')), HasSubstr("longer than 40 bytes"));
  EXPECT_THAT(fault(""), HasSubstr("it has no language"));
  EXPECT_THAT(fault("language = \"en\""), HasSubstr("[[phrases]]"));
  EXPECT_THAT(fault("language = \"en\"\n[[phrases]]\nkind = \"x\""), HasSubstr("there is no kind \"x\""));
  EXPECT_THAT(fault("language = \"en\"\n[[phrases]]\nkind = \"prize\""), HasSubstr("no list"));
  EXPECT_THAT(fault("language = \"en\"\n[[phrases]]\nkind = \"prize\"\nlist = [1]"), HasSubstr("no text"));
}

TEST(Words, TheBuiltInOnesAreRight) { EXPECT_GE(built_in_phrases().size(), 250U); }

TEST(Words, BytesOfAnyKindDoNoHarm) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += static_cast<char>(i * 7919 >> 3);
  EXPECT_TRUE(find_phrases(text).empty());
  text = "verify your \xff account";
  EXPECT_EQ(kinds(text), "credentials:en");
  EXPECT_TRUE(find_phrases(std::string(1'000'000, 'a')).empty());
}

}  // namespace
}  // namespace rampart::guard::words
