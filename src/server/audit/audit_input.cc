#include "server/audit/audit_input.h"

#include <algorithm>
#include <thread>

#include "audit/portfolio/columns.h"
#include "dns/domain.h"

namespace rampart::server {
namespace {

constexpr std::size_t kMaxOwnThreads = 8;  // unless more are asked for: resolvers are the wall then

}  // namespace

base::Result<audit::Input> input_of(const dns::Name& domain, const FactSource& source,
                                    const audit::SelectorBook& selectors, const base::Config& config) {
  return input_of(audit::Entry{.domain = domain}, source, selectors, config);
}

base::Result<audit::Input> input_of(audit::Entry entry, const FactSource& source,
                                    const audit::SelectorBook& selectors, const base::Config& config) {
  audit::Input input;
  input.domain = entry.domain;
  input.now = source.now();
  input.selectors = entry.selectors;
  for (auto& selector : selectors.of(entry.domain)) {
    if (std::ranges::find(input.selectors, selector) == input.selectors.end())
      input.selectors.push_back(std::move(selector));
  }
  input.sends = entry.sends;
  // Shared with the report, which is written when the list has gone on.
  if (audit::says_anything(entry)) input.said = std::make_shared<const audit::Entry>(std::move(entry));
  for (const auto& zone : config.list("audit.block_lists"))
    input.block_lists.push_back(TRY(dns::parse_domain(zone)));
  input.probe_https = wants_probe(config, "https");
  input.probe_smtp = wants_probe(config, "smtp");
  source.hint(input);
  return input;
}

std::size_t threads_of(const base::Config& config) {
  const auto wanted = static_cast<std::size_t>(config.integer("audit.threads"));
  return wanted != 0 ? wanted
                     : std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kMaxOwnThreads);
}

audit::RunnerOptions runner_options(const base::Config& config) {
  audit::RunnerOptions options;
  options.in_flight = static_cast<std::size_t>(config.integer("audit.parallel"));
  options.drive.max_questions = static_cast<std::size_t>(config.integer("dns.questions_per_domain"));
  options.drive.time_limit = std::chrono::ceil<std::chrono::seconds>(config.duration("dns.time_per_domain"));
  return options;
}

bool wants_probe(const base::Config& config, std::string_view kind) {
  const auto& probes = config.list("audit.probe");
  return std::ranges::find(probes, kind) != probes.end();
}

audit::SelectorBook selectors_of(const base::Config& config) {
  audit::SelectorBook out;
  for (const auto& selector : config.list("audit.selectors")) out.add(selector);
  return out;
}

}  // namespace rampart::server
