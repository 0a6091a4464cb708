// What every `rampart fix` command is told of a domain, and the plan that is made of it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "audit/fix/owner.h"
#include "audit/fix/plan.h"
#include "cli/facts_options.h"

namespace rampart::cli {

struct FixRequest {
  std::string domain;
  FactsOptions facts;
  std::string report_to;
  std::vector<std::string> keys;
  std::string senders;
  std::string sends;
  std::string policy_host;
  bool parked = false;
};

// DOMAIN, the questions, --report-to and --sends; and what a domain that sends is told of: --dkim, --senders and
// --mta-sts-host.
void add_domain_options(CLI::App& command, Session& session, FixRequest& request);
void add_sending_options(CLI::App& command, FixRequest& request);

base::Result<audit::fix::Owner> owner_of(const FixRequest& request);
// Errors are of kind usage.
base::Result<dns::Name> domain_of(const std::string& text);

// Where a plan's facts come from, kept for what follows it.
struct Planner {
  const base::Config* config = nullptr;
  std::unique_ptr<server::FactSource> source;
  audit::SelectorBook selectors;

  [[nodiscard]] base::Result<audit::Input> input(const dns::Name& name) const;
  [[nodiscard]] facts::DriveOptions drive() const;
};
base::Result<Planner> open_planner(Session& session, const FixRequest& request, const dns::Name& domain);
base::Result<audit::fix::Plan> make_plan(const Planner& planner, const dns::Name& domain,
                                         const audit::fix::Owner& owner);

// The columns of text: `width` when it is not 0, the terminal's, or 80.
std::size_t text_width(bool terminal, std::size_t width);

}  // namespace rampart::cli
