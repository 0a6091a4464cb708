// The options by which a command is told where facts come from and which selectors there are, and what an audit's
// input is made of: the same for every command that audits.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "audit/assess.h"
#include "audit/selectors.h"
#include "cli/session.h"
#include "server/setup/fact_source.h"

namespace rampart::cli {

struct FactsOptions {
  std::vector<std::string> zones;
  std::string recording;  // --facts
  std::string selector_list;
  std::vector<std::string> mails;
};

// An option that names a file and may be given several times.
void add_paths(CLI::App& command, const char* name, std::vector<std::string>& value, const std::string& help,
               const char* type);
// --zone and --facts; the helps say what the command does with them.
void add_source_options(CLI::App& command, FactsOptions& options, const std::string& zone_help,
                        const std::string& facts_help);
// The resolvers, the selectors, the probes and the block lists.
void add_question_options(CLI::App& command, Session& session, FactsOptions& options);

base::Result<std::unique_ptr<server::FactSource>> open_source(const FactsOptions& options,
                                                              const base::Config& config,
                                                              std::size_t threads);
base::Result<audit::SelectorBook> read_selectors(const FactsOptions& options, const base::Config& config,
                                                 Session& session);
// Everything that the options, the configuration, the list and the source know of a domain.
base::Result<audit::Input> input_of(audit::Entry entry, const server::FactSource& source,
                                    const audit::SelectorBook& selectors, const base::Config& config);
base::Result<audit::Input> input_of(const dns::Name& domain, const server::FactSource& source,
                                    const audit::SelectorBook& selectors, const base::Config& config);

// How many threads a run takes: audit.threads, or one for each processor.
std::size_t threads_of(const base::Config& config);
// How the runner treats each domain or name: at once, and at most what the configuration lets one cost.
audit::RunnerOptions runner_options(const base::Config& config);

// Whether audit.probe names this kind.
bool wants_probe(const base::Config& config, std::string_view kind);

}  // namespace rampart::cli
