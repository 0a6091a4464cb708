// Block and allow lists, read from files that change while the guard runs.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "guard/policy/lists.h"
#include "guard/settings.h"

namespace rampart::cli {

// Files are looked at this often. One is read once it was the same at two looks in a row: a writer that is not done is waited for, and
// within a second of the last write it counts.
inline constexpr std::chrono::milliseconds kListLook{250};
// One that is written without end is read as it is after so many looks.
inline constexpr unsigned kMostLooks = 3;

class GuardLists {
 public:
  explicit GuardLists(std::function<void(const std::string&)> say) : say_(std::move(say)) {}

  // The files from now on; they are read before it returns. One that cannot be read is told, and empty until it can.
  void set_files(const guard::Settings& settings);
  // Whether anything changed.
  bool look();
  [[nodiscard]] std::shared_ptr<const guard::Lists> lists() const { return lists_; }

 private:
  // What tells that a file is another, or has been written.
  struct Mark {
    bool there = false;
    unsigned long long device = 0;
    unsigned long long node = 0;
    long long size = 0;
    long long changed = 0;  // nanoseconds

    bool operator==(const Mark&) const = default;
  };
  struct File {
    std::string path;
    bool blocks = false;
    Mark read;           // as it was when it was read
    Mark seen;           // at the last look
    unsigned looks = 0;  // since it is not as it was read
    std::shared_ptr<const guard::ListFile> list;
  };

  static Mark mark_of(const std::string& path);
  void read(File& file);
  void publish();

  std::function<void(const std::string&)> say_;
  std::vector<File> files_;
  std::shared_ptr<const guard::Lists> lists_;  // shared with the messages under way
};

}  // namespace rampart::cli
