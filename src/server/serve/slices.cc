#include "server/serve/slices.h"

#include "accounts/desk.h"
#include "audit/roster/roster.h"
#include "audit/state/state.h"
#include "audit/watch/ledger_store.h"
#include "guard/events/event_store.h"
#include "reports/archive/archive.h"
#include "server/guard/guard_settings.h"

namespace rampart::server {

base::Result<> make_tables(const store::Url& url, const base::Config& config,
                           const accounts::Common* common) {
  auto database = TRY(store::Database::open(url));
  TRY(audit::state::State::open(database));
  TRY(audit::roster::Roster::open(database));
  TRY(audit::watch::store_ledger(database, std::string()));
  TRY(reports::Archive::open(database));
  TRY(guard::EventStore::open(database));
  const auto guard = TRY(guard_settings(config));
  if (!guard.quarantine.empty()) TRY(open_quarantine(guard, database));
  if (common != nullptr) TRY(accounts::Desk::open(database, *common));
  return {};
}

}  // namespace rampart::server
