// The guard as it runs: an event loop a thread, each with its own facts, database and milter server; around them what is shared, the
// signals, and where events go.
#pragma once

#include "cli/session.h"
#include "guard/settings.h"

namespace rampart::cli {

// Until SIGTERM or SIGINT. An error when it cannot begin.
base::Result<> run_guard(Session& session, const base::Config& config, guard::Settings settings);

}  // namespace rampart::cli
