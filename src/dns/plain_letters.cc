#include "dns/plain_letters.h"

#include <array>
#include <deque>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>

#include "base/text.h"
#include "dns/confusables.h"

namespace rampart::dns {
namespace {

constexpr char32_t kTable =
    0x20000;  // planes 0 and 1; above are Han, tags and nothing that looks like a letter
constexpr std::int32_t kMaxMapped = 32;  // UTF-16 units; the longest NFKC form has 18

// What Urdu, Persian and Arabic keyboards type for the same letter, and what marks make of a bare one.
constexpr std::array kArabic = std::to_array<std::pair<char32_t, char32_t>>({
    {0x064a, 0x06cc},  // yeh
    {0x0649, 0x06cc},  // alef maksura
    {0x06d2, 0x06cc},  // yeh barree: at the end of a word
    {0x0643, 0x06a9},  // kaf
    {0x0647, 0x06c1},  // heh
    {0x06be, 0x06c1},  // heh doachashmee
    {0x0629, 0x06c1},  // teh marbuta
    {0x06c3, 0x06c1},
    {0x06d5, 0x06c1},
    {0x0671, 0x0627},  // alef wasla
});
// Letters whose stroke is no mark to Unicode.
constexpr std::array kStroked = std::to_array<std::pair<char32_t, char32_t>>({
    {0x0142, U'l'},
    {0x0141, U'l'},
    {0x00f8, U'o'},
    {0x00d8, U'o'},
    {0x0111, U'd'},
    {0x0110, U'd'},
    {0x0127, U'h'},
    {0x0180, U'b'},
    {0x0247, U'e'},
    {0x024d, U'r'},
    {0x0268, U'i'},
});

template <std::size_t kSize>
std::optional<char32_t> in(const std::array<std::pair<char32_t, char32_t>, kSize>& table, char32_t c) {
  for (const auto& [from, to] : table) {
    if (from == c) return to;
  }
  return std::nullopt;
}

UScriptCode script_of(char32_t c) {
  UErrorCode status = U_ZERO_ERROR;
  return uscript_getScript(static_cast<UChar32>(c), &status);
}

bool is_mark(char32_t c) {
  const auto type = u_charType(static_cast<UChar32>(c));
  return type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK;
}

bool is_hidden(char32_t c) {
  return is_mark(c) || c == 0x0640 /* tatweel */ ||
         u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0;
}

bool is_phonetic(char32_t c) {
  return (c >= 0x250 && c <= 0x2af) || (c >= 0x1d00 && c <= 0x1dbf) || (c >= 0xa720 && c <= 0xa7ff);
}

// Forms of plain letters for looks, and letters of phonetics, which no language is written in.
bool is_styled(char32_t c) {
  return is_phonetic(c) || (c >= 0x1d400 && c <= 0x1d7ff) || (c >= 0xff01 && c <= 0xff5e) ||
         (c >= 0x249c && c <= 0x24e9) || (c >= 0x1f110 && c <= 0x1f189) || (c >= 0x2100 && c <= 0x214f);
}

bool is_searched(UScriptCode script) {
  switch (script) {
    case USCRIPT_LATIN:
    case USCRIPT_CYRILLIC:
    case USCRIPT_GREEK:
    case USCRIPT_ARMENIAN:
    case USCRIPT_CHEROKEE:
    case USCRIPT_COPTIC:
    case USCRIPT_LISU:
      return true;
    default:
      return false;
  }
}

// The ASCII letter or digit that a letter of another script looks like; 0: none.
char look_of(char32_t c) {
  if (c < 0x80 || !is_searched(script_of(c))) return 0;
  const auto shape = skeleton(to_utf8(std::u32string(1, c)));
  return shape.size() == 1 && base::is_alnum(shape[0]) ? base::to_lower(shape[0]) : static_cast<char>(0);
}

// NFKC, case folded, decomposed, without marks.
std::u32string mapped(char32_t c) {
  UErrorCode status = U_ZERO_ERROR;
  UChar from[2];
  std::int32_t size = 0;
  UBool failed = 0;
  U16_APPEND(from, size, 2, static_cast<UChar32>(c), failed);
  if (failed != 0) return {c};
  UChar folded[kMaxMapped];
  UChar apart[kMaxMapped];
  const auto folded_size =
      unorm2_normalize(unorm2_getNFKCCasefoldInstance(&status), from, size, folded, kMaxMapped, &status);
  const auto apart_size = U_FAILURE(status) != 0 ? 0
                                                 : unorm2_normalize(unorm2_getNFDInstance(&status), folded,
                                                                    folded_size, apart, kMaxMapped, &status);
  if (U_FAILURE(status) != 0) return {c};
  std::u32string out;
  for (std::int32_t i = 0; i < apart_size;) {
    UChar32 one = 0;
    U16_NEXT(apart, i, apart_size, one);
    if (!is_hidden(static_cast<char32_t>(one))) out += static_cast<char32_t>(one);
  }
  return out;
}

class Table {
 public:
  Table() : places_(kTable) {
    entries_.push_back({{}, LetterKind::sign});
    entries_.push_back({{}, LetterKind::hidden});
    for (char32_t c = 0; c < kTable; ++c) {
      if (c >= 0xd800 && c <= 0xdfff) continue;
      if (c >= 0x3400 && c <= 0x9fff) c = 0xa000;  // Han: as it is
      if (c >= 0xac00 && c <= 0xd7a3) c = 0xd7a4;  // Hangul
      if (c >= 0xd800 && c <= 0xdfff) continue;
      places_[c] = place(c);
    }
  }

  [[nodiscard]] const PlainLetter& at(char32_t c) const {
    static constexpr PlainLetter kNone{};
    return c < kTable ? entries_[places_[c]] : kNone;
  }

 private:
  std::uint16_t place(char32_t c) {
    if (is_hidden(c)) return 1;
    if (c < 0x80) {
      const auto plain = static_cast<char>(c);
      return base::is_alnum(plain) ? put(std::string(1, base::to_lower(plain)), LetterKind::plain)
                                   : std::uint16_t{0};
    }
    if (const char look = look_of(c); look != 0) return put(std::string(1, look), kind_of_look(c));
    if (const auto bare = in(kStroked, c)) return put(to_utf8(std::u32string(1, *bare)), LetterKind::other);
    const auto type = u_charType(static_cast<UChar32>(c));
    const bool styled = is_styled(c);
    if (u_isalnum(static_cast<UChar32>(c)) == 0 && type != U_COMBINING_SPACING_MARK &&
        type != U_LETTER_NUMBER && !styled)
      return 0;
    std::u32string out;
    for (const char32_t one : mapped(c)) {
      if (const auto urdu = in(kArabic, one)) {
        out += *urdu;
      } else if (const char look = look_of(one); look != 0) {
        out += static_cast<unsigned char>(look);
      } else if (u_isalnum(static_cast<UChar32>(one)) != 0) {
        out += one;
      }
    }
    const auto text = to_utf8(out);
    if (text.empty()) return 0;
    return put(text, styled && base::is_ascii(text) ? LetterKind::styled : LetterKind::other);
  }

  static LetterKind kind_of_look(char32_t c) {
    if (is_styled(c)) return LetterKind::styled;
    return script_of(c) == USCRIPT_LATIN ? LetterKind::other : LetterKind::foreign;  // other: ı
  }

  std::uint16_t put(std::string text, LetterKind kind) {
    const auto [at, is_new] =
        known_.try_emplace({std::move(text), kind}, static_cast<std::uint16_t>(entries_.size()));
    if (is_new) entries_.push_back({at->first.first, kind});
    return at->second;
  }

  std::map<std::pair<std::string, LetterKind>, std::uint16_t> known_;
  std::vector<PlainLetter> entries_;
  std::vector<std::uint16_t> places_;
};

}  // namespace

const PlainLetter& plain_letter(char32_t c) {
  static const Table table;
  return table.at(c);
}

bool is_right_to_left(char32_t c) {
  const auto direction = u_charDirection(static_cast<UChar32>(c));
  return direction == U_RIGHT_TO_LEFT || direction == U_RIGHT_TO_LEFT_ARABIC;
}

bool is_east_asian(char32_t c) {
  switch (script_of(c)) {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_HANGUL:
    case USCRIPT_BOPOMOFO:
      return true;
    default:
      return false;
  }
}

bool takes_joiners(char32_t c) {
  if (c < 0x300) return false;
  if (u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_EMOJI) != 0) return true;
  const auto joining = u_getIntPropertyValue(static_cast<UChar32>(c), UCHAR_JOINING_TYPE);
  if (joining != U_JT_NON_JOINING && joining != U_JT_TRANSPARENT) return true;
  return u_getIntPropertyValue(static_cast<UChar32>(c), UCHAR_INDIC_SYLLABIC_CATEGORY) != 0;
}

}  // namespace rampart::dns
