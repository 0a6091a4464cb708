// Text: the few operations on bytes and words that everything above needs. Nothing here knows of mail or DNS.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rampart::base {

constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_alpha(char c) { return to_lower(c) >= 'a' && to_lower(c) <= 'z'; }
constexpr bool is_alnum(char c) { return is_digit(c) || is_alpha(c); }
constexpr bool is_wsp(char c) { return c == ' ' || c == '\t'; }

bool is_ascii(std::string_view text);
std::string lower(std::string_view text);              // ASCII letters only
bool iequals(std::string_view a, std::string_view b);  // ASCII letters without case
bool istarts_with(std::string_view text, std::string_view prefix);
std::string_view trim(std::string_view text);  // SP, TAB, CR, LF off both ends; a view of `text`
std::vector<std::string_view> split(std::string_view text,
                                    char separator);  // keeps empty parts; views of `text`
std::string join(std::span<const std::string> parts, std::string_view separator);

// Decimal digits only, the whole of `text`, no sign, no overflow.
std::optional<std::uint64_t> parse_number(std::string_view text);

// Strict RFC 4648 base64; white space within is skipped. Nothing when a character or the padding is wrong.
std::optional<std::string> decode_base64(std::string_view text);
std::string encode_base64(std::string_view bytes);
std::string hex(std::string_view bytes);

// One UTF-8 character at the start of a non-empty text (RFC 3629): its length in bytes and its code point, or
// length 0 when the bytes there are not one.
struct CodePoint {
  std::size_t length = 0;
  char32_t value = 0;
};
CodePoint decode_utf8(std::string_view text);
// Whether a character changes how the text around it is shown, or shows nothing at all: controls (C0, C1,
// DEL), bidi marks, zero-width characters, tags.
bool is_deceptive(char32_t c);

bool is_utf8(std::string_view text);
// `text` as valid UTF-8 for people: control characters (C0, C1, DEL), bidi and zero-width marks and invalid
// bytes become \xNN or \u{NNNN}, so that a stranger's bytes cannot drive a terminal, reorder a line or hide
// in one. Tabs and line ends are escaped too.
std::string printable(std::string_view text);
// The same, cut after `limit` bytes at a character's border, with "… (N bytes)" behind when something was
// left out.
std::string excerpt(std::string_view text, std::size_t limit);

// `text` within HTML or XML, in an attribute's quotes too: & < > " ' as entities. Its other bytes stay as they are.
std::string escape_markup(std::string_view text);

// Levenshtein with adjacent transpositions; stops counting at `limit` + 1.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit = 8);
// The candidate within a third of the word's length in edits, for "did you mean"; empty when none is near.
std::string nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace rampart::base
