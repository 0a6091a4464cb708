// The options by which a command is told where facts come from and which selectors there are, and what an audit's
// input is made of: the same for every command that audits.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "audit/assess.h"
#include "audit/selectors.h"
#include "cli/session.h"
#include "server/audit/audit_input.h"
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
using server::input_of;
using server::runner_options;
using server::threads_of;
using server::wants_probe;

}  // namespace rampart::cli
