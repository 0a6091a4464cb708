// Files, read and written whole. Every read has a limit, every error says which file and what to do.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rampart::base {

// The whole of a regular file, or of standard input when `path` is "-". Anything else (a folder, a pipe, a
// device) is refused without waiting for it, and so is a file of more than `limit` bytes.
Result<std::string> read_file(const std::string& path, std::size_t limit);

// The whole of a regular file below the folder `dir`. `relative` may not leave the folder, neither by `..`
// nor by a leading slash nor through a symbolic link at any place (openat2 with RESOLVE_BENEATH and
// RESOLVE_NO_SYMLINKS, Linux 5.6; an older kernel is an error, never a weaker check). `dir` itself may be or
// hold links: the operator named it.
Result<std::string> read_beneath(const std::string& dir, const std::string& relative, std::size_t limit);

// What a write to a pipe says whose reader has gone, as `| head` does; the program then ends without a word.
inline constexpr std::string_view kReaderGone = "nobody reads this any more";

// Writes a file so that a reader, or a crash, sees the old content or the new and nothing between: a
// temporary file beside it, fsync, rename, fsync of the folder. An existing file keeps its permissions, a new
// one gets those of the umask; a symbolic link is followed. What exists and is no regular file (/dev/null, a
// pipe) is written to directly; "-" is standard output.
Result<> write_file(const std::string& path, std::string_view content);

// Writes a new file that nobody but its owner may read (0600); one that is there stays as it is, which is an error. What exists and
// is no regular file is written to directly, and "-" is standard output, as with write_file().
Result<> write_new_file(const std::string& path, std::string_view content);

// What was made, or named anew, in a folder stays only when the folder itself is on the disk. A file system that cannot sync one
// has nothing to sync. `path` is what stands in it.
void sync_folder_of(const std::string& path);

// What write_file() does for content that comes in pieces: nothing is seen at `path` before commit(), and a writer that
// goes without it leaves the old file and takes its temporary one away.
class FileWriter {
 public:
  static Result<FileWriter> open(const std::string& path);
  FileWriter(FileWriter&& other) noexcept;
  FileWriter& operator=(FileWriter&& other) noexcept;
  ~FileWriter();

  Result<> write(std::string_view piece);  // unbuffered: hand over large pieces
  Result<> commit();

 private:
  FileWriter() = default;

  int file_ = -1;
  std::string path_;       // as it was named, for errors
  std::string target_;     // behind symbolic links
  std::string temporary_;  // empty when written to directly, and after commit()
};

}  // namespace rampart::base
