#include "cli/facts_options.h"

#include "cli/interrupt.h"

namespace rampart::cli {

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

base::Result<std::unique_ptr<server::FactSource>> open_source(const FactsOptions& options,
                                                              const base::Config& config,
                                                              std::size_t threads) {
  return server::open_source(options, config, threads, [] { return interrupted() != 0; });
}

base::Result<audit::SelectorBook> read_selectors(const FactsOptions& options, const base::Config& config,
                                                 Session& session) {
  return server::read_selectors(options, config, [&](std::string_view text) { session.note(text); });
}

}  // namespace rampart::cli
