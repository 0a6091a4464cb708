// An audit that is recorded in the store (store.url): what earlier audits know goes into it, and what it finds is kept.
#pragma once

#include <memory>
#include <vector>

#include "audit/runner.h"
#include "audit/state/risks.h"
#include "audit/state/state.h"
#include "base/config.h"
#include "reports/archive/numbers.h"

namespace rampart::server {

class AuditStore {
 public:
  // Opens the store; the risks that were accepted are read now.
  static base::Result<std::unique_ptr<AuditStore>> open(const store::Url& url, const base::Config& config);
  // The same over a database that is open and outlives it.
  static base::Result<std::unique_ptr<AuditStore>> over(store::Database& database,
                                                        const base::Config& config);
  AuditStore(const AuditStore&) = delete;
  AuditStore& operator=(const AuditStore&) = delete;

  // The keys of the domain that are known already.
  base::Result<> prepare(audit::Input& input);
  // assess(), with accepted risks marked. May be called by several threads, and outlive this.
  [[nodiscard]] audit::Runner::Decide decide() const;
  // Written a batch at a time, and the rest by flush().
  base::Result<> record(audit::state::Recorded finished);
  base::Result<> flush();

 private:
  AuditStore(std::optional<store::Database> own, store::Database* database, const base::Config& config)
      : own_(std::move(own)),
        database_(database == nullptr ? &*own_ : database),
        max_key_age_(std::chrono::floor<std::chrono::seconds>(config.duration("audit.key_max_age"))),
        keep_(static_cast<std::size_t>(config.integer("store.snapshots"))) {}

  static constexpr std::size_t kBatch = 500;  // audits in one transaction; our own

  base::Result<> begin(const base::Config& config);

  std::optional<store::Database> own_;
  store::Database* database_;  // own_, or the caller's
  std::optional<audit::state::State> state_;
  std::shared_ptr<const std::vector<audit::state::Risk>> risks_;
  std::vector<audit::state::Recorded> batch_;
  std::chrono::seconds max_key_age_;
  std::size_t keep_;
  reports::HeedReporter heed_;  // whose reports are read
};

}  // namespace rampart::server
