// The tables of every slice, made or brought up to date in one place: before anything works with them, so that a store that is newer than
// this program is said once, and nobody waits for a migration later.
#pragma once

#include "accounts/common.h"
#include "base/config.h"
#include "store/database.h"

namespace rampart::server {

// `common`: of the accounts; nullptr where nobody signs in here. Errors: the store cannot be used, or a newer program has been here.
base::Result<> make_tables(const store::Url& url, const base::Config& config, const accounts::Common* common);

}  // namespace rampart::server
