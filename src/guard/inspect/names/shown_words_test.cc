#include "guard/inspect/names/shown_words.h"

#include <gtest/gtest.h>

namespace rampart::guard::names {
namespace {

// Words with + behind foreign, * behind mixed ones, and their disguise in brackets.
std::string words(std::string_view text) {
  std::string out;
  for (const auto& word : shown_words(text)) {
    if (!out.empty()) out += ' ';
    out += word.text;
    if (word.is_foreign) out += '+';
    if (word.is_mixed) out += '*';
    if (!word.lookalike.empty()) out += "[" + word.lookalike + "]";
  }
  return out;
}

TEST(ShownWords, ArePlain) {
  EXPECT_EQ(words("Sana MALIK"), "sana malik");
  EXPECT_EQ(words("O'Brien’s café-bar"), "obriens cafe bar");
  EXPECT_EQ(words("  a.b@c.d "), "a b c d");
  EXPECT_EQ(words("سَنَاء كريم"), "سناء کریم");
  EXPECT_EQ(words("株式会社 ABC"), "株式会社 abc");
  EXPECT_EQ(words("\xff\xfe"
                  "a\xff"
                  "b"),
            "a b");
  EXPECT_EQ(words(""), "");
}

TEST(ShownWords, Disguises) {
  EXPECT_EQ(words("paypa1"), "paypa1[paypal]");
  EXPECT_EQ(words("PayPaI"), "paypai[paypal]");
  EXPECT_EQ(words("Arnazon"), "arnazon[amazon]");
  EXPECT_EQ(words("p@ypal"), "p@ypal[paypal]");
  EXPECT_EQ(words("me@paypal.example"), "me paypal example");
  EXPECT_EQ(words("раураl"), "paypal+*");  // Cyrillic but for the l
  EXPECT_EQ(words("𝐏𝐚𝐲"), "pay+");
  EXPECT_EQ(words("pay\u200bpal"), "paypal");
  EXPECT_EQ(words("Привет"), "пpивeт");  // a word of its language
  EXPECT_EQ(words("2023"), "2023");
}

TEST(ShownWords, AreBounded) {
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "a ";
  EXPECT_EQ(shown_words(many).size(), kMaxShownWords);
}

TEST(ShownWords, KeysOfDisguises) {
  EXPECT_EQ(disguise_key("paypa1"), disguise_key("paypal"));
  EXPECT_EQ(disguise_key("rnicr0s0ft"), disguise_key("microsoft"));
  EXPECT_EQ(disguise_key("vvise"), disguise_key("wise"));
  EXPECT_NE(disguise_key("paypal"), disguise_key("payday"));
}

}  // namespace
}  // namespace rampart::guard::names
