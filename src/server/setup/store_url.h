// Where the store of this user is.
#pragma once

#include <string>

#include "base/config.h"
#include "store/database.h"

namespace rampart::server {

// $XDG_DATA_HOME/rampart, or ~/.local/share/rampart when that is unset or relative (XDG Base Directory).
std::string data_folder();
// store.url, or rampart.db in data_folder().
base::Result<store::Url> store_url(const base::Config& config);

// A store that is there: nothing is made by asking for what it holds. `hint` says how one is made, before " --store FILE".
base::Result<store::Database> open_known_store(const base::Config& config, std::string_view hint);

}  // namespace rampart::server
