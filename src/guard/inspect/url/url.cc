#include "guard/inspect/url/url.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "dns/domain.h"
#include "dns/known_suffix.h"
#include "guard/inspect/url/host.h"

namespace rampart::guard::url {
namespace {

struct Special {
  std::string_view scheme;
  std::uint16_t port;
};
constexpr std::array kSpecial{Special{"https", 443}, Special{"http", 80}, Special{"ftp", 21},
                              Special{"wss", 443}, Special{"ws", 80}};

// Top-level domains that are ends of files' names, too: invoice.zip alone is a file.
constexpr std::array<std::string_view, 7> kFileEndings{"zip", "mov", "md", "sh", "py", "ps", "rs"};

bool is_slash(char c) { return c == '/' || c == '\\'; }
bool is_control_or_space(char c) { return static_cast<unsigned char>(c) <= 0x20; }

// Without controls and spaces around it, and tabs and line ends within (https://url.spec.whatwg.org/#concept-basic-url-parser).
std::string clean(std::string_view text, std::uint32_t& odd) {
  const auto whole = text.size();
  while (!text.empty() && is_control_or_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_control_or_space(text.back())) text.remove_suffix(1);
  if (text.size() != whole) odd |= kControl;
  std::string out(text);
  if (std::erase_if(out, [](char c) { return c == '\t' || c == '\n' || c == '\r'; }) != 0) odd |= kWhiteSpace;
  return out;
}

// The scheme at the beginning, without its colon; empty when there is none.
std::string_view scheme_of(std::string_view text) {
  const auto colon = text.substr(0, kMaxScheme + 1).find(':');
  if (colon == std::string_view::npos || colon == 0 || !base::is_alpha(text[0])) return {};
  const auto scheme = text.substr(0, colon);
  const bool is_scheme = std::ranges::all_of(
      scheme, [](char c) { return base::is_alnum(c) || c == '+' || c == '-' || c == '.'; });
  return is_scheme ? scheme : std::string_view();
}

void put_rest(std::string_view rest, Url& out) {
  if (rest.size() > kMaxUrl) {
    rest = rest.substr(0, kMaxUrl);
    out.odd |= kCut;
  }
  if (const auto hash = rest.find('#'); hash != std::string_view::npos) {
    out.fragment = rest.substr(hash + 1);
    rest = rest.substr(0, hash);
  }
  if (const auto mark = rest.find('?'); mark != std::string_view::npos) {
    out.query = rest.substr(mark + 1);
    rest = rest.substr(0, mark);
  }
  out.path = rest;
  if (!is_special(out.scheme)) return;
  std::ranges::replace(out.path, '\\', '/');
  if (out.path.empty()) out.path = "/";
}

// user:password@; what is behind the last @ is the host.
std::string_view take_user(std::string_view authority, Url& out) {
  const auto at = authority.rfind('@');
  if (at == std::string_view::npos) return authority;
  auto user = authority.substr(0, at);
  if (!user.empty()) out.odd |= kUserinfo;
  if (const auto colon = user.find(':'); colon != std::string_view::npos) {
    if (colon + 1 < user.size()) out.odd |= kPassword;
    user = user.substr(0, colon);
  }
  out.user = user.substr(0, kMaxUserinfo);
  if (user.find('.') != std::string_view::npos) out.odd |= kUserLooksLikeHost;
  return authority.substr(at + 1);
}

std::string_view take_port(std::string_view host, Url& out) {
  const auto colon = host.rfind(':');
  const auto bracket = host.rfind(']');
  if (colon == std::string_view::npos || (bracket != std::string_view::npos && bracket > colon)) return host;
  const auto digits = host.substr(colon + 1);
  const auto number = base::parse_number(digits);
  // A port that is none leaves the colon in the host, which makes it invalid, as the whole is to a browser.
  if (!digits.empty() && (!number || *number > 65535)) return host;
  const auto special = std::ranges::find(kSpecial, out.scheme, &Special::scheme);
  if (number && (special == kSpecial.end() || special->port != *number))
    out.port = static_cast<std::uint16_t>(*number);
  return host.substr(0, colon);
}

// All behind the slashes.
void put_authority(std::string_view text, Url& out) {
  const bool special = is_special(out.scheme);
  const auto end = std::min(text.size(), text.find_first_of(special ? "/\\?#" : "/?#"));
  const auto authority = text.substr(0, end);
  if (end < text.size() && text[end] == '\\') out.odd |= kBackslash;
  const auto host = take_port(take_user(authority, out), out);
  if (!host.empty() || special) read_host(host, out);
  put_rest(text.substr(end), out);
}

void put_special(std::string_view behind, Url& out) {
  std::size_t slashes = 0;
  while (slashes < behind.size() && is_slash(behind[slashes])) {
    if (behind[slashes] == '\\') out.odd |= kBackslash;
    ++slashes;
  }
  if (slashes != 2) out.odd |= kSlashes;
  put_authority(behind.substr(slashes), out);
}

std::optional<Url> parse_clean(std::string_view text, std::uint32_t odd) {
  Url out;
  out.odd = odd;
  if (text.size() > 2 && is_slash(text[0]) && is_slash(text[1])) {
    out.scheme = "https";
    out.odd |= kNoScheme;
    put_special(text, out);
    return out;
  }
  const auto scheme = scheme_of(text);
  if (scheme.empty()) return std::nullopt;
  out.scheme = base::lower(scheme);
  const auto behind = text.substr(scheme.size() + 1);
  if (is_special(out.scheme)) {
    put_special(behind, out);
  } else if (behind.starts_with("//") && out.scheme != "javascript" && out.scheme != "data") {
    put_authority(behind.substr(2), out);
  } else {
    put_rest(behind, out);
  }
  return out;
}

// What %41 at the beginning of a text stands for; -1: it is none.
int escaped_byte(std::string_view text) {
  const auto digit = [](char c) {
    const char lower = base::to_lower(c);
    return base::is_digit(c) ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  };
  const int high = text.size() < 3 ? -1 : digit(text[1]);
  const int low = high < 0 ? -1 : digit(text[2]);
  return low < 0 ? -1 : high * 16 + low;
}

}  // namespace

bool is_special(std::string_view scheme) {
  return std::ranges::find(kSpecial, scheme, &Special::scheme) != kSpecial.end();
}

std::string Url::text() const {
  std::string out = scheme + ':';
  if (host_kind != HostKind::none) (out += "//") += host;
  if (port != 0) out += fmt::format(":{}", port);
  out += path;
  if (!query.empty()) (out += '?') += query;
  if (!fragment.empty()) (out += '#') += fragment;
  return out;
}

std::optional<dns::Name> Url::registered() const {
  if (host_kind != HostKind::domain) return std::nullopt;
  return dns::registered_domain(name);
}

std::optional<Url> parse(std::string_view text) {
  std::uint32_t odd = 0;
  const auto cleaned = clean(text, odd);
  return parse_clean(cleaned, odd);
}

std::optional<Url> parse_shown(std::string_view text) {
  std::uint32_t odd = 0;
  const auto cleaned = clean(text, odd);
  const auto scheme = scheme_of(cleaned);
  // example.com:8080 has no scheme, for all its colon.
  if (!scheme.empty() && (scheme.find('.') == std::string_view::npos || cleaned.find("://") == scheme.size()))
    return parse_clean(cleaned, odd);
  if (cleaned.find_first_of(" \"<>") != std::string::npos) return std::nullopt;
  Url out;
  out.scheme = "http";
  out.odd = odd | kNoScheme;
  put_authority(cleaned, out);
  const auto top = out.host_kind == HostKind::domain ? out.name.label(out.name.label_count() - 1) : "";
  const bool is_alone =
      cleaned.find_first_of("/?#:") == std::string::npos && !base::istarts_with(cleaned, "www.");
  if (is_alone && std::ranges::find(kFileEndings, top) != kFileEndings.end()) return std::nullopt;
  const bool is_plausible = out.host_kind == HostKind::ipv4
                                ? !out.is(kNumberHost)
                                : out.host_kind == HostKind::domain && out.name.label_count() >= 2 &&
                                      dns::has_known_suffix(out.name);
  if (out.is(kUserinfo) || !is_plausible) return std::nullopt;
  return out;
}

std::optional<Url> resolve(const Url& base, std::string_view text) {
  std::uint32_t odd = 0;
  const auto cleaned = clean(text, odd);
  const bool has_slash = !cleaned.empty() && is_slash(cleaned[0]);
  if (has_slash && cleaned.size() > 1 && is_slash(cleaned[1])) {
    auto out = parse_clean(cleaned, odd);
    if (out && is_special(base.scheme)) out->scheme = base.scheme;
    return out;
  }
  if (auto absolute = parse_clean(cleaned, odd)) return absolute;
  if (!is_special(base.scheme)) return std::nullopt;
  Url out = base;
  out.odd = odd;
  out.user.clear();
  out.fragment.clear();
  if (cleaned.starts_with('#') || cleaned.empty()) {
    out.fragment = std::string_view(cleaned).substr(cleaned.empty() ? 0 : 1, kMaxUrl);
    return out;
  }
  out.query.clear();
  if (cleaned.starts_with('?')) {
    const auto path = out.path;
    put_rest(cleaned, out);
    out.path = path;
    return out;
  }
  const auto folder = base.path.substr(0, base.path.rfind('/') + 1);
  put_rest(cleaned, out);
  out.path = without_dots(has_slash ? out.path : (folder.empty() ? "/" : folder) + out.path);
  return out;
}

std::string without_dots(std::string_view path) {
  std::vector<std::string_view> kept;
  if (path.empty()) return "/";
  auto parts = base::split(path.front() == '/' ? path.substr(1) : path, '/');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool is_last = i + 1 == parts.size();
    const bool is_up = parts[i] == "..";
    if (is_up && !kept.empty()) kept.pop_back();
    if (!is_up && parts[i] != ".") {
      kept.push_back(parts[i]);
    } else if (is_last) {
      kept.emplace_back();
    }
  }
  std::string out;
  for (const auto part : kept) (out += '/') += part;
  return out.empty() ? "/" : out;
}

std::string normal_escapes(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int byte = text[i] == '%' ? escaped_byte(text.substr(i)) : -1;
    if (byte < 0) {
      out += text[i];
      continue;
    }
    const auto c = static_cast<char>(byte);
    if (base::is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~')
      out += c;
    else
      out += fmt::format("%{:02X}", byte);
    i += 2;
  }
  return out;
}

std::string normal_path(std::string_view path) {
  auto out = normal_escapes(path);
  std::ranges::replace(out, '\\', '/');
  return without_dots(out);
}

std::string percent_decode(std::string_view text, bool plus) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (const int byte = text[i] == '%' ? escaped_byte(text.substr(i)) : -1; byte >= 0) {
      out += static_cast<char>(byte);
      i += 2;
    } else {
      out += plus && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

}  // namespace rampart::guard::url
