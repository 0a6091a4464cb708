#include "base/folder.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rampart::base {
namespace {

constexpr std::size_t kBuffered = 1 << 16;
constexpr std::string_view kNew = ".rampart-new";

std::unexpected<Error> cannot(std::string_view verb, const std::string& path) {
  return fail(ErrorKind::io, fmt::format("cannot {}: {}", verb, std::strerror(errno)), path,
              errno == ENOSPC ? "free some space on that disk" : "");
}

// The names in a folder; calls nothing when it cannot be read.
bool for_each_name(const std::string& path, const std::function<void(std::string_view)>& use) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), ::closedir);
  if (!folder) return false;
  while (const auto* entry = ::readdir(folder.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") use(name);
  }
  return true;
}

// Files only: a folder within would be somebody else's, and stays with what is around it.
bool remove_flat(const std::string& path) {
  std::vector<std::string> names;
  for_each_name(path, [&](std::string_view name) { names.emplace_back(name); });
  for (const auto& name : names) ::unlink(fmt::format("{}/{}", path, name).c_str());
  return ::rmdir(path.c_str()) == 0;
}

std::string parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string resolved(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  const std::unique_ptr<char, void (*)(void*)> real(::realpath(path.c_str(), nullptr), std::free);
  return real ? std::string(real.get()) : path;
}

}  // namespace

FolderFile::FolderFile(FolderFile&& other) noexcept { *this = std::move(other); }

FolderFile& FolderFile::operator=(FolderFile&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(path_, other.path_);
  std::swap(buffer_, other.buffer_);
  return *this;
}

FolderFile::~FolderFile() {
  if (file_ >= 0) ::close(file_);
}

Result<> FolderFile::write(std::string_view piece) {
  buffer_ += piece;
  return buffer_.size() >= kBuffered ? flush() : Result<>();
}

Result<> FolderFile::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const auto written = ::write(file_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return cannot("write", path_);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  buffer_.clear();
  return {};
}

Result<> FolderFile::close() {
  TRY(flush());
  if (::close(std::exchange(file_, -1)) != 0) return cannot("write", path_);
  return {};
}

Result<FolderWriter> FolderWriter::open(const std::string& path,
                                        const std::function<bool(std::string_view)>& is_ours) {
  FolderWriter out;
  out.target_ = resolved(path);
  struct stat status{};
  struct stat above{};
  out.had_old_ = ::stat(out.target_.c_str(), &status) == 0;
  if (out.had_old_) {
    if (!S_ISDIR(status.st_mode))
      return fail(ErrorKind::usage, "is a file, and a folder is needed", path, "name another folder");
    if (::stat(parent_of(out.target_).c_str(), &above) == 0 && above.st_dev != status.st_dev)
      return fail(ErrorKind::usage, "is a mount point, which cannot be replaced as a whole", path,
                  "name a folder in it");
    std::string other;
    for_each_name(out.target_, [&](std::string_view name) {
      if (!is_ours(name)) other = name;
    });
    if (!other.empty())
      return fail(ErrorKind::usage, fmt::format("holds {}, which was not written here", other), path,
                  "name a folder that is empty, does not exist, or was written by this command before");
  }
  auto work = out.target_ + std::string(kNew);
  for (int tries = 0; ::mkdir(work.c_str(), 0777) != 0; ++tries) {
    if (errno != EEXIST || tries == 2) return cannot("make the folder", work);
    // Left by a run that was broken off, unless one is still at work on it.
    const int left = ::open(work.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (left < 0) return cannot("open", work);
    const bool free = ::flock(left, LOCK_EX | LOCK_NB) == 0;
    const bool gone = free && remove_flat(work);
    ::close(left);
    if (!free) return fail(ErrorKind::usage, "another run is writing to it", path, "wait for its end");
    if (!gone) return fail(ErrorKind::io, "what a broken-off run left cannot be removed", work, "remove it");
  }
  out.work_ = std::move(work);
  out.work_folder_ = ::open(out.work_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (out.work_folder_ < 0) return cannot("open", out.work_);
  if (::flock(out.work_folder_, LOCK_EX | LOCK_NB) != 0)
    return fail(ErrorKind::usage, "another run is writing to it", path, "wait for its end");
  if (out.had_old_ && ::fchmod(out.work_folder_, status.st_mode & 07777U) != 0)
    return cannot("write", out.work_);
  return out;
}

FolderWriter::FolderWriter(FolderWriter&& other) noexcept { *this = std::move(other); }

FolderWriter& FolderWriter::operator=(FolderWriter&& other) noexcept {
  std::swap(target_, other.target_);
  std::swap(work_, other.work_);
  std::swap(work_folder_, other.work_folder_);
  std::swap(had_old_, other.had_old_);
  return *this;
}

FolderWriter::~FolderWriter() {
  if (!work_.empty()) remove_flat(work_);
  if (work_folder_ >= 0) ::close(work_folder_);
}

Result<FolderFile> FolderWriter::create(const std::string& name) {
  FolderFile file;
  file.path_ = work_ + "/" + name;
  file.file_ =
      ::openat(work_folder_, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (file.file_ < 0) return cannot("write", file.path_);
  return file;
}

Result<> FolderWriter::commit() {
  if (::syncfs(work_folder_) != 0)
    return cannot("write", work_);  // once, rather than for each of thousands of files
  if (had_old_) {
    if (::renameat2(AT_FDCWD, work_.c_str(), AT_FDCWD, target_.c_str(), RENAME_EXCHANGE) != 0) {
      if (errno != EINVAL && errno != ENOSYS) return cannot("replace", target_);
      const auto aside = target_ + ".rampart-old";
      if (::rename(target_.c_str(), aside.c_str()) != 0) return cannot("replace", target_);
      if (::rename(work_.c_str(), target_.c_str()) != 0) {
        ::rename(aside.c_str(), target_.c_str());
        return cannot("replace", target_);
      }
      work_ = aside;
    }
  } else if (::rename(work_.c_str(), target_.c_str()) != 0) {
    return cannot("write", target_);
  }
  const int above = ::open(parent_of(target_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (above >= 0) {
    ::fsync(above);
    ::close(above);
  }
  if (had_old_) remove_flat(work_);  // the old files, which have its name now
  work_.clear();
  return {};
}

}  // namespace rampart::base
