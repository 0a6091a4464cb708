#include "guard/inspect/names/characters.h"

#include <algorithm>

#include "base/text.h"
#include "dns/plain_letters.h"

namespace rampart::guard::names {
namespace {

bool is_override(char32_t c) { return c == 0x202d || c == 0x202e; }
bool is_direction(char32_t c) {
  return c == 0x200e || c == 0x200f || c == 0x061c || (c >= 0x202a && c <= 0x202c) ||
         (c >= 0x2066 && c <= 0x2069);
}
bool is_joiner(char32_t c) { return c == 0x200c || c == 0x200d; }
// Zero-width space, word joiner and its kind, soft hyphen, tags, fillers.
bool is_hidden(char32_t c) {
  return c == 0x200b || c == 0xad || c == 0xfeff || c == 0x180e || c == 0x34f ||
         (c >= 0x2060 && c <= 0x2064) || c == 0x115f || c == 0x1160 || c == 0x3164 || c == 0xffa0 ||
         (c >= 0xe0020 && c <= 0xe007e);
}

}  // namespace

OddCharacters odd_characters(std::string_view utf8, std::span<const ShownWord> words) {
  OddCharacters out;
  out.mixes = std::ranges::any_of(words, &ShownWord::is_mixed);
  if (base::is_ascii(utf8)) return out;
  bool has_direction = false;
  bool has_joiner = false;
  bool has_right_to_left = false;
  bool has_east_asian = false;
  bool has_joining = false;
  std::size_t styled = 0;
  while (!utf8.empty()) {
    const auto [length, c] = base::decode_utf8(utf8);
    utf8.remove_prefix(std::max<std::size_t>(length, 1));
    if (c < 0x80) continue;
    out.turns = out.turns || is_override(c);
    out.hides = out.hides || is_hidden(c);
    has_direction = has_direction || is_direction(c);
    has_joiner = has_joiner || is_joiner(c);
    has_right_to_left = has_right_to_left || (!is_direction(c) && dns::is_right_to_left(c));
    has_east_asian = has_east_asian || dns::is_east_asian(c);
    has_joining = has_joining || dns::takes_joiners(c);
    styled += dns::plain_letter(c).kind == dns::LetterKind::styled ? 1U : 0U;
  }
  out.turns = out.turns || (has_direction && !has_right_to_left);
  out.hides = out.hides || (has_joiner && !has_joining);
  out.styles = styled >= kManyStyled && !has_east_asian;
  return out;
}

}  // namespace rampart::guard::names
