#include "audit/portfolio/text_input.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace rampart::audit {
namespace {

constexpr std::uint32_t kReplacement = 0xfffd;
constexpr std::size_t kTelling = 4;  // bytes by which UTF-16 is known without a mark: two letters

void append_utf8(std::uint32_t c, std::string& out) {
  const auto add = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) {
    add(c);
  } else if (c < 0x800) {
    add(0xc0 | c >> 6U), add(0x80 | (c & 0x3fU));
  } else if (c < 0x10000) {
    add(0xe0 | c >> 12U), add(0x80 | (c >> 6U & 0x3fU)), add(0x80 | (c & 0x3fU));
  } else {
    add(0xf0 | c >> 18U), add(0x80 | (c >> 12U & 0x3fU)), add(0x80 | (c >> 6U & 0x3fU)),
        add(0x80 | (c & 0x3fU));
  }
}

}  // namespace

std::string_view to_string(Encoding encoding) {
  return encoding == Encoding::utf16le || encoding == Encoding::utf16be ? "UTF-16" : "UTF-8";
}

void TextDecoder::feed(std::string_view bytes, std::string& out) {
  waiting_ += bytes;
  if (!decided_) decide(false);
  if (decided_) decode(out);
}

void TextDecoder::finish(std::string& out) {
  if (!decided_) decide(true);
  const auto from = out.size();
  decode(out);
  if (!waiting_.empty() || high_ != 0) append_utf8(kReplacement, out);  // half a character
  waiting_.clear();
  high_ = 0;
  line_ends(out, from, true);
}

void TextDecoder::decide(bool ended) {
  const auto text = std::string_view(waiting_);
  const auto mark = [&](std::string_view bytes, Encoding encoding) {
    if (!text.starts_with(bytes)) return false;
    encoding_ = encoding;
    waiting_.erase(0, bytes.size());
    return decided_ = true;
  };
  // A line of less than four bytes must not wait for the next one, which a pipe may bring much later.
  const bool line = text.ends_with('\n') && text.find('\0') == std::string_view::npos;
  if (text.size() < kTelling && !ended && !line) return;
  if (mark("\xef\xbb\xbf", Encoding::utf8) || mark("\xff\xfe", Encoding::utf16le) ||
      mark("\xfe\xff", Encoding::utf16be))
    return;
  decided_ = true;
  if (text.size() < kTelling) return;
  const auto zero = [&](std::size_t i) { return text[i] == '\0'; };
  if (!zero(0) && zero(1) && !zero(2) && zero(3)) encoding_ = Encoding::utf16le;
  if (zero(0) && !zero(1) && zero(2) && !zero(3)) encoding_ = Encoding::utf16be;
}

void TextDecoder::decode(std::string& out) {
  const auto from = out.size();
  if (held_cr_ && !waiting_.empty()) out += '\r', held_cr_ = false;
  if (encoding_ == Encoding::utf16le || encoding_ == Encoding::utf16be) {
    const std::size_t low = encoding_ == Encoding::utf16le ? 0 : 1;
    std::size_t at = 0;
    for (; at + 2 <= waiting_.size(); at += 2) {
      const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(waiting_[at + i]); };
      unit(static_cast<std::uint32_t>(byte(low) | byte(1 - low) << 8U), out);
    }
    waiting_.erase(0, at);
  } else {
    out += waiting_;
    waiting_.clear();
  }
  line_ends(out, from, false);
}

void TextDecoder::unit(std::uint32_t unit, std::string& out) {
  const bool low = unit >= 0xdc00 && unit < 0xe000;
  if (high_ != 0) {
    const auto high = std::exchange(high_, 0);
    if (low) return append_utf8(0x10000 + ((high - 0xd800) << 10U) + (unit - 0xdc00), out);
    append_utf8(kReplacement, out);
  }
  if (unit >= 0xd800 && unit < 0xdc00) {
    high_ = unit;
  } else {
    append_utf8(low ? kReplacement : unit, out);
  }
}

// What the first line ends in is what all end in.
void TextDecoder::line_ends(std::string& out, std::size_t from, bool ended) {
  if (ended && held_cr_) out += '\r', held_cr_ = false;
  if (ends_ == Ends::undecided) {
    const auto first = out.find_first_of("\r\n", from);
    if (first == std::string::npos) return;
    if (out[first] == '\n') {
      ends_ = Ends::as_they_are;
    } else if (first + 1 < out.size()) {
      ends_ = out[first + 1] == '\n' ? Ends::as_they_are : Ends::lone_cr;
    } else if (ended) {
      ends_ = Ends::lone_cr;
    } else {
      out.pop_back();
      held_cr_ = true;
    }
  }
  if (ends_ == Ends::lone_cr)
    std::replace(out.begin() + static_cast<std::ptrdiff_t>(from), out.end(), '\r', '\n');
}

bool TextInput::more() {
  if (ended_) return false;
  text_.erase(0, at_);
  at_ = 0;
  const auto before = text_.size();
  raw_.resize(kPiece);
  while (text_.size() == before) {
    const auto size = read_(raw_.data(), kPiece);
    failed_ = size < 0;
    ended_ = size <= 0;
    if (ended_) {
      if (!failed_) decoder_.finish(text_);
      break;
    }
    bytes_ += static_cast<std::size_t>(size);
    decoder_.feed(std::string_view(raw_).substr(0, static_cast<std::size_t>(size)), text_);
  }
  return text_.size() != before;
}

std::string latin_to_utf8(std::string_view bytes) {
  // 0x80 to 0x9f; the others are Unicode's own.
  constexpr std::array<std::uint16_t, 32> kUpper{
      0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021, 0x2c6,  0x2030, 0x160,
      0x2039, 0x152,  0x8d,   0x17d,  0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
      0x2013, 0x2014, 0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178};
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    append_utf8(byte >= 0x80 && byte < 0xa0 ? kUpper[byte - 0x80U] : byte, out);
  }
  return out;
}

}  // namespace rampart::audit
