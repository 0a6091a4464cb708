#include "server/setup/facts.h"

#include <algorithm>
#include <thread>

#include "audit/portfolio/columns.h"
#include "auth/dkim/from_mail.h"
#include "base/file.h"
#include "dns/domain.h"
#include "server/setup/mail_file.h"

namespace rampart::server {
namespace {

constexpr std::size_t kMaxOwnThreads = 8;  // unless more are asked for: resolvers are the wall then

}  // namespace

base::Result<std::unique_ptr<FactSource>> open_source(const FactsOptions& options, const base::Config& config,
                                                      std::size_t threads, std::function<bool()> stop) {
  const auto told = [&](const char* key) {
    return config.origin(key).from == base::Origin::From::command_line;
  };
  return open_fact_source({.zones = options.zones,
                           .recording = options.recording,
                           .live = told("dns.resolvers") || told("dns.authoritative") || told("audit.probe"),
                           .threads = threads,
                           .stop = std::move(stop)},
                          config);
}

base::Result<audit::SelectorBook> read_selectors(const FactsOptions& options, const base::Config& config,
                                                 const std::function<void(std::string_view)>& note) {
  audit::SelectorBook selectors;
  for (const auto& selector : config.list("audit.selectors")) selectors.add(selector);
  if (!options.selector_list.empty()) {
    const auto text = TRY(base::read_file(options.selector_list, audit::SelectorBook::kMaxListBytes));
    TRY(selectors.add_list(text, options.selector_list));
  }
  for (const auto& path : options.mails) {
    const auto keys = TRY(dkim::from_mail(TRY(base::read_file(path, kMaxMail))));
    if (keys.empty()) note(fmt::format("{}: no DKIM signature, so no selector to learn", path));
    for (const auto& key : keys) selectors.add(key.domain, key.selector);
  }
  return selectors;
}

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

}  // namespace rampart::server
