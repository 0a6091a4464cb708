// A backup of a whole server in one file: configuration, store, quarantine, keys and secrets, while it runs; and the way back.
//
//   const auto made = TRY(make_backup(config, "/etc/rampart/rampart.toml", "rampart-20261128.tar"));
//   TRY(restore_backup("rampart-20261128.tar", {.root = "/"}));             // refuses where anything is already
//   TRY(verify_backup("rampart-20261128.tar", {.root = "/", .compare = true}));
//
// The store is a snapshot (SQLite's VACUUM INTO, one transaction); what the quarantine gains meanwhile is taken, too, so that no entry of the
// snapshot lacks its message. PostgreSQL has its own: pg_dump; then all else is in the backup. The file holds private keys and mail: 0600.
//
//   rampart.backup/manifest.json   rampart.backup/1: the last file; what is there, where it was, its SHA-256, and the rows of each table
//   store/rampart.db, config/…, quarantine/…, keys/…, server/…, reports/…, files/N-NAME
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/config.h"
#include "base/time.h"

namespace rampart::server::backup {

inline constexpr std::string_view kManifest = "rampart.backup/manifest.json";
inline constexpr std::size_t kMaxManifest = std::size_t{512} << 20U;  // bytes; our own: 300 a file

struct File {
  std::string name;    // within the backup
  std::string target;  // where it was, as a whole path
  std::uint64_t size = 0;
  unsigned mode = 0600;
  std::string digest;  // SHA-256, in hexadecimal
};

struct Manifest {
  std::string version;  // of the program that made it
  base::Time time{};
  std::vector<File> files;
  std::map<std::string, std::int64_t> tables;  // of the store: rows; empty: it is not in the backup
  std::vector<std::string> folders;            // whole paths of what has to be empty
  std::vector<std::string> notes;              // what is not in it, and what to do about that
};
std::string manifest_json(const Manifest& manifest);
base::Result<Manifest> parse_manifest(const std::string& text, const std::string& where);

// `config_file` may be empty. Errors: something cannot be read, or `path` is there.
base::Result<Manifest> make_backup(const base::Config& config, const std::string& config_file,
                                   const std::string& path);

struct RestoreOptions {
  std::string root = "/";  // put in front of every path: another place, to try it out
  bool compare = false;    // of verify_backup(): with what stands at the places, too
};

// Nothing is written where anything stands: the store's file, a folder that is not empty, a file that is there (kind usage). What was written of a
// restore that fails is taken away again.
base::Result<Manifest> restore_backup(const std::string& path, const RestoreOptions& options);

// What is wrong; empty: each file in the backup is what the manifest says, and with `compare` what stands at its place is the same, byte for
// byte, and the store there is whole and has as many rows.
struct Verdict {
  Manifest manifest;
  std::vector<std::string> faults;
};
base::Result<Verdict> verify_backup(const std::string& path, const RestoreOptions& options);

}  // namespace rampart::server::backup
