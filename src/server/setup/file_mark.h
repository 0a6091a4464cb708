// What tells that a file is another, or has been written.
#pragma once

#include <string>

#include <sys/stat.h>

namespace rampart::server {

struct FileMark {
  bool there = false;
  unsigned long long device = 0;
  unsigned long long node = 0;
  long long size = 0;
  long long changed = 0;  // nanoseconds
  long long status = 0;   // the same of its owner and permissions

  bool operator==(const FileMark&) const = default;
};

inline FileMark mark_of(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return {};
  const auto nanoseconds = [](const timespec& time) { return time.tv_sec * 1'000'000'000LL + time.tv_nsec; };
  return {.there = true,
          .device = status.st_dev,
          .node = status.st_ino,
          .size = status.st_size,
          .changed = nanoseconds(status.st_mtim),
          .status = nanoseconds(status.st_ctim)};
}

}  // namespace rampart::server
