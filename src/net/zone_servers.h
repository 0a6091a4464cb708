// The servers of a name's own zone, for `--authoritative`.
//
// The zone is found by asking the resolvers for the NS records of the name and of everything above it; the
// deepest name that has some is the zone's apex (for DS, which lives in the parent zone, the search begins
// one label up: RFC 4035 section 3.1.4.1). Then the addresses of up to six of these servers are asked for,
// and the questions go straight there, without RD. So a change shows at once, while what finds the zone may
// be cached. A referral from such a server is unknown, as everywhere.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "facts/provider.h"
#include "net/server.h"

namespace rampart::net {

struct ZoneServersOptions {
  std::uint16_t port = kDnsPort;
  bool allow_private = false;  // strangers' NS records name the addresses; without this only public ones
};

class ZoneServers {
 public:
  struct Found {
    ServerSetPtr servers;  // null when they could not be found
    facts::Why why = facts::Why::none;
    std::string detail;
  };
  using Callback = std::function<void(Found)>;
  using Make = std::function<std::shared_ptr<Server>(const Endpoint&)>;

  static constexpr std::size_t kMaxNames = 6;    // servers of a zone that are looked up; our own
  static constexpr std::size_t kMaxServers = 8;  // addresses that are asked; our own
  static constexpr std::size_t kMaxZones = 100;  // remembered with their sockets; our own
  static constexpr std::chrono::seconds kFindFor{15};

  ZoneServers(boost::asio::io_context& io, facts::Provider& resolver, const ZoneServersOptions& options,
              Make make);

  // `done` runs later, or at once for a zone that is remembered through its name.
  void find(const dns::Name& name, dns::RrType type, Callback done);
  void tick(Server::Time now);
  void cancel();

 private:
  void find_addresses(const dns::Name& zone, const std::vector<dns::Name>& names, Callback done);
  Found remember(const dns::Name& zone, const std::vector<facts::Fact>& addresses);

  boost::asio::io_context& io_;
  facts::Provider& resolver_;
  ZoneServersOptions options_;
  Make make_;
  std::map<dns::Name, ServerSetPtr> zones_;
};

}  // namespace rampart::net
