// The tokenizer's states of character references (13.2.5.72 to 13.2.5.80 of the standard).
#include <algorithm>

#include "base/text.h"
#include "dns/confusables.h"
#include "guard/inspect/html/tokenizer.h"

namespace rampart::guard::html {
namespace {

constexpr std::size_t kMaxReferenceName = 31;  // bytes: CounterClockwiseContourIntegral
constexpr std::size_t kMaxLegacyName = 6;      // bytes: those that need no semicolon

// The code point that a numeric reference means (13.2.5.80): what Windows-1252 has for C1, U+FFFD for what is none.
char32_t referenced(std::uint32_t code) {
  static constexpr std::array<char16_t, 32> kWindows1252{
      0x20ac, 0x81,   0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
      0x2039, 0x0152, 0x8d,   0x017d, 0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
      0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d,   0x017e, 0x0178};
  if (code == 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return 0xfffd;
  if (code >= 0x80 && code < 0xa0) return kWindows1252[code - 0x80];
  return code;
}

}  // namespace

void Tokenizer::begin_reference(State from, std::size_t offset) {
  return_ = from;
  held_.clear();
  held_offset_ = offset;
  code_ = 0;
  has_digits_ = false;
  state_ = State::reference;
}

const char* Tokenizer::step_reference(const char* at, const char* end) {
  switch (state_) {
    case State::reference:
      return reference(at);
    case State::named_reference:
      return named_reference(at, end);
    case State::hex_reference:
      return number(at, end, 16);
    case State::decimal_reference:
      return number(at, end, 10);
    default:
      state_ = *at == 'x' || *at == 'X' ? State::hex_reference : State::decimal_reference;
      if (state_ == State::decimal_reference) return at;
      held_ += *at;
      return at + 1;
  }
}

const char* Tokenizer::reference(const char* at) {
  if (*at == '#') {
    held_ = "#";
    state_ = State::numeric_reference;
    return at + 1;
  }
  if (base::is_alnum(*at)) {
    state_ = State::named_reference;
    return at;
  }
  put("&", held_offset_);
  state_ = return_;
  return at;
}

const char* Tokenizer::named_reference(const char* at, const char* end) {
  while (at != end && base::is_alnum(*at) && held_.size() <= kMaxReferenceName) held_ += *at++;
  if (at == end) return at;
  const bool is_terminated = *at == ';' && !named_character(held_, false).empty();
  flush_named({at, 1}, is_terminated);
  state_ = return_;
  return is_terminated ? at + 1 : at;
}

// `next` is the byte behind the name, nothing at the end of the input.
void Tokenizer::flush_named(std::string_view next, bool is_terminated) {
  const std::string_view name = held_;
  if (is_terminated) {
    put(named_character(name, false), held_offset_);
    return;
  }
  for (auto length = std::min(name.size(), kMaxLegacyName); length >= 2; --length) {
    const auto found = named_character(name.substr(0, length), true);
    if (found.empty()) continue;
    // ?a=1&copy=2 in an attribute is no sign of copyright (13.2.5.73).
    const auto behind = length < name.size() ? name.substr(length, 1) : next;
    const bool is_literal =
        return_ != State::text && !behind.empty() && (behind[0] == '=' || base::is_alnum(behind[0]));
    if (is_literal) break;
    put(found, held_offset_);
    put(name.substr(length), held_offset_ + 1 + length);
    return;
  }
  put("&", held_offset_);
  put(name, held_offset_ + 1);
}

const char* Tokenizer::number(const char* at, const char* end, unsigned radix) {
  for (; at != end; ++at) {
    const char c = base::to_lower(*at);
    const bool is_letter = radix == 16 && c >= 'a' && c <= 'f';
    if (!base::is_digit(c) && !is_letter) break;
    has_digits_ = true;
    const auto digit = static_cast<std::uint32_t>(is_letter ? c - 'a' + 10 : c - '0');
    code_ = std::min<std::uint32_t>(code_ * radix + digit, 0x110000);
  }
  if (at == end) return at;
  flush_number();
  state_ = return_;
  return *at == ';' && has_digits_ ? at + 1 : at;
}

void Tokenizer::flush_number() {
  if (!has_digits_) {
    put("&", held_offset_);
    put(held_, held_offset_ + 1);
    return;
  }
  put(dns::to_utf8(std::u32string(1, referenced(code_))), held_offset_);
}

}  // namespace rampart::guard::html
