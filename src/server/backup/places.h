// What a backup is made of, as a configuration names it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/config.h"
#include "store/database.h"

namespace rampart::server::backup {

struct Folder {
  std::string path;    // whole
  std::string prefix;  // within the backup: "quarantine/"
};
struct NamedFile {
  std::string path;  // whole
  std::string name;  // within the backup
};
struct Places {
  std::optional<std::string>
      store;                    // the SQLite file; nothing: it is a PostgreSQL database, or there is none yet
  std::vector<Folder> folders;  // those that are there
  std::vector<NamedFile> files;  // likewise
  std::vector<std::string> notes;
};
base::Result<Places> places_of(const base::Config& config, const std::string& config_file);

// Whether a file below a folder belongs into a backup: not what is made anew, or is under way.
bool is_kept(std::string_view relative);

}  // namespace rampart::server::backup
