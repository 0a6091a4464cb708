// A watch as the configuration describes it: its options, its sinks, and the resolvers of its second opinion.
#pragma once

#include <string>

#include "audit/watch/watcher.h"
#include "base/config.h"
#include "server/setup/host.h"

namespace rampart::server {

// `dry_run`: a folder that webhook and mail are written into instead of being sent; empty: they are sent. Everything
// that a sink needs is looked at now: a secret that cannot be read is an error before the first look.
base::Result<audit::watch::Sinks> make_sinks(const base::Config& config, const Host& host,
                                             const std::string& dry_run);
base::Result<audit::watch::WatchOptions> make_watch_options(const base::Config& config);

// What decides, beside what is published, which findings a domain can have: a short text that changes with it.
std::string circumstances(const base::Config& config, std::span<const std::string> selectors);

// The configuration with which a second resolver is asked (watch.second_resolvers).
base::Result<base::Config> second_config(const base::Config& config);

}  // namespace rampart::server
