// All that a Rampart keeps, in one file, while it runs, and put back again.
//
//   TRY(back_up(config, {.config_file = "/etc/rampart/rampart.toml", .store = url, .now = now}, "rampart.backup"));
//   TRY(restore("rampart.backup", {}));
//
// It is of one moment: that of the store. The quarantine's files are linked before and after the store is copied, so that each message
// that it says is kept is there, whatever comes and goes meanwhile. Databases of PostgreSQL are its own tools' to copy (pg_dump), which
// is said; everything else of such a system is in the file.
#pragma once

#include <string>

#include "base/config.h"
#include "server/backup/bundle.h"
#include "store/database.h"

namespace rampart::server::backup {

struct BackupOptions {
  std::string config_file{};  // empty: there is none
  store::Url store;
  base::Time now{};
};
// Errors: of kind usage where `target` is there; what cannot be read, which is named with its setting.
base::Result<Manifest> back_up(const base::Config& config, const BackupOptions& options,
                               const std::string& target);

struct RestoreOptions {
  std::string root{};  // a folder that every path is put below; empty: the paths are those of the backup
};
// Looks whether all of it is whole, and writes nothing.
base::Result<Manifest> check(const std::string& file);
// Writes what it holds where it belongs, reads it again from the disk, and asks the store whether it is sound and every message that it
// keeps is there. An error of kind usage where any file of it is there already: nothing is written then. After another error what was
// written is there.
base::Result<Manifest> restore(const std::string& file, const RestoreOptions& options);

}  // namespace rampart::server::backup
