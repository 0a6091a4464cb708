// A folder of files that is replaced as a whole: readers, and a crash, see all of the old files or all of the new ones.
//
//   auto folder = TRY(FolderWriter::open("reports", is_ours));
//   auto file = TRY(folder.create("index.csv"));
//   TRY(file.write(text));
//   TRY(file.close());
//   TRY(folder.commit());
//
// The new files are written to FOLDER.rampart-new beside it, made durable, and the two folders change names in one step
// (renameat2 with RENAME_EXCHANGE). On a file system that cannot do that the old one is moved away first, and for that
// moment there is no folder of the name, which is no mixture either. A writer that goes without commit() leaves the old
// files; what a crash left beside them is cleared away by the next one.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rampart::base {

class FolderFile {
 public:
  FolderFile(FolderFile&& other) noexcept;
  FolderFile& operator=(FolderFile&& other) noexcept;
  ~FolderFile();

  Result<> write(std::string_view piece);  // buffered
  Result<> close();

 private:
  friend class FolderWriter;
  FolderFile() = default;
  Result<> flush();

  int file_ = -1;
  std::string path_;
  std::string buffer_;
};

class FolderWriter {
 public:
  // `is_ours` says of a file's name that it may be replaced. A folder that holds anything else is refused, and so is one
  // that another writer is at work on, and a mount point, which cannot be renamed.
  static Result<FolderWriter> open(const std::string& path,
                                   const std::function<bool(std::string_view)>& is_ours);
  FolderWriter(FolderWriter&& other) noexcept;
  FolderWriter& operator=(FolderWriter&& other) noexcept;
  ~FolderWriter();

  // A new file; `name` has no slash and was not created before.
  Result<FolderFile> create(const std::string& name);
  // The folder as it was before: the old files, or none.
  [[nodiscard]] const std::string& old_folder() const { return target_; }
  [[nodiscard]] bool had_old() const { return had_old_; }
  Result<> commit();

 private:
  FolderWriter() = default;

  std::string target_;    // behind symbolic links
  std::string work_;      // empty after commit()
  int work_folder_ = -1;  // open and locked
  bool had_old_ = false;
};

}  // namespace rampart::base
