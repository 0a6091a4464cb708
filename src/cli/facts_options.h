// The options by which a command is told where facts come from and which selectors there are: the same for every command that audits.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/session.h"
#include "server/audit/audit_input.h"
#include "server/setup/facts.h"

namespace rampart::cli {

using server::FactsOptions;
using server::input_of;
using server::runner_options;
using server::threads_of;
using server::wants_probe;

// An option that names a file and may be given several times.
void add_paths(CLI::App& command, const char* name, std::vector<std::string>& value, const std::string& help,
               const char* type);
// --zone and --facts; the helps say what the command does with them.
void add_source_options(CLI::App& command, FactsOptions& options, const std::string& zone_help,
                        const std::string& facts_help);
// The resolvers, the selectors, the probes and the block lists.
void add_question_options(CLI::App& command, Session& session, FactsOptions& options);

// Ended by what interrupts the program.
base::Result<std::unique_ptr<server::FactSource>> open_source(const FactsOptions& options,
                                                              const base::Config& config,
                                                              std::size_t threads);
base::Result<audit::SelectorBook> read_selectors(const FactsOptions& options, const base::Config& config,
                                                 Session& session);

}  // namespace rampart::cli
