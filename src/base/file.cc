#include "base/file.h"

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <random>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"

namespace rampart::base {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_;
};

std::string reason(int code) {
  return lower(std::string_view(std::strerror(code)).substr(0, 1)) + (std::strerror(code) + 1);
}

std::string hint_for(int code) {
  switch (code) {
    case ENOENT:
      return "check the spelling; a relative path counts from the folder the command runs in";
    case EACCES:
    case EPERM:
      return "let the user who runs rampart read and write there, or choose another place";
    case ENOSPC:
      return "free some space on that disk, or choose another place";
    default:
      return {};
  }
}

std::unexpected<Error> io_error(std::string_view verb, const std::string& path, int code) {
  return fail(ErrorKind::io, fmt::format("cannot {}: {}", verb, reason(code)), path, hint_for(code));
}

std::unexpected<Error> too_large(const std::string& path, std::size_t limit) {
  return fail(ErrorKind::input, fmt::format("is larger than {} bytes, the most that is read here", limit),
              path, "check that this is the right file");
}

// Reads to the end, or to one byte beyond the limit: a file may grow, or have no size, as those in /proc.
Result<std::string> read_all(int file, const std::string& path, std::size_t limit, std::size_t expected) {
  std::string content;
  content.reserve(std::min(expected, limit) + 1);
  constexpr std::size_t kChunk = 65536;
  for (;;) {
    const std::size_t size = content.size();
    content.resize(std::min(std::max(content.capacity(), size + kChunk), limit + 1));
    const ssize_t got = ::read(file, content.data() + size, content.size() - size);
    content.resize(size + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_error("read", path, errno);
    if (got == 0) return content;
    if (content.size() > limit) return too_large(path, limit);
  }
}

Result<std::string> read_regular(int file, const std::string& path, std::size_t limit) {
  struct stat status{};
  if (::fstat(file, &status) != 0) return io_error("read", path, errno);
  if (S_ISDIR(status.st_mode))
    return fail(ErrorKind::input, "is a folder, not a file", path, "name a file in it");
  if (!S_ISREG(status.st_mode))
    return fail(ErrorKind::input, "is not a regular file", path, "save it as a file first");
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > limit) return too_large(path, limit);
  return read_all(file, path, limit, size);
}

Result<> write_all(int file, const std::string& path, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EPIPE) return fail(ErrorKind::io, std::string(kReaderGone), path);
    if (written < 0) return io_error("write", path, errno);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// The file behind any symbolic links, or the path itself where there is none yet.
std::string resolve(const std::string& path) {
  char* found = ::realpath(path.c_str(), nullptr);
  if (found == nullptr) return path;
  std::string real(found);
  ::free(found);  // realpath allocates with malloc
  return real;
}

// A new file beside `target` with a name nobody else uses; its path goes to `name`.
int create_beside(const std::string& target, mode_t mode, std::string& name) {
  constexpr int kTries = 16;
  std::random_device random;
  for (int i = 0; i < kTries; ++i) {
    name = fmt::format("{}.{:08x}.tmp", target, random());
    const int file = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    if (file >= 0 || errno != EEXIST) return file;
  }
  return -1;
}

std::string path_in(const std::string& dir, const std::string& relative) {
  return dir.ends_with('/') ? dir + relative : dir + "/" + relative;
}

std::unexpected<Error> beneath_error(const std::string& dir, const std::string& relative, int code) {
  const std::string path = path_in(dir, relative);
  switch (code) {
    case EXDEV:
      return fail(ErrorKind::input, "leads out of its folder", relative,
                  "only files below " + dir + " are read");
    case ELOOP:
      return fail(ErrorKind::input, "is a symbolic link, or reached through one", path,
                  "put the file itself there: links are not followed");
    case ENOSYS:
      return fail(ErrorKind::io, "this kernel cannot open files safely below a folder (openat2 is missing)",
                  path, "Linux 5.6 or later is needed, and a sandbox that lets openat2 through");
    default:
      return io_error("open", path, code);
  }
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t limit) {
  if (path == "-") return read_all(STDIN_FILENO, "standard input", limit, 0);
  // O_NONBLOCK: opening a pipe must not wait for its writer; on a regular file it changes nothing.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) return io_error("open", path, errno);
  return read_regular(file.get(), path, limit);
}

Result<std::string> read_beneath(const std::string& dir, const std::string& relative, std::size_t limit) {
  const Descriptor folder(::open(dir.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return io_error("open", dir, errno);
  open_how how{};
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  long number = -1;
  // openat2(2): EAGAIN asks to try again, when a rename elsewhere raced with the check of `..`.
  constexpr int kTries = 8;
  for (int i = 0; i < kTries; ++i) {
    number = ::syscall(SYS_openat2, folder.get(), relative.c_str(), &how, sizeof how);
    if (number >= 0 || errno != EAGAIN) break;
  }
  const Descriptor file(static_cast<int>(number));
  if (!file) return beneath_error(dir, relative, errno);
  return read_regular(file.get(), path_in(dir, relative), limit);
}

Result<FileWriter> FileWriter::open(const std::string& path) {
  FileWriter out;
  out.path_ = path;
  if (path == "-") {
    out.file_ = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    if (out.file_ < 0) return io_error("write", "standard output", errno);
    return out;
  }
  out.target_ = resolve(path);
  struct stat status{};
  const bool exists = ::stat(out.target_.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode))
    return fail(ErrorKind::io, "cannot write: it is a folder", path, "name a file in it");
  if (exists && !S_ISREG(status.st_mode)) {
    out.file_ = ::open(out.target_.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (out.file_ < 0) return io_error("write", path, errno);
    return out;
  }
  constexpr mode_t kDefaultMode = 0666;  // less the umask
  out.file_ = create_beside(out.target_, exists ? 0600 : kDefaultMode, out.temporary_);
  if (out.file_ < 0) {
    out.temporary_.clear();
    return io_error("write", path, errno);
  }
  if (exists && ::fchmod(out.file_, status.st_mode & 07777U) != 0) return io_error("write", path, errno);
  return out;
}

FileWriter::FileWriter(FileWriter&& other) noexcept { *this = std::move(other); }

FileWriter& FileWriter::operator=(FileWriter&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(path_, other.path_);
  std::swap(target_, other.target_);
  std::swap(temporary_, other.temporary_);
  return *this;
}

void sync_folder_of(const std::string& path) {
  const Descriptor folder(::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder) ::fsync(folder.get());
}

FileWriter::~FileWriter() {
  if (file_ >= 0) ::close(file_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<> FileWriter::write(std::string_view piece) { return write_all(file_, path_, piece); }

Result<> FileWriter::commit() {
  if (temporary_.empty()) return {};
  if (::fsync(file_) != 0 || ::rename(temporary_.c_str(), target_.c_str()) != 0)
    return io_error("write", path_, errno);
  temporary_.clear();
  sync_folder_of(target_);
  return {};
}

Result<> write_file(const std::string& path, std::string_view content) {
  auto file = TRY(FileWriter::open(path));
  TRY(file.write(content));
  return file.commit();
}

Result<> write_new_file(const std::string& path, std::string_view content) {
  struct stat status{};
  const bool exists = ::stat(path.c_str(), &status) == 0;
  if (path == "-" || (exists && !S_ISREG(status.st_mode))) return write_file(path, content);
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file && errno == EEXIST)
    return fail(ErrorKind::io, "is there already, and is not written over", path,
                "name another file, or remove that one");
  if (!file) return io_error("write", path, errno);
  auto written = write_all(file.get(), path, content);
  if (written && ::fsync(file.get()) != 0) written = io_error("write", path, errno);
  if (!written) {
    ::unlink(path.c_str());
    return written;
  }
  sync_folder_of(path);
  return {};
}

}  // namespace rampart::base
