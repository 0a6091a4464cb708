#include "dns/plain_letters.h"

#include <gtest/gtest.h>

namespace rampart::dns {
namespace {

TEST(PlainLetters, AreSmallWithoutMarks) {
  for (const auto& [c, text, kind] :
       std::initializer_list<std::tuple<char32_t, std::string_view, LetterKind>>{
           {U'A', "a", LetterKind::plain},   {U'7', "7", LetterKind::plain},
           {U'é', "e", LetterKind::other},   {U'Ø', "o", LetterKind::other},
           {U'ß', "ss", LetterKind::other},  {U'ı', "i", LetterKind::other},
           {U'Ž', "z", LetterKind::other},   {U'а', "a", LetterKind::foreign},
           {U'В', "b", LetterKind::foreign}, {U'ο', "o", LetterKind::foreign},
           {U'ж', "ж", LetterKind::other},   {U'й', "и", LetterKind::other},
           {U'𝐏', "p", LetterKind::styled},  {U'Ｐ', "p", LetterKind::styled},
           {U'Ⓟ', "p", LetterKind::styled},  {U'ɡ', "g", LetterKind::styled},
           {U'ي', "ی", LetterKind::other},   {U'ى', "ی", LetterKind::other},
           {U'ك', "ک", LetterKind::other},   {U'أ', "ا", LetterKind::other},
           {U'ة', "ہ", LetterKind::other},   {U'ہ', "ہ", LetterKind::other},
           {U'ھ', "ہ", LetterKind::other},   {U'ئ', "ی", LetterKind::other},
           {0x064e, "", LetterKind::hidden}, {0x0301, "", LetterKind::hidden},
           {0x200b, "", LetterKind::hidden}, {0x00ad, "", LetterKind::hidden},
           {0xe0041, "", LetterKind::sign},  {U' ', "", LetterKind::sign},
           {U'-', "", LetterKind::sign},     {U'۔', "", LetterKind::sign},
           {U'漢', "", LetterKind::sign},    {0x10ffff, "", LetterKind::sign},
       }) {
    EXPECT_EQ(plain_letter(c).text, text) << static_cast<unsigned>(c);
    EXPECT_EQ(plain_letter(c).kind, kind) << static_cast<unsigned>(c);
  }
}

TEST(PlainLetters, Scripts) {
  EXPECT_TRUE(is_right_to_left(U'ا'));
  EXPECT_TRUE(is_right_to_left(U'א'));
  EXPECT_FALSE(is_right_to_left(U'a'));
  EXPECT_TRUE(is_east_asian(U'漢'));
  EXPECT_TRUE(is_east_asian(U'ア'));
  EXPECT_FALSE(is_east_asian(U'ж'));
  EXPECT_TRUE(takes_joiners(U'ب'));
  EXPECT_TRUE(takes_joiners(U'क'));
  EXPECT_TRUE(takes_joiners(U'👩'));
  EXPECT_FALSE(takes_joiners(U'a'));
  EXPECT_FALSE(takes_joiners(U'é'));
}

}  // namespace
}  // namespace rampart::dns
