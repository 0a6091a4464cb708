// The server that takes updates of a zone, and what is asked before something is changed there.
#pragma once

#include <optional>
#include <string_view>

#include <CLI/CLI.hpp>

#include "cli/session.h"
#include "server/setup/update_server.h"

namespace rampart::cli {

using server::UpdateServer;

// server::update_server(), ended by what interrupts the program.
base::Result<server::UpdateServer> update_server(const base::Config& config,
                                                 const std::optional<base::Endpoint>& recorded);

void add_server_options(CLI::App& command, Session& session);

// Asks, unless `yes`; an error when nobody is there to be asked.
base::Result<bool> confirmed(Session& session, std::string_view question, bool yes);

}  // namespace rampart::cli
