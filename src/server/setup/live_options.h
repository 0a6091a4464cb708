// How the live DNS is asked, as the configuration says it.
#pragma once

#include "base/config.h"
#include "net/live_provider.h"

namespace rampart::server {

// From dns.* and probe.*; with the resolvers of the system where none is named.
base::Result<net::LiveOptions> live_options(const base::Config& config);

// Of one of so many providers, which share what may be under way and what is remembered.
void share_live_options(net::LiveOptions& options, std::size_t providers);

}  // namespace rampart::server
