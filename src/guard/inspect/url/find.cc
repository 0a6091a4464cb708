#include "guard/inspect/url/find.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace rampart::guard::url {
namespace {

constexpr std::size_t kMaxBare = 2048;  // bytes of a word that may be a domain with a path

// What no URL goes on behind: white space, and the marks that text puts around one. A first byte of those beyond ASCII is looked
// at more closely.
enum class Byte : std::uint8_t { inner, border, perhaps };
constexpr auto kBytes = [] {
  std::array<Byte, 256> table{};
  for (std::size_t c = 0; c <= ' '; ++c) table[c] = Byte::border;
  for (const char c : {'<', '>', '"', '|', '`', '\x7f'}) table[static_cast<unsigned char>(c)] = Byte::border;
  for (const std::size_t c : {0xc2U, 0xe2U, 0xe3U}) table[c] = Byte::perhaps;
  return table;
}();
// No-break and wide spaces, quotation marks.
constexpr std::array<std::string_view, 10> kWideBorders{"\u00a0", "\u3000", "\u2003", "\u2002", "\u200b",
                                                        "\u201c", "\u201d", "\u00ab", "\u00bb", "\u2028"};
// What ends a sentence and not a URL.
constexpr std::string_view kTrailing = ".,;:!?'*_~";
constexpr std::array<std::string_view, 6> kWideTrailing{"\u06d4", "\u060c", "\u061f",
                                                        "\u3002", "\u2026", "\u2019"};

// The bytes of the border at `at`; 0 when none is there.
std::size_t border_at(std::string_view text, std::size_t at) {
  const auto byte = kBytes[static_cast<unsigned char>(text[at])];
  if (byte != Byte::perhaps) return byte == Byte::border ? 1 : 0;
  const auto wide =
      std::ranges::find_if(kWideBorders, [&](auto mark) { return text.substr(at).starts_with(mark); });
  return wide == kWideBorders.end() ? 0 : wide->size();
}

// Without the punctuation of the sentence around it, and closing brackets that it does not open itself.
std::string_view trim_end(std::string_view text) {
  auto balance = [](std::string_view of, char open, char close) {
    return std::ranges::count(of, close) - std::ranges::count(of, open);
  };
  std::array<std::ptrdiff_t, 3> surplus{balance(text, '(', ')'), balance(text, '[', ']'),
                                        balance(text, '{', '}')};
  constexpr std::string_view kClosing = ")]}";
  for (bool goes_on = true; goes_on && !text.empty();) {
    const char last = text.back();
    const auto closing = kClosing.find(last);
    const auto wide = std::ranges::find_if(kWideTrailing, [&](auto mark) { return text.ends_with(mark); });
    if (kTrailing.find(last) != std::string_view::npos) {
      text.remove_suffix(1);
    } else if (closing != std::string_view::npos && surplus[closing] > 0) {
      --surplus[closing];
      text.remove_suffix(1);
    } else if (wide != kWideTrailing.end()) {
      text.remove_suffix(wide->size());
    } else {
      goes_on = false;
    }
  }
  return text;
}

// Where http:// or https:// begins in a word; npos when nowhere.
std::size_t find_scheme(std::string_view word) {
  for (std::size_t at = 0; (at = word.find("://", at)) != std::string_view::npos; ++at) {
    for (const std::string_view scheme : {"https", "http"}) {
      if (at >= scheme.size() && base::iequals(word.substr(at - scheme.size(), scheme.size()), scheme))
        return at - scheme.size();
    }
  }
  return std::string_view::npos;
}

// A word, an e-mail address, another scheme, or a name that was taken apart (example[.]com, h**p:).
bool is_no_host(std::string_view host) {
  if (host.find('.') == std::string_view::npos) return true;
  if (host.find_first_of("@[](){}*") != std::string_view::npos) return true;
  const auto colon = host.find(':');
  return colon != std::string_view::npos && !base::parse_number(host.substr(colon + 1));
}

std::string_view without_opening(std::string_view word) {
  while (!word.empty() && std::string_view("([{'*_~-,;:").find(word.front()) != std::string_view::npos)
    word.remove_prefix(1);
  return word;
}

}  // namespace

std::vector<Found> find_urls(std::string_view text) {
  std::vector<Found> out;
  for (std::size_t at = 0; at < text.size() && out.size() < kMaxFound;) {
    if (const auto length = border_at(text, at); length != 0) {
      at += length;
      continue;
    }
    const auto begin = at;
    while (at < text.size() && border_at(text, at) == 0) ++at;
    const auto word = text.substr(begin, at - begin);
    if (word.size() < 4 || word.find_first_of(".:") == std::string_view::npos) continue;
    const auto put = [&](std::string_view found, std::optional<Url> url) {
      if (!url || !url->has_host()) return;
      out.push_back({.url = *std::move(url),
                     .text = found,
                     .offset = begin + static_cast<std::size_t>(found.data() - word.data())});
    };
    if (const auto scheme = find_scheme(word); scheme != std::string_view::npos) {
      const auto found = trim_end(word.substr(scheme));
      put(found, parse(found));
      continue;
    }
    if (word.size() > kMaxBare) continue;
    const auto bare = trim_end(without_opening(word));
    const auto slash = bare.find('/');
    const auto host = bare.substr(0, slash);
    const bool is_www = base::istarts_with(host, "www.");
    if (is_no_host(host) || (slash == std::string_view::npos && !is_www)) continue;
    put(bare, parse_shown(bare));
  }
  return out;
}

}  // namespace rampart::guard::url
