// Where a name server listens, and which ones the system uses.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"
#include "base/result.h"

namespace rampart::net {

inline constexpr std::uint16_t kDnsPort = 53;
inline constexpr std::size_t kMaxResolvers = 16;  // our own: more gain nothing

struct Endpoint {
  base::IpAddress address;
  std::uint16_t port = kDnsPort;
  // "192.0.2.1:53", "[2001:db8::1]:53"
  [[nodiscard]] std::string text() const;
  // 127.0.0.0/8 and ::1: no network between it and us, so its AD bit and a fixed source port are safe.
  [[nodiscard]] bool is_loopback() const;
  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

// "192.0.2.1", "192.0.2.1:5353", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:5353". An address, never a
// name: a resolver's name would need a resolver.
base::Result<Endpoint> parse_endpoint(std::string_view text, std::uint16_t default_port = kDnsPort);

// The `nameserver` lines of a resolv.conf(5) text, in order. Lines with a scoped (`%eth0`) or broken address
// are skipped.
std::vector<Endpoint> parse_resolv_conf(std::string_view text);

// The system's resolvers. A file that is missing or names none means the local host (resolv.conf(5)).
base::Result<std::vector<Endpoint>> system_resolvers(const std::string& path = "/etc/resolv.conf");

}  // namespace rampart::net
