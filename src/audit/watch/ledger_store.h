// The ledger in the store. Its tables are the watch's own (migrations.h).
//
// An account keeps what one watch has told apart from what another has: "" is the real one's, "dry" that of dry runs,
// which begin with what the real one knows and change nothing of it.
#pragma once

#include <memory>
#include <string>

#include "audit/watch/ledger.h"
#include "store/database.h"

namespace rampart::audit::watch {

inline constexpr std::string_view kDryAccount = "dry";

// The database must outlive the ledger; the tables are made when they are not there.
base::Result<std::unique_ptr<Ledger>> store_ledger(store::Database& database, std::string account);

}  // namespace rampart::audit::watch
