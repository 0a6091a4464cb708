#include "server/setup/update_server.h"

namespace rampart::server {

using base::ErrorKind;
using base::Result;

Result<UpdateServer> update_server(const base::Config& config, const std::optional<base::Endpoint>& recorded,
                                   std::function<bool()> stop) {
  constexpr std::uint16_t kPort = 53;
  const auto& named = config.text("fix.server");
  const auto at = named.empty() ? recorded : base::parse_endpoint(named, kPort);
  if (!at)
    return base::fail(ErrorKind::usage, "no server was named that takes updates of the zone", {},
                      "name the zone's primary with --server ADDRESS, or as server in [fix] of the "
                      "configuration");
  const auto& file = config.text("fix.key_file");
  if (file.empty())
    return base::fail(
        ErrorKind::usage, "no key was named that signs updates", {},
        "name the TSIG key's file with --key FILE, or as key_file in [fix] of the configuration");
  net::TcpOptions tcp;
  tcp.timeout = config.duration("fix.timeout");
  tcp.stop = std::move(stop);
  return UpdateServer{*at, TRY(net::load_tsig_key(file)), std::move(tcp)};
}

}  // namespace rampart::server
