// Where rampart-worker is, which looks into what strangers send (src/cli/worker_main.cc).
#pragma once

#include <filesystem>
#include <string>

#include <unistd.h>

namespace rampart::server {

// Beside this program, or where the package puts it; empty: it is not there, and this program is forked, before it has threads.
inline std::string worker_program() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return {};
  for (const auto& place : {self.parent_path() / "rampart-worker",
                            self.parent_path().parent_path() / "lib" / "rampart" / "rampart-worker"})
    if (::access(place.c_str(), X_OK) == 0) return place;
  return {};
}

}  // namespace rampart::server
