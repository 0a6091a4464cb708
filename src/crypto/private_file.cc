#include "crypto/private_file.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

namespace rampart::crypto {
namespace {

using base::ErrorKind;
using base::Result;

constexpr std::size_t kMaxSecret = std::size_t{64} << 10;  // bytes; our own
constexpr mode_t kOthers = 077;

struct Closer {
  int file;
  ~Closer() {
    if (file >= 0) ::close(file);
  }
};

std::unexpected<base::Error> io_error(int code, const std::string& where) {
  const char* hint = "check the disk";
  if (code == ENOENT) hint = "check the spelling; a relative path counts from the folder the command runs in";
  if (code == EACCES || code == EPERM) hint = "run it as the user whom the file belongs to";
  if (code == ELOOP) hint = "put the file itself there: links are not followed here";
  return base::fail(ErrorKind::io, fmt::format("cannot be read: {}", std::generic_category().message(code)),
                    where, hint);
}

Result<> check(const struct stat& status, const PrivateRules& rules, const std::string& where) {
  if (S_ISDIR(status.st_mode))
    return base::fail(ErrorKind::input, "is a folder", where, "name the file in it that holds the key");
  if (!S_ISREG(status.st_mode))
    return base::fail(ErrorKind::input, "is not a regular file", where, "name the file that holds the key");
  if ((status.st_mode & kOthers) != 0)
    return base::fail(
        ErrorKind::input, fmt::format("others may read or write it (mode {:04o})", status.st_mode & 07777U),
        where, "chmod 600 it, and replace the key or password in it if somebody may have seen it");
  if (!rules.any_owner && status.st_uid != ::geteuid() && status.st_uid != 0)
    return base::fail(ErrorKind::input, fmt::format("it belongs to another user (number {})", status.st_uid),
                      where, "run it as that user, or chown the file: its owner can put another key there");
  return {};
}

}  // namespace

Result<Secret> read_private(const std::string& path, PrivateRules rules) {
  const auto where = base::printable(path);
  // O_NONBLOCK: opening a pipe must not wait for its writer; on a regular file it changes nothing.
  const Closer file{
      ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (rules.links ? 0 : O_NOFOLLOW))};
  if (file.file < 0) return io_error(errno, where);
  struct stat status{};
  if (::fstat(file.file, &status) != 0) return io_error(errno, where);
  TRY(check(status, rules, where));
  // All of its room at once: a text that grows leaves copies behind that nobody wipes.
  std::string text(kMaxSecret + 1, '\0');
  std::size_t size = 0;
  int code = 0;
  while (code == 0 && size < text.size()) {
    const auto got = ::read(file.file, text.data() + size, text.size() - size);
    if (got == 0) break;
    if (got > 0) {
      size += static_cast<std::size_t>(got);
    } else if (errno != EINTR) {
      code = errno;
    }
  }
  text.resize(size);
  Secret out(std::move(text));
  if (code != 0) return io_error(code, where);
  if (size > kMaxSecret)
    return base::fail(ErrorKind::input, fmt::format("is larger than {} bytes, so it is no key", kMaxSecret),
                      where, "check that this is the right file");
  return out;
}

}  // namespace rampart::crypto
