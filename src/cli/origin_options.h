// The options of a command that asks who sent a report.
#pragma once

#include "cli/facts_options.h"
#include "server/reports/report_origin.h"

namespace rampart::cli {

void add_origin_options(CLI::App& command, Session& session, FactsOptions& options);

}  // namespace rampart::cli
