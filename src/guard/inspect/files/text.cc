#include "guard/inspect/files/text.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"
#include "guard/inspect/files/bytes.h"

namespace rampart::guard::files {
namespace {

constexpr std::size_t kLookedAt = 4'096;      // bytes in which a text shows that it is one
constexpr std::size_t kMaxPairs = 256;        // characters that say whether it is UTF-16
constexpr std::size_t kMaxAttribute = 4'096;  // bytes of a value

void put(std::string& out, char32_t c) {
  const auto byte = [&](char32_t bits) { out += static_cast<char>(bits); };
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xc0U | c >> 6U);
    byte(0x80U | (c & 0x3fU));
  } else if (c < 0x10000) {
    byte(0xe0U | c >> 12U);
    byte(0x80U | (c >> 6U & 0x3fU));
    byte(0x80U | (c & 0x3fU));
  } else {
    byte(0xf0U | c >> 18U);
    byte(0x80U | (c >> 12U & 0x3fU));
    byte(0x80U | (c >> 6U & 0x3fU));
    byte(0x80U | (c & 0x3fU));
  }
}

std::string swapped(std::string_view bytes) {
  std::string out(bytes.substr(0, bytes.size() & ~std::size_t{1}));
  for (std::size_t i = 0; i + 1 < out.size(); i += 2) std::swap(out[i], out[i + 1]);
  return out;
}

// Whether most of its beginning is Western text of which each character has a zero, at the even places or at the odd ones. A few zeroes
// among a text are no other encoding of it: readers pass over them.
bool is_wide(std::string_view bytes, std::size_t zero) {
  if (bytes.size() < 4) return false;
  std::size_t wide = 0;
  std::size_t pairs = 0;
  for (std::size_t i = 0; i + 1 < bytes.size() && pairs < kMaxPairs; i += 2, ++pairs)
    if (bytes[i + zero] == '\0' && bytes[i + 1 - zero] != '\0') ++wide;
  return 2 * wide > pairs;
}

std::string decode_references(std::string_view text) {
  static constexpr std::pair<std::string_view, std::string_view> kNamed[] = {
      {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&apos;", "'"}};
  std::string out;
  while (!text.empty()) {
    const auto at = text.find('&');
    out += text.substr(0, at);
    if (at == std::string_view::npos) break;
    text.remove_prefix(at);
    std::size_t length = 0;
    for (const auto& [name, value] : kNamed) {
      if (!text.starts_with(name)) continue;
      out += value;
      length = name.size();
    }
    if (length == 0 && text.starts_with("&#")) {
      const bool is_hex = text.size() > 2 && base::to_lower(text[2]) == 'x';
      char32_t value = 0;
      std::size_t i = is_hex ? 3 : 2;
      for (; i < text.size() && i < 12 && text[i] != ';'; ++i) {
        const char c = base::to_lower(text[i]);
        if (base::is_digit(c))
          value = value * (is_hex ? 16U : 10U) + static_cast<char32_t>(c - '0');
        else if (is_hex && c >= 'a' && c <= 'f')
          value = value * 16U + static_cast<char32_t>(c - 'a' + 10);
        else
          break;
      }
      if (i < text.size() && text[i] == ';' && value != 0 && value < 0x110000) {
        put(out, value);
        length = i + 1;
      }
    }
    if (length == 0) {
      out += '&';
      length = 1;
    }
    text.remove_prefix(length);
  }
  return out;
}

}  // namespace

std::string from_utf16(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() / 2);
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    char32_t c = *u16_at(bytes, i);
    if (c >= 0xd800 && c < 0xe000) {
      const auto low = u16_at(bytes, i + 2);
      if (c < 0xdc00 && low && *low >= 0xdc00 && *low < 0xe000) {
        c = 0x10000U + ((c & 0x3ffU) << 10U) + (*low & 0x3ffU);
        i += 2;
      } else {
        c = 0xfffd;
      }
    }
    put(out, c);
  }
  return out;
}

std::optional<std::string> as_utf8(std::string_view bytes) {
  if (bytes.starts_with("\xef\xbb\xbf")) return std::string(bytes.substr(3));
  if (bytes.starts_with("\xff\xfe")) return from_utf16(bytes.substr(2));
  if (bytes.starts_with("\xfe\xff")) return from_utf16(swapped(bytes.substr(2)));
  if (is_wide(bytes, 1)) return from_utf16(bytes);
  if (is_wide(bytes, 0)) return from_utf16(swapped(bytes));
  return std::nullopt;
}

std::size_t find_word(std::string_view text, std::string_view word, std::size_t from) {
  if (word.empty() || from >= text.size()) return std::string_view::npos;
  const auto same = [](char a, char b) { return base::to_lower(a) == b; };
  const char low = word[0];
  const char high = low >= 'a' && low <= 'z' ? static_cast<char>(low - 32) : low;
  for (auto at = from; at + word.size() <= text.size(); ++at) {
    const auto rest = text.substr(at, text.size() - at - word.size() + 1);
    const auto found = std::ranges::find_if(rest, [low, high](char c) { return c == low || c == high; });
    if (found == rest.end()) break;
    at += static_cast<std::size_t>(found - rest.begin());
    if (std::equal(word.begin(), word.end(), text.begin() + static_cast<std::ptrdiff_t>(at),
                   [&](char b, char a) { return same(a, b); }))
      return at;
  }
  return std::string_view::npos;
}

std::string_view first_of(std::string_view text, std::span<const std::string_view> words) {
  std::array<std::vector<std::string_view>, 128> by_letter;
  std::array<bool, 256> begins{};
  for (const auto word : words) {
    by_letter[static_cast<unsigned char>(word[0])].push_back(word);
    begins[static_cast<unsigned char>(word[0])] = true;
    if (base::is_alpha(word[0])) begins[static_cast<unsigned char>(word[0]) - 32U] = true;
  }
  const auto is_at = [text](std::size_t at, std::string_view word) {
    return at + word.size() <= text.size() &&
           std::ranges::equal(word, text.substr(at, word.size()), {}, {}, &base::to_lower);
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!begins[static_cast<unsigned char>(text[at])]) continue;
    for (const auto word : by_letter[static_cast<unsigned char>(base::to_lower(text[at]))])
      if (is_at(at, word)) return word;
  }
  return {};
}

bool is_text(std::string_view bytes) {
  const auto head = bytes.substr(0, kLookedAt);
  std::size_t odd = 0;
  for (const char c : head) {
    if (c == '\0') return false;
    if (static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 0x1b)
      ++odd;
  }
  return odd * 100 <= head.size();
}

std::optional<std::string> attribute_of(std::string_view tag, std::string_view name) {
  for (auto at = find_word(tag, name); at != std::string_view::npos; at = find_word(tag, name, at + 1)) {
    const bool begins = at > 0 && (tag[at - 1] == ' ' || tag[at - 1] == '\n' || tag[at - 1] == '\t' ||
                                   tag[at - 1] == '\r' || tag[at - 1] == ':' || tag[at - 1] == '"');
    auto rest = tag.substr(at + name.size());
    rest = rest.substr(std::min(rest.find_first_not_of(" \t\r\n"), rest.size()));
    if (!begins || !rest.starts_with('=')) continue;
    rest.remove_prefix(1);
    rest = rest.substr(std::min(rest.find_first_not_of(" \t\r\n"), rest.size()));
    if (rest.empty() || (rest[0] != '"' && rest[0] != '\'')) continue;
    const auto end = rest.find(rest[0], 1);
    if (end == std::string_view::npos) return std::nullopt;
    return decode_references(rest.substr(1, std::min(end - 1, kMaxAttribute)));
  }
  return std::nullopt;
}

}  // namespace rampart::guard::files
