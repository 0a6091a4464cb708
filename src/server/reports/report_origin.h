// Who sent a report: facts for the question, asked live or of zone files (reports/trust/judge.h).
#pragma once

#include <functional>
#include <memory>

#include "base/config.h"
#include "reports/trust/judge.h"
#include "server/setup/facts.h"

namespace rampart::server {

class OriginFacts {
 public:
  // Both outlive it. `stop` as in FactSourceOptions.
  OriginFacts(const FactsOptions& options, const base::Config& config, std::function<bool()> stop)
      : options_(options), config_(config), stop_(std::move(stop)) {}

  // From here on everything is asked anew: what caches hold is old by the next look.
  void forget() { source_.reset(); }
  reports::OriginJudge judge();

 private:
  base::Result<reports::Belief> decide(const dns::Name& about,
                                       std::function<reports::Belief(facts::Facts&)> function);

  const FactsOptions& options_;
  const base::Config& config_;
  std::function<bool()> stop_;
  std::unique_ptr<FactSource> source_;
};

}  // namespace rampart::server
