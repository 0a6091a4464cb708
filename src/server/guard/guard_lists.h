// Block and allow lists, and who may write as whom, read from files that change while the guard runs.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "guard/policy/lists.h"
#include "guard/settings.h"
#include "server/setup/file_mark.h"

namespace rampart::server {

// Files are looked at this often. One is read once it was the same at two looks in a row: a writer that is not done is waited for, and
// within a second of the last write it counts.
inline constexpr std::chrono::milliseconds kListLook{250};
// One that is written without end is read as it is after so many looks.
inline constexpr unsigned kMostLooks = 3;

// Whether guard.senders_file says who may sign, where nobody else does (guard.sign_unowned): without it nothing at all would be
// signed.
base::Result<> check_senders(const guard::Settings& settings);

class GuardLists {
 public:
  explicit GuardLists(std::function<void(const std::string&)> say) : say_(std::move(say)) {}

  // The files from now on; they are read before it returns. One that cannot be read is told, and empty until it can.
  void set_files(const guard::Settings& settings);
  // Whether anything changed.
  bool look();
  [[nodiscard]] std::shared_ptr<const guard::Lists> lists() const { return lists_; }
  // nullptr: no file says who may write as whom, or it could not be read yet.
  [[nodiscard]] std::shared_ptr<const guard::Owners> owners() const { return owners_; }

 private:
  enum class Kind : std::uint8_t { block, allow, senders };
  struct File {
    std::string path;
    Kind kind = Kind::block;
    FileMark read;       // as it was when it was read
    FileMark seen;       // at the last look
    unsigned looks = 0;  // since it is not as it was read
    std::shared_ptr<const guard::ListFile> list;
    std::shared_ptr<const guard::Owners> owners;
  };

  void read(File& file);
  void read_list(File& file, const std::string& text);
  void read_owners(File& file, const std::string& text);
  void publish();

  std::function<void(const std::string&)> say_;
  std::vector<File> files_;
  std::shared_ptr<const guard::Lists> lists_;  // shared with the messages under way, as is the next
  std::shared_ptr<const guard::Owners> owners_;
};

}  // namespace rampart::server
