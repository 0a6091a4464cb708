#include "server/setup/facts.h"

#include <algorithm>
#include <thread>

#include "audit/portfolio/columns.h"
#include "auth/dkim/from_mail.h"
#include "base/file.h"
#include "dns/domain.h"
#include "server/setup/mail_file.h"

namespace rampart::server {

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

}  // namespace rampart::server
