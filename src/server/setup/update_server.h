// The server that takes updates of a zone, as the configuration names it.
#pragma once

#include <functional>
#include <optional>

#include "audit/fix/publish.h"
#include "base/config.h"
#include "net/tsig_key.h"

namespace rampart::server {

// The server that updates go to, with the key.
struct UpdateServer {
  base::Endpoint at;
  net::TsigKey key;
  net::TcpOptions tcp;

  [[nodiscard]] audit::fix::Primary primary() const { return audit::fix::primary_of(at, key, tcp); }
};

// fix.server and fix.key_file; `recorded` is the server where none is named. `stop` ends what is asked of it. Errors are of kind usage, or
// about the key.
base::Result<UpdateServer> update_server(const base::Config& config,
                                         const std::optional<base::Endpoint>& recorded,
                                         std::function<bool()> stop);

}  // namespace rampart::server
