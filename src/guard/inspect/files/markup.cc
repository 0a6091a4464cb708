#include "guard/inspect/files/markup.h"

#include <array>

#include "base/text.h"
#include "guard/inspect/files/utf16.h"

namespace rampart::guard::files {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// "w:t" is "t".
std::string_view local_name(std::string_view tag) {
  std::size_t end = 0;
  while (end < tag.size() && !is_space(tag[end]) && (tag[end] != '/' || end == 0)) ++end;
  const bool closes = tag.starts_with('/');
  auto name = tag.substr(closes ? 1 : 0, end - (closes ? 1 : 0));
  if (const auto colon = name.find(':'); colon != std::string_view::npos) name.remove_prefix(colon + 1);
  return name;
}

// The next tag from `at` on: without its brackets; empty at the end.
std::string_view next_tag(std::string_view xml, std::size_t& at) {
  const auto open = xml.find('<', at);
  if (open == std::string_view::npos) return {};
  const auto close = xml.find('>', open);
  if (close == std::string_view::npos) return {};
  at = close + 1;
  return xml.substr(open + 1, close - open - 1);
}

}  // namespace

void for_each_element(std::string_view xml, std::string_view name,
                      const std::function<void(std::string_view, std::size_t)>& call) {
  std::size_t at = 0;
  while (true) {
    const auto before = at;
    const auto tag = next_tag(xml, at);
    if (at == before) return;
    if (!tag.starts_with('/') && base::iequals(local_name(tag), name)) call(tag, at);
  }
}

std::string attribute(std::string_view tag, std::string_view name) {
  for (std::size_t at = 0; at < tag.size();) {
    const auto equals = tag.find('=', at);
    if (equals == std::string_view::npos) return {};
    auto end = equals;
    while (end > at && is_space(tag[end - 1])) --end;
    auto begin = end;
    while (begin > at && !is_space(tag[begin - 1])) --begin;
    auto quote = equals + 1;
    while (quote < tag.size() && is_space(tag[quote])) ++quote;
    if (quote >= tag.size() || (tag[quote] != '"' && tag[quote] != '\'')) {
      at = equals + 1;
      continue;
    }
    const auto close = tag.find(tag[quote], quote + 1);
    if (close == std::string_view::npos) return {};
    auto key = tag.substr(begin, end - begin);
    if (const auto colon = key.find(':'); colon != std::string_view::npos) key.remove_prefix(colon + 1);
    if (base::iequals(key, name)) return decode_references(tag.substr(quote + 1, close - quote - 1));
    at = close + 1;
  }
  return {};
}

std::string element_text(std::string_view xml, std::string_view name, std::string_view line, std::size_t most) {
  std::string out;
  std::size_t at = 0;
  while (out.size() < most) {
    const auto before = at;
    const auto tag = next_tag(xml, at);
    if (at == before) break;
    const auto local = local_name(tag);
    if (!line.empty() && tag.starts_with('/') && local == line) out += '\n';
    if (local != name || tag.starts_with('/') || tag.ends_with('/')) continue;
    const auto end = std::min(xml.find('<', at), xml.size());
    out += decode_references(xml.substr(at, std::min(end - at, most - out.size())));
  }
  return out;
}

std::string decode_references(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  constexpr std::size_t kLongest = 12;
  while (!text.empty()) {
    const auto semicolon = text.front() == '&' ? text.substr(0, kLongest).find(';') : std::string_view::npos;
    if (semicolon == std::string_view::npos) {
      out += text.front();
      text.remove_prefix(1);
      continue;
    }
    const auto name = text.substr(1, semicolon - 1);
    text.remove_prefix(semicolon + 1);
    if (name == "amp") out += '&';
    else if (name == "lt") out += '<';
    else if (name == "gt") out += '>';
    else if (name == "quot") out += '"';
    else if (name == "apos") out += '\'';
    else if (name.starts_with('#')) {
      char32_t c = 0;
      const bool is_hex = name.size() > 1 && base::to_lower(name[1]) == 'x';
      for (const char digit : name.substr(is_hex ? 2 : 1)) {
        const char low = base::to_lower(digit);
        const bool well = base::is_digit(low) || (is_hex && low >= 'a' && low <= 'f');
        c = well && c < 0x110000
                ? c * (is_hex ? 16 : 10) + static_cast<char32_t>(base::is_digit(low) ? low - '0' : low - 'a' + 10)
                : 0x110000;
      }
      put_utf8(out, c);
    }
  }
  return out;
}

}  // namespace rampart::guard::files
