#include "guard/inspect/url/host.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "dns/confusables.h"
#include "dns/domain.h"

namespace rampart::guard::url {
namespace {

// Forbidden in a domain (https://url.spec.whatwg.org/#forbidden-domain-code-point).
bool is_forbidden(char c) {
  return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f ||
         std::string_view("#/:<>?@[\\]^|%\"`{}").find(c) != std::string_view::npos;
}

// What browsers drop from a host before they look it up (UTS 46, ignored).
bool is_ignored(char32_t c) {
  return c == 0xad || c == 0x200b || c == 0x2060 || c == 0x2064 || c == 0xfeff || c == 0x34f ||
         (c >= 0x180b && c <= 0x180d) || (c >= 0xfe00 && c <= 0xfe0f);
}

// The ASCII character that a wide or enclosed one is mapped to (UTS 46); 0 for any other. Digits and dots have to be known
// before a host can be taken for an address.
char mapped(char32_t c) {
  if (c >= 0xff01 && c <= 0xff5e) return static_cast<char>(c - 0xff01 + 0x21);
  if (c == 0x3002 || c == 0xff61 || c == 0xfe52 || c == 0x2024) return '.';
  if (c >= 0x2460 && c <= 0x2468) return static_cast<char>(c - 0x2460 + '1');
  if (c == 0x24ea) return '0';
  if (c >= 0x24b6 && c <= 0x24cf) return static_cast<char>(c - 0x24b6 + 'a');
  if (c >= 0x24d0 && c <= 0x24e9) return static_cast<char>(c - 0x24d0 + 'a');
  if (c >= 0x1d7ce && c <= 0x1d7ff) return static_cast<char>((c - 0x1d7ce) % 10 + '0');
  if (c == 0xb2 || c == 0xb3) return static_cast<char>(c - 0xb2 + '2');
  if (c == 0xb9) return '1';
  return 0;
}

std::string map_characters(std::string_view text, std::uint32_t& odd) {
  std::string out;
  while (!text.empty()) {
    const auto [length, value] = base::decode_utf8(text);
    const auto size = std::max<std::size_t>(length, 1);
    if (length > 1 && is_ignored(value)) {
      odd |= kIgnoredInHost;
    } else if (const char plain = length > 1 ? mapped(value) : '\0'; plain != 0) {
      odd |= kMappedHost;
      out += plain;
    } else {
      out += text.substr(0, size);
    }
    text.remove_prefix(size);
  }
  return out;
}

// One part of an IPv4 address: decimal, 0octal or 0xhex. Nothing when it is none; more than 32 bits become all ones.
std::optional<std::uint64_t> ipv4_number(std::string_view part, bool& is_plain) {
  if (part.empty()) return std::nullopt;
  unsigned radix = 10;
  if (part.size() >= 2 && part[0] == '0') {
    is_plain = false;
    radix = base::to_lower(part[1]) == 'x' ? 16 : 8;
    part.remove_prefix(radix == 16 ? 2 : 1);
  }
  std::uint64_t value = 0;
  for (const char raw : part) {
    const char c = base::to_lower(raw);
    const bool is_letter = c >= 'a' && c <= 'f';
    if (!is_letter && !base::is_digit(c)) return std::nullopt;
    const auto digit = static_cast<unsigned>(is_letter ? c - 'a' + 10 : c - '0');
    if (digit >= radix) return std::nullopt;
    value = std::min<std::uint64_t>(value * radix + digit, 0xffff'ffff'ffffULL);
  }
  return value;
}

// Whether the host is meant for an IPv4 address (https://url.spec.whatwg.org/#ends-in-a-number-checker).
bool ends_in_number(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  const auto dot = host.rfind('.');
  const auto last = dot == std::string_view::npos ? host : host.substr(dot + 1);
  if (last.empty()) return false;
  if (std::ranges::all_of(last, base::is_digit)) return true;
  bool is_plain = true;
  return base::istarts_with(last, "0x") && ipv4_number(last, is_plain).has_value();
}

std::optional<std::uint32_t> ipv4(std::string_view host, bool& is_plain) {
  if (host.ends_with('.')) host.remove_suffix(1);
  if (std::ranges::count(host, '.') > 3) return std::nullopt;
  const auto parts = base::split(host, '.');
  if (parts.size() != 4) is_plain = false;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto number = ipv4_number(parts[i], is_plain);
    if (!number) return std::nullopt;
    const bool is_last = i + 1 == parts.size();
    const auto bits = is_last ? 8 * (5 - parts.size()) : 8;  // the last part fills what is left
    if (*number >= std::uint64_t{1} << bits) return std::nullopt;
    value = value << bits | *number;
  }
  return static_cast<std::uint32_t>(value);
}

void set_invalid(std::string_view written, Url& out) {
  out.host_kind = HostKind::invalid;
  out.host = written.substr(0, kMaxHost);
}

void read_ipv6(std::string_view written, Url& out) {
  auto inner = written.substr(1);
  if (inner.ends_with(']')) inner.remove_suffix(1);
  const auto address = base::IpAddress::parse(inner);
  if (!written.ends_with(']') || !address || !address->is_v6()) return set_invalid(written, out);
  out.address = address->unmapped();
  const bool is_mapped = out.address.is_v4();  // [::ffff:192.0.2.1] is where 192.0.2.1 is
  if (is_mapped) out.odd |= kNumberHost;
  out.host_kind = is_mapped ? HostKind::ipv4 : HostKind::ipv6;
  out.host = is_mapped ? out.address.text() : fmt::format("[{}]", address->text());
}

}  // namespace

void read_host(std::string_view written, Url& out) {
  if (written.empty() || written.size() > kMaxHost) return set_invalid(written, out);
  if (written.starts_with('[')) return read_ipv6(written, out);
  std::string host(written);
  if (host.find('%') != std::string::npos) {
    out.odd |= kPercentHost;
    host = percent_decode(host);
  }
  if (!base::is_ascii(host)) host = map_characters(host, out.odd);
  if (ends_in_number(host)) {
    bool is_plain = true;
    const auto address = ipv4(host, is_plain);
    if (!address) return set_invalid(written, out);
    out.host_kind = HostKind::ipv4;
    out.address = base::IpAddress::v4(*address);
    out.host = out.address.text();
    if (!is_plain) out.odd |= kNumberHost;
    return;
  }
  if (host.empty() || host.ends_with("..") || std::ranges::any_of(host, is_forbidden))
    return set_invalid(written, out);
  std::optional<dns::Name> name;
  if (base::is_ascii(host)) {
    if (host.ends_with('.')) out.odd |= kFinalDot;
    name =
        dns::Name::from_raw(host.ends_with('.') ? std::string_view(host).substr(0, host.size() - 1) : host);
  } else if (const auto parsed = dns::parse_domain(host)) {
    name = *parsed;
  }
  if (!name || name->is_root()) return set_invalid(written, out);
  out.host_kind = HostKind::domain;
  out.name = *name;
  out.host = name->text();
}

}  // namespace rampart::guard::url
