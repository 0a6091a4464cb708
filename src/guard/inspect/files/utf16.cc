#include "guard/inspect/files/utf16.h"

#include <algorithm>

namespace rampart::guard::files {
namespace {

constexpr char32_t kReplacement = 0xfffd;
constexpr std::size_t kLooked = 64;  // bytes by which text without a mark is known

bool is_high(char32_t c) { return c >= 0xd800 && c < 0xdc00; }
bool is_low(char32_t c) { return c >= 0xdc00 && c < 0xe000; }

// ASCII in UTF-16 without a mark: every second byte is zero.
bool looks_like_utf16(std::string_view bytes) {
  const auto size = std::min(bytes.size(), kLooked) & ~std::size_t{1};
  if (size < 4) return false;
  for (std::size_t i = 0; i < size; i += 2)
    if (bytes[i] == '\0' || bytes[i + 1] != '\0') return false;
  return true;
}

}  // namespace

void put_utf8(std::string& to, char32_t c) {
  if (c > 0x10ffff || is_high(c) || is_low(c)) c = kReplacement;
  const auto put = [&](char32_t byte) { to += static_cast<char>(byte); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xc0 | c >> 6U);
  } else {
    if (c < 0x10000) {
      put(0xe0 | c >> 12U);
    } else {
      put(0xf0 | c >> 18U);
      put(0x80 | (c >> 12U & 0x3fU));
    }
    put(0x80 | (c >> 6U & 0x3fU));
  }
  put(0x80 | (c & 0x3fU));
}

std::string utf16_text(std::string_view bytes, bool is_big) {
  std::string out;
  out.reserve(bytes.size() / 2);
  const auto unit = [&](std::size_t i) {
    const auto a = static_cast<unsigned char>(bytes[i]);
    const auto b = static_cast<unsigned char>(bytes[i + 1]);
    return static_cast<char32_t>(is_big ? a << 8U | b : b << 8U | a);
  };
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    auto c = unit(i);
    if (is_high(c) && i + 3 < bytes.size() && is_low(unit(i + 2))) {
      c = 0x10000 + ((c - 0xd800) << 10U) + (unit(i + 2) - 0xdc00);
      i += 2;
    }
    put_utf8(out, c);
  }
  return out;
}

std::string plain_text(std::string_view bytes) {
  if (bytes.starts_with("\xff\xfe")) return utf16_text(bytes.substr(2));
  if (bytes.starts_with("\xfe\xff")) return utf16_text(bytes.substr(2), true);
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  return looks_like_utf16(bytes) ? utf16_text(bytes) : std::string(bytes);
}

}  // namespace rampart::guard::files
