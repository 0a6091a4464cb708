#include "cli/aside_folder.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "crypto/digest.h"

namespace rampart::cli {
namespace {

namespace fs = std::filesystem;

using base::ErrorKind;
using base::Result;

// Closed whichever way it is left.
class Handle {
 public:
  explicit Handle(int file) : file_(file) {}
  ~Handle() {
    if (file_ >= 0) ::close(file_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  [[nodiscard]] int get() const { return file_; }

 private:
  int file_;
};

std::unexpected<base::Error> failed(std::string_view what, const std::string& where) {
  return base::fail(ErrorKind::io, fmt::format("{}: {}", what, std::strerror(errno)), base::printable(where));
}
std::unexpected<base::Error> is_link(const std::string& where) {
  return base::fail(ErrorKind::io, "is a symbolic link, which is not followed", base::printable(where),
                    "name the folder itself");
}

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto wrote = ::write(file, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return ::fsync(file) == 0;
}

}  // namespace

Result<> keep_aside(const std::string& path, std::string_view bytes) {
  constexpr std::size_t kNamed = 16;  // bytes of its digest
  auto folder = path;
  while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();  // behind which a link is followed
  std::error_code error;
  if (fs::is_symlink(fs::symlink_status(folder, error))) return is_link(folder);
  if (fs::create_directories(folder, error)) ::chmod(folder.c_str(), 0700);
  if (error)
    return base::fail(ErrorKind::io, "the folder cannot be made: " + error.message(),
                      base::printable(folder));
  const Handle at(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (at.get() < 0 && errno == ELOOP) return is_link(folder);
  if (at.get() < 0) return failed("the folder cannot be opened", folder);
  const auto name = base::hex(std::string_view(crypto::sha256(bytes)).substr(0, kNamed)) + ".eml";
  const auto where = folder + "/" + name;
  struct stat found{};
  if (::fstatat(at.get(), name.c_str(), &found, AT_SYMLINK_NOFOLLOW) == 0) {
    if (S_ISLNK(found.st_mode)) return is_link(where);
    if (S_ISREG(found.st_mode) && static_cast<std::size_t>(found.st_size) == bytes.size()) return {};
  }
  const auto begun = fmt::format(".{}.{}", name, ::getpid());
  const Handle file(
      ::openat(at.get(), begun.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (file.get() < 0) return failed("cannot be written", where);
  // A new name takes the place of a link, and does not follow it.
  if (!write_all(file.get(), bytes) || ::renameat(at.get(), begun.c_str(), at.get(), name.c_str()) != 0) {
    const auto out = failed("cannot be written", where);
    ::unlinkat(at.get(), begun.c_str(), 0);
    return out;
  }
  ::fsync(at.get());
  return {};
}

}  // namespace rampart::cli
