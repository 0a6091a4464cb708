#include "server/setup/worker_program.h"

#include <filesystem>
#include <system_error>

#include <unistd.h>

namespace rampart::server {

std::string worker_program() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return {};
  for (const auto& place : {self.parent_path() / "rampart-worker",
                            self.parent_path().parent_path() / "lib" / "rampart" / "rampart-worker"})
    if (::access(place.c_str(), X_OK) == 0) return place;
  return {};
}

}  // namespace rampart::server
