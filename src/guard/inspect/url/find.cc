#include "guard/inspect/url/find.h"

#include <algorithm>
#include <array>
#include <optional>

#include <boost/unordered/unordered_flat_set.hpp>

#include "base/ip.h"
#include "base/text.h"
#include "dns/known_suffix.h"
#include "guard/inspect/url/scheme.h"

namespace rampart::guard::url {
namespace {

constexpr std::size_t kMaxBare = 2048;  // bytes of a word that may be a domain with a path

// What no URL goes on behind: white space, and the marks that text puts around one. A first byte of those beyond ASCII is looked
// at more closely. Without a mark no word is an address.
enum class Byte : std::uint8_t { inner, mark, border, perhaps };
constexpr auto kBytes = [] {
  std::array<Byte, 256> table{};
  for (std::size_t c = 0; c <= ' '; ++c) table[c] = Byte::border;
  for (const char c : {'<', '>', '"', '|', '`', '\x7f'}) table[static_cast<unsigned char>(c)] = Byte::border;
  for (const char c : {'.', ':'}) table[static_cast<unsigned char>(c)] = Byte::mark;
  for (const std::size_t c : {0xc2U, 0xe1U, 0xe2U, 0xe3U, 0xefU}) table[c] = Byte::perhaps;
  return table;
}();
// Spaces, quotation marks, brackets that stand around text and not within a URL.
constexpr auto kWideBorders = std::to_array<std::string_view>(
    {"\u00a0", "\u0085", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
     "\u2007", "\u2008", "\u2009", "\u200a", "\u200b", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000",
     "\u201c", "\u201d", "\u201e", "\u00ab", "\u00bb", "\u3008", "\u3009", "\u300a", "\u300b", "\u300c",
     "\u300d", "\u300e", "\u300f", "\u3010", "\u3011", "\u3014", "\u3015", "\uff08", "\uff09", "\uff1c",
     "\uff1e", "\uff3b", "\uff3d", "\uff5b", "\uff5d", "\uff62", "\uff63", "\uff0c", "\u3001", "\uff1b"});
// What ends a sentence and not a URL.
constexpr std::string_view kTrailing = ".,;:!?'*_~";
constexpr std::array<std::string_view, 6> kWideTrailing{"\u06d4", "\u060c", "\u061f",
                                                        "\u3002", "\u2026", "\u2019"};

Byte kind_of(char c) { return kBytes[static_cast<unsigned char>(c)]; }

// The bytes of the border at `at`; 0 when none is there.
std::size_t border_at(std::string_view text, std::size_t at) {
  const auto byte = kind_of(text[at]);
  if (byte != Byte::perhaps) return byte == Byte::border ? 1 : 0;
  const auto wide =
      std::ranges::find_if(kWideBorders, [&](auto mark) { return text.substr(at).starts_with(mark); });
  return wide == kWideBorders.end() ? 0 : wide->size();
}

// Without the punctuation of the sentence around it, and closing brackets that it does not open itself.
std::string_view trim_end(std::string_view text) {
  constexpr std::string_view kOpening = "([{";
  constexpr std::string_view kClosing = ")]}";
  // Of the text that is left; counted when it is asked for, and then kept.
  std::array<std::optional<std::ptrdiff_t>, kClosing.size()> surplus;
  const auto has_surplus = [&](std::size_t of) {
    if (!surplus[of])
      surplus[of] = std::ranges::count(text, kClosing[of]) - std::ranges::count(text, kOpening[of]);
    return *surplus[of] > 0;
  };
  for (bool goes_on = true; goes_on && !text.empty();) {
    const char last = text.back();
    const auto closing = kClosing.find(last);
    if (kTrailing.find(last) != std::string_view::npos) {
      text.remove_suffix(1);
    } else if (closing != std::string_view::npos && has_surplus(closing)) {
      --*surplus[closing];
      text.remove_suffix(1);
    } else {
      const auto wide =
          static_cast<unsigned char>(last) < 0x80
              ? kWideTrailing.end()
              : std::ranges::find_if(kWideTrailing, [&](auto mark) { return text.ends_with(mark); });
      goes_on = wide != kWideTrailing.end();
      if (goes_on) text.remove_suffix(wide->size());
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

// --- for block lists ---

bool is_host_byte(char c) { return base::is_alnum(c) || c == '.' || c == '-' || c == '_'; }
bool is_wide(char c) { return static_cast<unsigned char>(c) >= 0x80; }

class AllFinder {
 public:
  AllFound find(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
      if (kind_of(text[at]) == Byte::border) {
        if (text[at] == '<') take_folded(text.substr(at + 1, kMaxFolded));
        ++at;
        continue;
      }
      const auto begin = at;
      bool has_mark = false;
      for (; at < text.size(); ++at) {
        const auto kind = kind_of(text[at]);
        if (kind == Byte::border) break;
        has_mark |= kind == Byte::mark;
      }
      if (has_mark) take_word(text.substr(begin, at - begin));
    }
    return std::move(out_);
  }

 private:
  void add(std::optional<Url> url) {
    if (!url || !url->has_host()) return;
    auto text = url->text();
    if (known_.contains(text)) return;
    if (out_.urls.size() == kMaxFoundAll) {
      out_.is_cut = true;
      return;
    }
    out_.is_cut = out_.is_cut || url->is(kCut);
    known_.insert(std::move(text));
    out_.urls.push_back(*std::move(url));
  }

  // <https://a.exa mple/> over two lines.
  void take_folded(std::string_view text) {
    if (text.size() < kMinWord) return;
    if (base::istarts_with(text, "URL:")) text.remove_prefix(4);
    if (!base::istarts_with(text, "http") && !base::istarts_with(text, "www.") &&
        !base::istarts_with(text, "ftp"))
      return;
    const auto end = text.find('>');
    if (end == std::string_view::npos || text.substr(0, end).find('\n') == std::string_view::npos) return;
    std::string joined(text.substr(0, end));
    std::erase_if(joined, [](char c) { return static_cast<unsigned char>(c) <= ' '; });
    take_word(joined);
  }

  void take_word(std::string_view word) {
    if (word.size() < kMinWord) return;
    auto first = std::string_view::npos;
    auto begin = std::string_view::npos;
    for (auto colon = word.find(':'); colon != std::string_view::npos; colon = word.find(':', colon + 1)) {
      const auto next = scheme_before(word, colon);
      // http:// is followed by slashes in a text.
      const bool has_slash = colon + 1 < word.size() && (word[colon + 1] == '/' || word[colon + 1] == '\\');
      if (next == std::string_view::npos || !has_slash || (begin != std::string_view::npos && next <= begin))
        continue;
      if (begin == std::string_view::npos)
        first = next;
      else
        take(word.substr(begin, next - begin));
      begin = next;
    }
    if (begin != std::string_view::npos) take(word.substr(begin));
    // One that carries another.
    if (first != begin) add(parse(trim_end(word.substr(first, kMaxUrl))));
    take_bare(word.substr(0, first));
  }

  // From a scheme on: as a whole, and to each character that may end it.
  void take(std::string_view slice) {
    if (slice.size() > kMaxUrl) out_.is_cut = true;
    slice = slice.substr(0, kMaxUrl);
    last_ = {};
    put(slice);
    const auto wide = static_cast<std::size_t>(std::ranges::find_if(slice, is_wide) - slice.begin());
    put(slice.substr(0, wide));
    for (std::size_t at = wide; at < slice.size(); ++at) {
      if (border_at(slice, at) == 0) continue;
      put(slice.substr(0, at));
      break;
    }
    const auto host = std::min(slice.find_first_not_of("/\\", slice.find(':') + 1), slice.size());
    put_host(slice, host);
    const auto authority = slice.substr(host, slice.find_first_of("/\\?#", host) - host);
    if (const auto user = authority.rfind('@'); user != std::string_view::npos)
      put_host(slice, host + user + 1);
    put(slice.substr(0, std::min(slice.find_first_of(",;'|()[]{}*!", host), slice.size())));
  }

  // To the first character that no host has, if it ends there.
  void put_host(std::string_view slice, std::size_t host) {
    const auto rest = slice.substr(host);
    const auto end = static_cast<std::size_t>(std::ranges::find_if_not(rest, is_host_byte) - rest.begin());
    if (end != rest.size() && std::string_view("/\\?#:@").find(rest[end]) == std::string_view::npos)
      put(slice.substr(0, host + end));
  }

  void put(std::string_view text) {
    text = trim_end(text);
    if (text.empty() || text == last_) return;
    last_ = text;  // lives as long as the slice
    add(parse(text));
  }

  // Domains without a scheme.
  void take_bare(std::string_view word) {
    if (word.find('.') == std::string_view::npos) return;
    if (word.size() <= kMaxBare && std::ranges::any_of(word, is_wide)) {
      std::size_t end = 0;
      while (end < word.size() && border_at(word, end) == 0) ++end;
      const auto shown = trim_end(without_opening(word.substr(0, end)));
      if (shown.find('@') == std::string_view::npos) add(parse_shown(shown));
    }
    bool has_path = false;
    for (std::size_t at = 0; at < word.size();) {
      const auto begin = at;
      while (at < word.size() && is_host_byte(word[at])) ++at;
      auto run = word.substr(begin, at - begin);
      const bool is_address = (begin != 0 && word[begin - 1] == '@') || (at < word.size() && word[at] == '@');
      const bool goes_on =
          at < word.size() && std::string_view("/:?#").find(word[at]) != std::string_view::npos;
      ++at;
      while (!run.empty() && !base::is_alnum(run.front())) run.remove_prefix(1);
      while (!run.empty() && !base::is_alnum(run.back())) run.remove_suffix(1);
      if (is_address || !may_be_host(run, goes_on)) continue;
      add(parse("http://" + std::string(run)));
      // Of several in a word the first has the path.
      if (!goes_on || has_path) continue;
      has_path = true;
      const auto from = static_cast<std::size_t>(run.data() - word.data());
      take("http://" + std::string(word.substr(from, kMaxBare)));
    }
  }

  static bool may_be_host(std::string_view run, bool goes_on) {
    const auto dot = run.rfind('.');
    if (dot == std::string_view::npos || run.size() > kMaxHostName) return false;
    if (base::is_digit(run.back())) return goes_on && base::IpAddress::parse(run).has_value();
    const auto top = run.substr(dot + 1);
    if (!std::ranges::all_of(top, base::is_alpha) && !base::istarts_with(top, "xn--")) return false;
    const auto name = dns::Name::from_raw(run);
    return name && dns::has_known_suffix(*name);
  }

  static constexpr std::size_t kMinWord = 4;        // bytes: a.bc
  static constexpr std::size_t kMaxHostName = 253;  // RFC 1035 section 2.3.4

  AllFound out_;
  boost::unordered_flat_set<std::string> known_;
  std::string_view last_;  // that was put, of this slice
};

}  // namespace

std::vector<Found> find_urls(std::string_view text) {
  std::vector<Found> out;
  for (std::size_t at = 0; at < text.size() && out.size() < kMaxFound;) {
    if (const auto length = border_at(text, at); length != 0) {
      at += length;
      continue;
    }
    const auto begin = at;
    bool has_mark = false;
    for (; at < text.size(); ++at) {
      const auto kind = kind_of(text[at]);
      if (kind == Byte::border || (kind == Byte::perhaps && border_at(text, at) != 0)) break;
      has_mark |= kind == Byte::mark;
    }
    const auto word = text.substr(begin, at - begin);
    if (!has_mark || word.size() < 4) continue;
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
    const auto opened = without_opening(word);
    const bool is_www = base::istarts_with(opened, "www.");
    if (!is_www && opened.find('/') == std::string_view::npos) continue;
    const auto bare = trim_end(opened);
    const auto slash = bare.find('/');
    const auto host = bare.substr(0, slash);
    if (is_no_host(host) || (slash == std::string_view::npos && !is_www)) continue;
    put(bare, parse_shown(bare));
  }
  return out;
}

AllFound find_all_urls(std::string_view text) { return AllFinder().find(text); }

}  // namespace rampart::guard::url
