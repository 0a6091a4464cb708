// The guard's configuration as commands need it.
#pragma once

#include "guard/settings.h"
#include "store/database.h"

namespace rampart::server {

// Of this machine; its name is asked of the system.
base::Result<guard::Settings> guard_settings(const base::Config& config);

// The same with all that messages are judged by, out of files.
base::Result<guard::Settings> judging_guard_settings(const base::Config& config);

// The same for a guard that runs: an error of kind config where mode enforce has nowhere to keep what it quarantines.
base::Result<guard::Settings> running_guard_settings(const base::Config& config);

// Whether the rules of guard.yara_rules can be read; where it names none, nothing is wrong. Errors are of kind config.
base::Result<> check_yara_rules(const guard::Settings& settings);

// The quarantine that guard.quarantine names; an error of kind config when it names none. `database` outlives it.
base::Result<guard::Quarantine> open_quarantine(const guard::Settings& settings, store::Database& database);

}  // namespace rampart::server
