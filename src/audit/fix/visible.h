// Whether what was published is to be seen at every server that answers for the zone.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "audit/fix/publish.h"
#include "audit/runner.h"

namespace rampart::audit::fix {

inline constexpr std::size_t kMaxNameServers = 64;  // addresses that are asked; our own

struct NameServer {
  dns::Name name;
  std::optional<base::Endpoint> at;  // nothing: not asked
  bool visible = false;
  std::string why;  // unless visible
};

struct Addresses {
  std::vector<base::IpAddress> found;
  std::string trouble;  // why they are not known, or not all
};
// A and AAAA.
Addresses read_addresses(const dns::Name& name, facts::Facts& facts);

// The addresses of a name; an error says why they could not be found out.
using AddressesOf = std::function<base::Result<std::vector<base::IpAddress>>(const dns::Name&)>;
// Asks a lane, in the caller's thread.
AddressesOf addresses_through(const Lane& lane, facts::DriveOptions drive);

struct VisibleOptions {
  base::Endpoint server;  // that updates went to; where it is one of the zone's, it is asked at this port
  bool allow_private = false;  // ask addresses that are not public, other than the server's
  std::chrono::milliseconds wait{120'000};
  net::TcpOptions tcp;
};

// The servers of the zone's NS records as `primary` has them; those that cannot be asked say why.
base::Result<std::vector<NameServer>> name_servers(const Primary& primary, const dns::Name& zone,
                                                   const AddressesOf& addresses,
                                                   const VisibleOptions& options);

// Asks each again and again until it serves the last state of every RRset that was changed, or `wait` is over.
void wait_until_visible(std::vector<NameServer>& servers, const std::vector<Update>& updates,
                        const VisibleOptions& options);

}  // namespace rampart::audit::fix
