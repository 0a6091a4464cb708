// Where a demo lives: a folder of its own, with a mark by which it is known, made anew at each start. What holds anything that is not a
// demo's is never touched.
//
//   const auto place = TRY(DemoFolder::make("/tmp/demo"));
//   place.config()      // the configuration of its server, as TOML
#pragma once

#include <string>

#include "base/result.h"

namespace rampart::server::demo {

class DemoFolder {
 public:
  // Errors: of kind usage where something is there that is no demo's; of kind io. Whatever an earlier demo left is gone when it returns.
  static base::Result<DemoFolder> make(const std::string& path);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string store() const { return "sqlite:" + path_ + "/rampart.db"; }
  [[nodiscard]] std::string quarantine() const { return path_ + "/quarantine"; }
  [[nodiscard]] std::string socket() const { return path_ + "/guard.sock"; }
  // Its store, guard and own domains. Nothing that leads out of this machine.
  [[nodiscard]] std::string config() const;

 private:
  explicit DemoFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;  // absolute
};

}  // namespace rampart::server::demo
