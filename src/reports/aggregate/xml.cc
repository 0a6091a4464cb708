#include "reports/aggregate/xml.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace rampart::reports {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD
constexpr std::size_t kMaxEntity = 12;                     // bytes from & to ;

void append_utf8(std::string& out, std::uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xc0U | c >> 6U);
    out += static_cast<char>(0x80U | (c & 0x3fU));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xe0U | c >> 12U);
    out += static_cast<char>(0x80U | (c >> 6U & 0x3fU));
    out += static_cast<char>(0x80U | (c & 0x3fU));
  } else {
    out += static_cast<char>(0xf0U | c >> 18U);
    out += static_cast<char>(0x80U | (c >> 12U & 0x3fU));
    out += static_cast<char>(0x80U | (c >> 6U & 0x3fU));
    out += static_cast<char>(0x80U | (c & 0x3fU));
  }
}

// XML 1.0 section 2.2.
bool is_xml_char(std::uint32_t c) {
  return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0xd800) || (c >= 0xe000 && c < 0xfffe) ||
         (c >= 0x10000 && c < 0x110000);
}

// What an entity's name, or its number, stands for (XML 1.0 sections 4.1 and 4.6).
std::optional<std::uint32_t> character_of(std::string_view name) {
  if (name == "lt") return '<';
  if (name == "gt") return '>';
  if (name == "amp") return '&';
  if (name == "quot") return '"';
  if (name == "apos") return '\'';
  if (!name.starts_with('#')) return std::nullopt;
  name.remove_prefix(1);
  const bool is_hex = name.starts_with('x');
  if (is_hex) name.remove_prefix(1);
  std::uint32_t out = 0;
  const auto end = std::from_chars(name.data(), name.data() + name.size(), out, is_hex ? 16 : 10);
  if (name.empty() || end.ec != std::errc() || end.ptr != name.data() + name.size() || !is_xml_char(out))
    return std::nullopt;
  return out;
}

// "#27", "#x1b".
bool is_number(std::string_view name) {
  if (!name.starts_with('#')) return false;
  name.remove_prefix(1);
  const bool is_hex = name.starts_with('x');
  if (is_hex) name.remove_prefix(1);
  return !name.empty() && std::ranges::all_of(name, [&](char c) {
    return base::is_digit(c) || (is_hex && base::to_lower(c) >= 'a' && base::to_lower(c) <= 'f');
  });
}

}  // namespace

bool decode(const XmlText& text, std::size_t limit, std::string& out, XmlFaults& faults) {
  auto rest = text.raw;
  while (!rest.empty() && out.size() < limit) {
    const char c = rest.front();
    if (c == '&' && !text.verbatim) {
      const auto end = rest.substr(0, kMaxEntity).find(';');
      const auto character =
          end == std::string_view::npos ? std::nullopt : character_of(rest.substr(1, end - 1));
      if (character) {
        append_utf8(out, *character);
        rest.remove_prefix(end + 1);
        continue;
      }
      // A character that XML does not have, by its number, is as little text as the byte itself.
      if (end != std::string_view::npos && is_number(rest.substr(1, end - 1))) {
        faults.bad_utf8 = true;
        out += kReplacement;
        rest.remove_prefix(end + 1);
        continue;
      }
      faults.unknown_entity = true;
    }
    const auto point = base::decode_utf8(rest);
    if (point.length == 0 || !is_xml_char(point.value)) {
      faults.bad_utf8 = true;
      out += kReplacement;
      rest.remove_prefix(std::max<std::size_t>(point.length, 1));
      continue;
    }
    out += rest.substr(0, point.length);
    rest.remove_prefix(point.length);
  }
  const bool whole = rest.empty() && out.size() <= limit;
  // A character that the limit cuts goes as a whole.
  while (out.size() > limit) {
    while ((static_cast<unsigned char>(out.back()) & 0xc0U) == 0x80U) out.pop_back();
    out.pop_back();
  }
  return whole;
}

// Behind a name that white space or a slash follows.
XmlScanner::Tag XmlScanner::tag_with_more(std::string_view window, std::string_view name, std::size_t at,
                                          bool last) {
  const auto begin = at;
  char quote = 0;
  for (; at < window.size() && at - begin <= kMaxTag; ++at) {
    const char c = window[at];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '<') {
      return {};
    } else if (c == '>') {
      auto attributes = window.substr(begin, at - begin);
      const bool empty = attributes.ends_with('/');
      if (empty) attributes.remove_suffix(1);
      attributes = base::trim(attributes);
      const bool separate = attributes.empty() || detail::is_xml_space(window[begin]);
      // "a <b and c> d" is text: what stands in a tag behind its name has a value.
      if (!separate || (!attributes.empty() && attributes.find('=') == std::string_view::npos)) return {};
      return {.kind = empty ? Markup::empty : Markup::open,
              .raw_name = name,
              .attributes = attributes,
              .end = at + 1};
    }
  }
  return {.kind = at < window.size() || last ? Markup::none : Markup::more};
}

// At "<!" or "<?".
XmlScanner::Tag XmlScanner::declaration_at(std::string_view window, std::size_t at, bool last) {
  constexpr std::pair<std::string_view, Markup> kBegins[] = {{"<!--", Markup::comment},
                                                             {"<![CDATA[", Markup::cdata},
                                                             {"<!DOCTYPE", Markup::doctype},
                                                             {"<?", Markup::instruction}};
  const auto rest = window.substr(at);
  for (const auto& [begin, kind] : kBegins) {
    if (rest.starts_with(begin))
      return {.kind = kind, .raw_name = {}, .attributes = {}, .end = at + begin.size()};
    if (!last && begin.starts_with(rest)) return {.kind = Markup::more};
  }
  return {};
}

std::size_t XmlScanner::skip(std::string_view window, std::size_t at, bool last) {
  if (mode_ == Mode::doctype) {
    for (; at < window.size(); ++at) {
      if (window[at] == '[') ++brackets_;
      if (window[at] == ']') --brackets_;
      if (window[at] != '>' || brackets_ > 0) continue;
      mode_ = Mode::content;
      return at + 1;
    }
  } else {
    const std::string_view end = mode_ == Mode::comment ? "-->" : "?>";
    const auto found = window.find(end, at);
    if (found != std::string_view::npos) {
      mode_ = Mode::content;
      return found + end.size();
    }
    // The begin of its end may stand here.
    if (!last) return std::max(at, window.size() - std::min(window.size(), end.size() - 1));
  }
  faults_.cut_short = faults_.cut_short || last;
  return window.size();
}

}  // namespace rampart::reports
