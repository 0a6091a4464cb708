// rampart demo: a server over an invented country, with a past of a month and mail that comes while one looks. It listens on this machine
// alone, asks nothing of the net and connects to nobody: what would do so is not in the process.
//
//   TRY(run_demo({.folder = "/tmp/rampart-demo", .port = 8898}, schema, host));
#pragma once

#include <cstdint>
#include <string>

#include "base/config.h"
#include "server/serve/serve.h"

namespace rampart::server::demo {

struct DemoOptions {
  std::string folder;
  std::uint16_t port = 8898;
};

// `host` without read_config and stage. Until it is told to end. Errors are those of DemoFolder::make() and serve().
base::Result<> run_demo(const DemoOptions& options, const base::Schema& schema, ServeHost host);

}  // namespace rampart::server::demo
