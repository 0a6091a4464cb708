// Letters as people take them: small, without marks, those of other scripts and styles that look like a plain one as that one. For
// comparing what is shown with what is known.
//
//   plain_letter(U'é').text        "e", LetterKind::other
//   plain_letter(U'а').text        "a" (Cyrillic), LetterKind::foreign
//   plain_letter(U'𝐏').text        "p" (mathematical), LetterKind::styled
//   plain_letter(U'\u200b')        nothing, LetterKind::hidden
//
// Arabic script comes out as Urdu is written, whichever of its keyboards typed it: ي and ى as ی, ك as ک, without vowel signs.
// From ICU's own data; the table is made at the first call, which takes some 30 ms. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rampart::dns {

enum class LetterKind : std::uint8_t {
  sign,   // neither letter nor digit: it parts words
  plain,  // of ASCII
  styled,  // a form of one of ASCII that no language is written in: mathematical, phonetic, full width, in a circle
  foreign,  // of another script, and looks like one of ASCII
  other,    // any other
  hidden,   // shows nothing, or is a mark on the letter before it
};

struct PlainLetter {
  std::string_view text;  // UTF-8; empty when hidden, and of a sign. Lives as long as the program
  LetterKind kind = LetterKind::sign;
};
const PlainLetter& plain_letter(char32_t c);

// Whether letters of the character's script are written from right to left.
bool is_right_to_left(char32_t c);
// Whether it is of Chinese, Japanese or Korean writing, where full width letters are ordinary.
bool is_east_asian(char32_t c);
// Whether it is of a script, or a picture, in which joiners (U+200C, U+200D) have a meaning.
bool takes_joiners(char32_t c);

}  // namespace rampart::dns
