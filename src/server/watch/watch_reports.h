// What a watch tells of the mail that DMARC reports speak of, beside what it sees in DNS: the news of reports as observed
// findings, each of which the watch tells once.
#pragma once

#include <map>
#include <span>

#include "audit/portfolio/entry.h"
#include "audit/watch/observe.h"
#include "base/config.h"
#include "reports/archive/numbers.h"
#include "server/setup/fact_source.h"
#include "store/database.h"

namespace rampart::server {

class WatchReports {
 public:
  // Makes the tables of reports where they are not there. Both outlive it.
  static base::Result<WatchReports> open(store::Database& database, const base::Config& config);

  // Reads the reports of these domains and asks DNS who the senders are: before `source` is used for anything else.
  base::Result<> look(std::span<const audit::Entry* const> domains, FactSource& source);
  // Puts the news of its domain into an observation, of this level or above; nothing where no report speaks of it.
  void add_to(audit::watch::Observation& observation, audit::Severity least) const;

 private:
  struct News {
    std::vector<audit::watch::Observed> items;
    std::vector<std::string> undecided;
  };

  WatchReports(store::Database& database, const base::Config& config, reports::HeedReporter heed)
      : database_(&database), config_(&config), heed_(std::move(heed)) {}
  base::Result<> look(const dns::Name& domain, FactSource& source);

  store::Database* database_;
  const base::Config* config_;
  reports::HeedReporter heed_;
  std::map<dns::Name, News> news_;
};

}  // namespace rampart::server
