// What advice on a domain is made of, for the commands that give it or go by it: its reports, what its owner says of them, and
// what DNS says.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "reports/advise/advise.h"
#include "reports/sources/marks.h"
#include "server/setup/fact_source.h"
#include "store/database.h"

namespace rampart::server {

// What is the same for all domains of a run.
class Advisers {
 public:
  // `source` is null where DNS is not asked. The database, the configuration and the source outlive it.
  static base::Result<Advisers> open(store::Database& database, const base::Config& config,
                                     FactSource* source);

  struct Options {
    std::optional<dmarc::Policy> rehearse;
    std::int32_t window = reports::advice::kWindowDays;
    bool accept_risk = false;
  };
  base::Result<reports::advice::Advice> advise(const dns::Name& domain, const Options& options);

  // Whether any report speaks of the domain.
  base::Result<bool> has_reports(const dns::Name& domain);

  // The day that advice is of: the source's, or the clock's.
  [[nodiscard]] std::int32_t today() const;

 private:
  Advisers(store::Database& database, const base::Config& config, FactSource* source)
      : database_(&database), config_(&config), source_(source) {}
  base::Result<reports::advice::DnsSeen> look(const dns::Name& domain, const reports::Daily& daily) const;

  store::Database* database_;
  const base::Config* config_;
  FactSource* source_;
  std::vector<dns::Name> own_domains_;
  std::vector<std::string> listed_;           // reports.reporters
  std::unique_ptr<mail::Registry> registry_;  // it stays at one place, as advice points into it
  std::vector<std::unique_ptr<const std::vector<reports::Mark>>> marks_;  // the same
};

}  // namespace rampart::server
