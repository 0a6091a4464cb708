#include "cli/facts_options.h"

#include <algorithm>
#include <thread>

#include "audit/portfolio/columns.h"
#include "auth/dkim/from_mail.h"
#include "base/file.h"
#include "cli/interrupt.h"
#include "dns/domain.h"
#include "server/setup/fact_source.h"
#include "server/setup/mail_file.h"

namespace rampart::cli {
namespace {

using server::FactSource;
using server::kMaxMail;
using server::open_fact_source;

constexpr std::size_t kMaxOwnThreads = 8;  // unless more are asked for: resolvers are the wall then

}  // namespace

void add_paths(CLI::App& command, const char* name, std::vector<std::string>& value, const std::string& help,
               const char* type) {
  command.add_option(name, value, help)
      ->type_name(type)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
}

void add_source_options(CLI::App& command, FactsOptions& options, const std::string& zone_help,
                        const std::string& facts_help) {
  add_paths(command, "--zone", options.zones, zone_help, "FILE|DIR");
  command.add_option("--facts", options.recording, facts_help)->type_name("FILE");
}

void add_question_options(CLI::App& command, Session& session, FactsOptions& options) {
  session.add_setting(command, "dns.resolvers");
  session.add_setting(command, "dns.authoritative");
  session.add_setting(command, "dns.trust_ad");
  session.add_setting(command, "dns.timeout");
  session.add_setting(command, "audit.selectors");
  command
      .add_option("--selectors", options.selector_list,
                  "Read DKIM selectors from a file: [DOMAIN] SELECTOR...")
      ->type_name("FILE");
  add_paths(command, "--from-mail", options.mails,
            "Learn DKIM selectors from a mail that was sent, as an .eml file", "FILE");
  session.add_setting(command, "audit.probe");
  session.add_setting(command, "probe.allow_private");
  session.add_setting(command, "audit.block_lists");
}

base::Result<std::unique_ptr<FactSource>> open_source(const FactsOptions& options, const base::Config& config,
                                                      std::size_t threads) {
  const auto told = [&](const char* key) {
    return config.origin(key).from == base::Origin::From::command_line;
  };
  return open_fact_source({.zones = options.zones,
                           .recording = options.recording,
                           .live = told("dns.resolvers") || told("dns.authoritative") || told("audit.probe"),
                           .threads = threads,
                           .stop = [] { return interrupted() != 0; }},
                          config);
}

base::Result<audit::SelectorBook> read_selectors(const FactsOptions& options, const base::Config& config,
                                                 Session& session) {
  audit::SelectorBook selectors;
  for (const auto& selector : config.list("audit.selectors")) selectors.add(selector);
  if (!options.selector_list.empty()) {
    const auto text = TRY(base::read_file(options.selector_list, audit::SelectorBook::kMaxListBytes));
    TRY(selectors.add_list(text, options.selector_list));
  }
  for (const auto& path : options.mails) {
    const auto keys = TRY(dkim::from_mail(TRY(base::read_file(path, kMaxMail))));
    if (keys.empty()) session.note(fmt::format("{}: no DKIM signature, so no selector to learn", path));
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

}  // namespace rampart::cli
