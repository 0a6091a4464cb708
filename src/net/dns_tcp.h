// One question to one name server over TCP, and its reply: for servers that are asked by name, one at a time, such as
// the one that updates go to. TCP (RFC 7766) because an update may be large, and because nobody off the path can make
// up a reply. Blocks its caller; the live provider (live_provider.h) is for everything else.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"
#include "base/result.h"
#include "dns/record_set.h"

namespace rampart::net {

struct TcpOptions {
  std::chrono::milliseconds timeout{10'000};  // from connecting to the last byte
  std::function<bool()> stop;                 // asked several times a second; true gives up
};

// The reply's bytes, without their length. Of an error `sent` says whether the server may have got the whole packet.
base::Result<std::string> exchange_tcp(const base::Endpoint& server, std::string_view packet,
                                       const TcpOptions& options, bool* sent = nullptr);

// Those of a host's addresses that this machine has a way to; all of them when it has one to none. Nothing is sent.
std::vector<base::IpAddress> reachable(const std::vector<base::IpAddress>& addresses);

// What a server that is asked without recursion says of a name and type.
struct ServerSays {
  std::uint16_t rcode = 0;
  bool authoritative = false;
  dns::RecordSet set;             // empty when it has none
  bool alias = false;             // a CNAME stands there, or a DNAME above; never of a question for CNAME
  std::optional<dns::Name> zone;  // the apex of the zone, where it said so: the owner of a SOA record
  // Seconds that "there is none" may be remembered for, of that SOA record (RFC 2308 section 5).
  std::optional<std::uint32_t> negative_ttl;
};
base::Result<ServerSays> ask_server(const base::Endpoint& server, const dns::Name& name, dns::RrType type,
                                    const TcpOptions& options);

// The reply to such a question read; pure.
base::Result<ServerSays> read_reply(std::string_view wire, std::uint16_t id, const dns::Name& name,
                                    dns::RrType type);

}  // namespace rampart::net
