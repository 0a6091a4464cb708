// Audits by interval: the watch (server/watch/watch_run.h) of every domain on the roster that is to be watched.
#pragma once

#include "base/config.h"
#include "server/serve/log.h"
#include "server/serve/parts.h"

namespace rampart::server {

// Part "audits". Errors are of kind config: a sink is set up by half.
base::Result<> add_watching(Parts& parts, const base::Config& config, Log& log);

}  // namespace rampart::server
