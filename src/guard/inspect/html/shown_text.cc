#include "guard/inspect/html/shown_text.h"

#include <algorithm>

#include "base/text.h"

namespace rampart::guard::html {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

constexpr auto kIsSpace = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0; c <= ' '; ++c) table[c] = true;  // controls show nothing either
  table[0x7f] = true;
  return table;
}();

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
bool is_space(char c) { return kIsSpace[static_cast<unsigned char>(c)]; }

bool is_wide_space(char32_t c) {
  return c == 0xa0 || c == 0x85 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 ||
         c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}
bool is_bidi(char32_t c) {
  return c == 0x200e || c == 0x200f || c == 0x61c || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069);
}
bool is_joiner(char32_t c) { return c == 0x200c || c == 0x200d; }
bool is_zero_width(char32_t c) {
  return c == 0x200b || c == 0xad || c == 0x34f || c == 0x180e || (c >= 0x2060 && c <= 0x2064) ||
         c == 0xfeff || (c >= 0xe0000 && c <= 0xe007f);
}

}  // namespace

// What the gap before it costs counts, too, so that where the text is cut does not depend on its pieces.
void ShownText::put(std::string_view character) {
  const bool has_gap = gap_ != 0 && !text_.empty();
  if (is_cut_ || text_.size() + character.size() + (has_gap ? 1 : 0) > limit_) {
    is_cut_ = true;
    return;
  }
  if (has_gap) text_ += gap_;
  gap_ = 0;
  text_ += character;
}

std::size_t ShownText::add(std::string_view text, std::size_t offset, HtmlFacts* facts) {
  std::size_t count = 0;
  const std::size_t whole = text.size();
  while (!text.empty()) {
    if (is_ascii(text[0])) {
      std::size_t length = 0;
      while (length < text.size() && is_ascii(text[length]) && !is_space(text[length])) ++length;
      count += length;
      if (length != 0) {
        // A word that is too long is cut within.
        const auto room = limit_ - std::min(limit_, text_.size() + (gap_ != 0 && !text_.empty() ? 1 : 0));
        put(text.substr(0, std::max<std::size_t>(1, std::min(length, room))));
        if (length > room) is_cut_ = true;
      }
      text.remove_prefix(length);
      length = 0;
      while (length < text.size() && is_space(text[length])) ++length;
      text.remove_prefix(length);
      if (length != 0) break_word();
      continue;
    }
    const auto [length, value] = base::decode_utf8(text);
    const auto at = offset + whole - text.size();
    if (length == 0) {
      put(kReplacement);
      ++count;
    } else if (is_wide_space(value)) {
      break_word();
    } else {
      put(text.substr(0, length));
      const bool is_unseen = is_bidi(value) || is_joiner(value) || is_zero_width(value);
      if (!is_unseen) {
        ++count;
      } else if (facts != nullptr) {
        (is_bidi(value) ? facts->bidi : is_joiner(value) ? facts->joiners : facts->zero_width).add(at);
      }
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return count;
}

std::string_view ShownText::last_word() const {
  if (gap_ != 0) return {};
  return std::string_view(text_).substr(text_.find_last_of(" \n") + 1);
}

}  // namespace rampart::guard::html
