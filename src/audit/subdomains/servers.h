// The name servers of the zone that a domain lies in, for a transfer. A decision over facts.
#pragma once

#include <string>
#include <vector>

#include "base/ip.h"
#include "facts/facts.h"
#include "net/probe_guard.h"

namespace rampart::audit::subdomains {

inline constexpr std::size_t kMaxTransferServers = 8;  // addresses that are tried; ours

struct ZoneServers {
  struct Server {
    dns::Name name;
    base::IpAddress address;
  };
  dns::Name zone;                  // the deepest name at or above the domain with NS records
  std::vector<Server> servers;     // that may be connected to
  std::vector<std::string> notes;  // which may not, or were not found, and why
};

// Looks from the domain up to its registered domain. `guard` says which addresses may be connected to: whoever holds
// the zone chooses them.
ZoneServers find_servers(const dns::Name& domain, const net::ProbeGuard& guard, facts::Facts& facts);

}  // namespace rampart::audit::subdomains
