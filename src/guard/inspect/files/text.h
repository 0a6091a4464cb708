// Text in files: UTF-16 made UTF-8, and words looked for without regard to case.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace rampart::guard::files {

// UTF-16, little-endian, as UTF-8; halves of pairs become U+FFFD, a last odd byte is dropped.
std::string from_utf16(std::string_view bytes);
// The text of a file: without its mark, of UTF-16 (by its mark or by its zeroes) as UTF-8. Nothing when it is UTF-8 as it stands
// (the usual case costs no copy).
std::optional<std::string> as_utf8(std::string_view bytes);
// ASCII letters without case; `word` is lower case. npos when it is not there.
std::size_t find_word(std::string_view text, std::string_view word, std::size_t from = 0);
inline bool has_word(std::string_view text, std::string_view word) {
  return find_word(text, word) != std::string_view::npos;
}
// The one of them that stands first; empty when none is there. One pass over the text, whatever their number.
std::string_view first_of(std::string_view text, std::span<const std::string_view> words);
// Whether it reads as text: no NUL and few controls in its first bytes.
bool is_text(std::string_view bytes);
// The value of an attribute in a tag, NAME="VALUE", its character references decoded; nothing without one.
std::optional<std::string> attribute_of(std::string_view tag, std::string_view name);

}  // namespace rampart::guard::files
