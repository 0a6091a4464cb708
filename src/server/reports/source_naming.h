// What naming who sends in a domain's name needs of the configuration and of DNS: for every command that does it.
#pragma once

#include <vector>

#include "base/config.h"
#include "mail/providers/registry.h"
#include "reports/archive/numbers.h"
#include "reports/sources/inventory.h"
#include "server/setup/fact_source.h"

namespace rampart::server {

// The built-in registry, and the files of reports.providers.
base::Result<mail::Registry> read_registry(const base::Config& config);
// reports.reporters.
base::Result<std::vector<std::string>> listed_reporters(const base::Config& config);
// Reporters that count for advice (reports/advise/reporters.h). Anybody with a domain can have his reports verified, so by no
// other is it decided what is told or asked without the owner's doing.
base::Result<reports::HeedReporter> reporters_that_count(const base::Config& config);
// reports.own_domains.
base::Result<std::vector<dns::Name>> own_domains(const base::Config& config);

// Asks about the addresses with most messages, at most so many, all at once: each question once. `source` is prepared; its
// first lane is used, by nobody else meanwhile.
base::Result<> look_up_sources(reports::Inventory& inventory, FactSource& source, std::size_t most);

}  // namespace rampart::server
