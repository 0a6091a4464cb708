// A copy of an SQLite store as it is at one moment, while others write to it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace rampart::server::backup {

class Snapshot {
 public:
  // Written to `path`, which must not be there. It goes with the object.
  static base::Result<Snapshot> make(const std::string& store, const std::string& path);
  Snapshot(Snapshot&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  Snapshot& operator=(Snapshot&&) = delete;
  ~Snapshot();

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  explicit Snapshot(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

// Rows of each table of ours.
base::Result<std::map<std::string, std::int64_t>> count_rows(const std::string& store);
// What PRAGMA integrity_check says against it; empty: nothing.
base::Result<std::vector<std::string>> check_whole(const std::string& store);

}  // namespace rampart::server::backup
