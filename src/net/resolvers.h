// Which resolvers the system uses.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"
#include "base/result.h"

namespace rampart::net {

using base::Endpoint;

inline constexpr std::uint16_t kDnsPort = 53;
inline constexpr std::size_t kMaxResolvers = 16;  // our own: more gain nothing

// 127.0.0.0/8 and ::1: no network between it and us, so its AD bit and a fixed source port are safe.
bool is_loopback(const base::IpAddress& address);

// The `nameserver` lines of a resolv.conf(5) text, in order. Lines with a scoped (`%eth0`) or broken address
// are skipped.
std::vector<Endpoint> parse_resolv_conf(std::string_view text);

// The system's resolvers. A file that is missing or names none means the local host (resolv.conf(5)).
base::Result<std::vector<Endpoint>> system_resolvers(const std::string& path = "/etc/resolv.conf");

}  // namespace rampart::net
