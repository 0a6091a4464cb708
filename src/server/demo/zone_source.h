// The demo's zones as a source of audits: the DNS of the moment, and nothing behind it.
#pragma once

#include "server/demo/world.h"
#include "server/setup/fact_source.h"

namespace rampart::server::demo {

// `world` outlives it.
std::unique_ptr<FactSource> zone_source(const World& world, std::size_t threads);

}  // namespace rampart::server::demo
