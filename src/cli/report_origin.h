// Who sent a report: facts for the question, asked live or of zone files (reports/trust/judge.h).
#pragma once

#include <memory>

#include "base/config.h"
#include "cli/facts_options.h"
#include "reports/trust/judge.h"

namespace rampart::cli {

// The options of a command that asks it.
void add_origin_options(CLI::App& command, Session& session, FactsOptions& options);

class OriginFacts {
 public:
  // Both outlive it.
  OriginFacts(const FactsOptions& options, const base::Config& config) : options_(options), config_(config) {}

  // From here on everything is asked anew: what caches hold is old by the next look.
  void forget() { source_.reset(); }
  reports::OriginJudge judge();

 private:
  base::Result<reports::Belief> decide(const dns::Name& about,
                                       std::function<reports::Belief(facts::Facts&)> function);

  const FactsOptions& options_;
  const base::Config& config_;
  std::unique_ptr<server::FactSource> source_;
};

}  // namespace rampart::cli
