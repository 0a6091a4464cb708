// Who asks behind a proxy: the address that X-Forwarded-For or Forwarded (RFC 7239) names, as far as the proxies that say so are trusted.
//
// Each proxy appends whom it was asked by, so the list is read from its right end: the first address there that is no trusted proxy is the
// client's, and what stands left of it anyone may have written. A proxy passes on the field that it does not know as the client sent it;
// so exactly one of the two fields is read, which the operator names.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/ip.h"
#include "net/http/response.h"

namespace rampart::net::http {

inline constexpr std::size_t kMaxHops =
    32;  // addresses of such a list that are looked at, from its end; our own

struct Network {
  base::IpAddress address;
  unsigned length = 0;  // bits of the prefix

  [[nodiscard]] bool has(const base::IpAddress& one) const {
    return one.unmapped().in_prefix(address, length);
  }
};
// 192.0.2.1, 192.0.2.0/24, 2001:db8::/32. Nothing when it is malformed.
std::optional<Network> parse_network(std::string_view text);

enum class ForwardField : std::uint8_t {
  x_forwarded,  // X-Forwarded-For and X-Forwarded-Proto
  forwarded     // Forwarded
};

struct Client {
  base::IpAddress address;
  bool secure = false;
  friend bool operator==(const Client&, const Client&) = default;
};
// `socket` is the other end of the socket, and `secure` whether it speaks TLS with us. Fields count only when `socket` is one of
// `trusted`; an address there that is malformed, unknown or hidden ends the search, and the proxy that said so is the client.
Client client_of(const Fields& fields, const Client& socket, std::span<const Network> trusted,
                 ForwardField field);

}  // namespace rampart::net::http
