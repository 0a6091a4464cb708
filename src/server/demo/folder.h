// Where a demo lives: a folder of its own, with a mark by which it is known, made anew at each start. What holds anything that is not a
// demo's is never touched.
//
//   const auto place = TRY(DemoFolder::make("/tmp/demo"));
//   place.config(8898)      // the configuration of its server, as TOML
#pragma once

#include <cstdint>
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
  [[nodiscard]] std::string config_file() const { return path_ + "/rampart.toml"; }
  [[nodiscard]] std::string key_file() const { return path_ + "/release.key"; }
  // Its store, guard, own domains, and a console at http://localhost:PORT. Nothing that leads out of this machine.
  [[nodiscard]] std::string config(std::uint16_t port) const;

 private:
  explicit DemoFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;  // absolute
};

}  // namespace rampart::server::demo
