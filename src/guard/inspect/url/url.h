// URLs as strangers write them and browsers read them (https://url.spec.whatwg.org), and what was odd about the writing.
//
//   url::parse("hTTps:\\\\ex%61mple.com@0x7f.1:8443/a?b#c")
//     scheme "https", host 127.0.0.1 (ipv4), port 8443, path "/a", query "b", fragment "c"; odd: backslash, userinfo,
//     number_host
//   url::parse("пример.example")                  nothing: it has no scheme
//   url::parse_shown("www.example.com/login")     as a mail client links it: http://www.example.com/login
//
// Pure, linear in the bytes, no recursion.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ip.h"
#include "dns/name.h"

namespace rampart::guard::url {

// All our own. A longer text is read to the end of its host; what is behind is cut at the limit.
inline constexpr std::size_t kMaxUrl = 16384;     // bytes kept of path, query and fragment together
inline constexpr std::size_t kMaxScheme = 32;     // bytes; a longer one is none
inline constexpr std::size_t kMaxHost = 1024;     // bytes, as written; a longer one is no domain
inline constexpr std::size_t kMaxUserinfo = 256;  // bytes kept

enum class HostKind : std::uint8_t {
  none,     // a scheme without a host (data:, javascript:, mailto:)
  domain,   // `name` holds it
  ipv4,     // `address` holds it
  ipv6,     // the same
  invalid,  // no browser would open it, or we cannot say which name is meant
};

// How it was written, where that differs from plain.
enum Oddity : std::uint32_t {
  kBackslash = 1U << 0,          // for a slash before the path
  kWhiteSpace = 1U << 1,         // tabs or line ends within, which browsers take out
  kSlashes = 1U << 2,            // fewer or more than two behind the scheme
  kUserinfo = 1U << 3,           // a user before @
  kPassword = 1U << 4,           // and a password
  kUserLooksLikeHost = 1U << 5,  // the user has a dot, as in http://bank.example@…
  kNumberHost =
      1U
      << 6,  // an IPv4 address as a number, in octal or hexadecimal, in fewer than four parts or within IPv6
  kPercentHost = 1U << 7,    // percent-encoding in the host
  kMappedHost = 1U << 8,     // characters in the host that are mapped to others (ｅ, ①, 。)
  kIgnoredInHost = 1U << 9,  // characters in the host that are dropped (soft hyphen, zero width)
  kNoScheme = 1U << 10,      // none was written (//host, www.…, host/path)
  kControl = 1U << 11,       // control characters or spaces before or behind
  kCut = 1U << 12,           // longer than kMaxUrl
  kFinalDot = 1U << 13,      // the host ends in a dot
};

struct Url {
  std::string scheme;  // lower case: "https"
  std::string user;    // as written
  std::string
      host;  // as compared: "example.com", "127.0.0.1", "[2001:db8::1]"; of an invalid one what was written
  HostKind host_kind = HostKind::none;
  dns::Name name;           // of a domain, in A-labels
  base::IpAddress address;  // of ipv4 and ipv6
  std::uint16_t port = 0;   // 0: none was written, or the scheme's own
  std::string
      path;  // with its slash; of a scheme without host all behind the colon. As written, without tabs and line ends
  std::string query;      // without ?
  std::string fragment;   // without #
  std::uint32_t odd = 0;  // of Oddity

  [[nodiscard]] bool is(Oddity oddity) const { return (odd & oddity) != 0; }
  [[nodiscard]] bool is_web() const { return scheme == "http" || scheme == "https"; }
  [[nodiscard]] bool has_host() const {
    return host_kind != HostKind::none && host_kind != HostKind::invalid;
  }
  // https://example.com:8443/a?b#c, without user and password. Bytes of strangers: for people use base::printable().
  [[nodiscard]] std::string text() const;
  // The domain that somebody registered (by the public suffix list); nothing of an address or a public suffix.
  [[nodiscard]] std::optional<dns::Name> registered() const;
};

// Whether http, https, ftp, ws or wss, which have a host whatever follows the colon.
bool is_special(std::string_view scheme);

// Nothing when no scheme stands at its beginning. //host/path is taken for https.
std::optional<Url> parse(std::string_view text);
// What a person would take for a URL, too: www.example.com, example.com/path, example.com; for http. Nothing for other texts,
// for domains below no known suffix, and for names of files (invoice.zip).
std::optional<Url> parse_shown(std::string_view text);
// `text` as a reference at `base`: absolute, //host, /path, ?query, #fragment or a relative path.
std::optional<Url> resolve(const Url& base, std::string_view text);

// A path without . and .., as browsers and servers read it (https://url.spec.whatwg.org/#path-state).
std::string without_dots(std::string_view path);
// Percent-encoding in one form (RFC 3986 section 6.2.2): unreserved characters as themselves, all others with upper-case digits.
std::string normal_escapes(std::string_view text);
// A path in one form: both of these, and slashes for backslashes. "\\%61/x/%2e%2E/b" is "/a/b"; %2F stays apart from a slash.
std::string normal_path(std::string_view path);

// %41 becomes A; what is no percent-encoding stays. `plus` makes + a space.
std::string percent_decode(std::string_view text, bool plus = false);

}  // namespace rampart::guard::url
