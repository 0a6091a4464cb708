// The server that takes updates of a zone, and what is asked before something is changed there.
#pragma once

#include <optional>
#include <string_view>

#include <CLI/CLI.hpp>

#include "audit/fix/publish.h"
#include "cli/session.h"
#include "net/tsig_key.h"

namespace rampart::cli {

// The server that updates go to, with the key.
struct UpdateServer {
  base::Endpoint at;
  net::TsigKey key;
  net::TcpOptions tcp;

  [[nodiscard]] audit::fix::Primary primary() const { return audit::fix::primary_of(at, key, tcp); }
};

// fix.server and fix.key_file; `recorded` is the server where none is named. Errors are of kind usage, or about the key.
base::Result<UpdateServer> update_server(const base::Config& config,
                                         const std::optional<base::Endpoint>& recorded);

void add_server_options(CLI::App& command, Session& session);

// Asks, unless `yes`; an error when nobody is there to be asked.
base::Result<bool> confirmed(Session& session, std::string_view question, bool yes);

}  // namespace rampart::cli
