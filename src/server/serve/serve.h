// rampart serve: the parts of a server put together, run until it is told to stop.
//
//   TRY(serve(config, {.read_config = …, .print = …, .is_terminal = true}));
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "base/config.h"
#include "net/http/assets.h"
#include "server/serve/stage.h"

namespace rampart::server {

struct ServeHost {
  // The configuration as it is now, for SIGHUP.
  std::function<base::Result<base::Config>()> read_config;
  std::function<base::Result<>(std::string_view)> print;  // standard output
  std::span<const net::http::Asset> console = {};         // the console's files (server/console.h)
  const Stage* stage = nullptr;  // of a demonstration, which outlives it; nullptr: there is the world
  bool is_terminal =
      false;  // somebody sees that: the link of the first start is printed there, and otherwise into its file alone
};

// Until SIGTERM or SIGINT; what is under way then is finished, as far as server.grace allows. An error when it cannot begin, or when a part
// that others lean on ended by a fault of ours.
base::Result<> serve(const base::Config& config, ServeHost host);

}  // namespace rampart::server
