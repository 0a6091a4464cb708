#include "dns/confusables.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/text.h"

namespace rampart::dns {
namespace {

bool is_taken_for(char32_t other, char32_t c, bool marked = false) {
  return std::ranges::any_of(look_alikes(c), [&](const LookAlike& found) {
    return found.character == other && found.marked == marked;
  });
}

TEST(Confusables, SkeletonsOfTextsThatLookAlikeAreOne) {
  EXPECT_EQ(skeleton("paypa1"), skeleton("paypal"));
  EXPECT_EQ(skeleton("rninistry"), skeleton("ministry"));
  EXPECT_EQ(skeleton("расе"), skeleton("pace"));
  EXPECT_NE(skeleton("bank"), skeleton("tank"));
  EXPECT_EQ(skeleton("\xff"), "");
  EXPECT_EQ(skeleton(""), "");
  EXPECT_EQ(skeleton(std::string(2000, 'a')), "");
}

TEST(Confusables, LookAlikesOfLetters) {
  EXPECT_TRUE(is_taken_for(U'а', U'a'));  // Cyrillic
  EXPECT_TRUE(is_taken_for(U'ο', U'o'));  // Greek
  EXPECT_TRUE(is_taken_for(U'1', U'l'));
  EXPECT_TRUE(is_taken_for(U'é', U'e', true));
  EXPECT_TRUE(is_taken_for(U'ي', U'ی'));  // Arabic yeh for the Urdu one
  EXPECT_TRUE(is_taken_for(U'ك', U'ک'));
  EXPECT_FALSE(is_taken_for(U'a', U'a'));
  EXPECT_FALSE(is_taken_for(U'𝐚', U'a')) << "IDNA 2008 does not let it stand in a label";
  EXPECT_TRUE(look_alikes(U'-').empty());
  EXPECT_TRUE(std::ranges::is_sorted(look_alikes(U'o'), {}, &LookAlike::character));
}

TEST(Confusables, LabelsAsARegistryTakesThem) {
  EXPECT_EQ(encode_label("ministry"), "ministry");
  EXPECT_EQ(encode_label("аррӏе"), "xn--80ak6aa92e");
  EXPECT_EQ(encode_label("پاکستان"), "xn--mgbai9azgqp6j");
  for (const auto* refused :
       {"", "-a", "a-", "ab--c", "xn--a", "Ministry", "a.b", "a_b", "ａ", "a\u200db", "𝐚", "\xff", "aا"})
    EXPECT_FALSE(encode_label(refused)) << refused;
  EXPECT_FALSE(encode_label(std::string(64, 'a')));
  EXPECT_FALSE(encode_label(std::string("a\0b", 3)));
}

TEST(Confusables, AnALabelIsUnmasked) {
  EXPECT_EQ(decode_label("xn--80ak6aa92e"), "аррӏе");
  EXPECT_EQ(decode_label("ministry"), "ministry");
  EXPECT_EQ(decode_label("xn--zzzzzz0"), "xn--zzzzzz0");
  EXPECT_EQ(unmasked(*Name::parse("www.xn--80ak6aa92e.example")), "www.аррӏе.example");
  EXPECT_EQ(unmasked(Name()), ".");
}

TEST(Confusables, CodePointsThereAndBack) {
  for (const auto* text : {"", "a", "é", "ک", "𝐚", "aéک𝐚"}) EXPECT_EQ(to_utf8(*code_points(text)), text);
  EXPECT_FALSE(code_points("a\xc3"));
}

}  // namespace
}  // namespace rampart::dns
