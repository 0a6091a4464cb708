// What an audit's input is made of, and how a run treats each domain: the same for every command and service that audits.
#pragma once

#include <string_view>

#include "audit/assess.h"
#include "audit/selectors.h"
#include "server/setup/fact_source.h"

namespace rampart::server {

// Everything that the configuration, the list and the source know of a domain.
base::Result<audit::Input> input_of(audit::Entry entry, const FactSource& source,
                                    const audit::SelectorBook& selectors, const base::Config& config);
base::Result<audit::Input> input_of(const dns::Name& domain, const FactSource& source,
                                    const audit::SelectorBook& selectors, const base::Config& config);

// audit.selectors: for every domain.
audit::SelectorBook selectors_of(const base::Config& config);
// How many threads a run takes: audit.threads, or one for each processor.
std::size_t threads_of(const base::Config& config);
// How the runner treats each domain or name: at once, and at most what the configuration lets one cost.
audit::RunnerOptions runner_options(const base::Config& config);

// Whether audit.probe names this kind.
bool wants_probe(const base::Config& config, std::string_view kind);

}  // namespace rampart::server
