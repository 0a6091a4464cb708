#include "crypto/key_folder.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

namespace rampart::crypto {
namespace {

using base::ErrorKind;
using base::Result;

constexpr std::size_t kMaxKeyFile = std::size_t{64} << 10;
constexpr std::size_t kMaxList = std::size_t{4} << 20;
constexpr mode_t kOthers = 077;

std::string message_of(int code) { return std::generic_category().message(code); }

// A folder, and what stands in it, that nobody but its owner may read or change.
Result<> check_private(const std::string& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0)
    return base::fail(ErrorKind::io, message_of(errno), base::printable(path));
  if (!S_ISDIR(status.st_mode) && !S_ISREG(status.st_mode))
    return base::fail(ErrorKind::input, "is neither a folder nor a file", base::printable(path));
  if ((status.st_mode & kOthers) != 0)
    return base::fail(
        ErrorKind::input, fmt::format("others may read or write it (mode {:04o})", status.st_mode & 07777U),
        base::printable(path),
        S_ISDIR(status.st_mode) ? "chmod 700 it"
                                : "chmod 600 it, and make a new key if somebody may have seen it");
  if (status.st_uid != ::geteuid() && ::geteuid() != 0)
    return base::fail(ErrorKind::input, "it belongs to another user", base::printable(path));
  return {};
}

// No name of ours leads out of the folder.
Result<> check_name(std::string_view name) {
  const bool plain = !name.empty() && name.front() != '.' && std::ranges::all_of(name, [](char c) {
    return base::is_alnum(c) || c == '-' || c == '_' || c == '.';
  });
  if (plain && name.find("..") == std::string_view::npos) return {};
  return base::fail(ErrorKind::input, fmt::format("\"{}\" is no name for a key", base::printable(name)));
}

Result<> make_private(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
    return base::fail(ErrorKind::io, fmt::format("cannot be made: {}", message_of(errno)),
                      base::printable(path));
  return check_private(path);
}

// Written beside its place and put there whole; never in place of another.
Result<> write_new(const std::string& path, std::string_view text) {
  const auto draft = path + ".new";
  const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  const auto failed = [&](int code) {
    return base::fail(ErrorKind::io, fmt::format("cannot be written: {}", message_of(code)),
                      base::printable(path));
  };
  if (file < 0) return failed(errno);
  int code = ::fchmod(file, 0600) == 0 ? 0 : errno;
  while (code == 0 && !text.empty()) {
    const auto written = ::write(file, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      code = errno;
    }
  }
  if (code == 0 && ::fsync(file) != 0) code = errno;
  ::close(file);
  if (code == 0 && ::link(draft.c_str(), path.c_str()) != 0) code = errno;
  ::unlink(draft.c_str());
  return code == 0 ? Result<>() : failed(code);
}

}  // namespace

KeyFolder::Lock::~Lock() {
  if (file_ >= 0) ::close(file_);
}

Result<KeyFolder> KeyFolder::open(std::string path, std::optional<SealKey> seal) {
  std::error_code error;
  const auto parent = std::filesystem::path(path).parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, error);
  TRY(make_private(path));
  return KeyFolder(std::move(path), std::move(seal));
}

std::string KeyFolder::key_path(const std::string& domain, const std::string& selector) const {
  return fmt::format("{}/{}/{}.pem", path_, domain, selector);
}
std::string KeyFolder::list_path(const std::string& domain) const {
  return fmt::format("{}/{}/keys.json", path_, domain);
}

Result<> KeyFolder::make_folder(const std::string& domain) const {
  TRY(check_name(domain));
  return make_private(fmt::format("{}/{}", path_, domain));
}

Result<KeyFolder::Lock> KeyFolder::lock(const std::string& domain) const {
  TRY(make_folder(domain));
  const auto path = fmt::format("{}/{}/lock", path_, domain);
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0)
    return base::fail(ErrorKind::io, fmt::format("cannot be written: {}", message_of(errno)),
                      base::printable(path));
  Lock out(file);
  if (::flock(file, LOCK_EX | LOCK_NB) != 0)
    return base::fail(ErrorKind::unavailable, fmt::format("another process changes the keys of {}", domain),
                      {}, "wait until it has ended");
  return out;
}

Result<SignKey> KeyFolder::make(const std::string& domain, const std::string& selector, SignKey::Type type,
                                unsigned bits) const {
  TRY(make_folder(domain));
  TRY(check_name(selector));
  if (std::filesystem::exists(key_path(domain, selector))) return read(domain, selector);
  auto key = TRY(SignKey::make(type, bits));
  TRY(put(domain, selector, key));
  return key;
}

Result<> KeyFolder::put(const std::string& domain, const std::string& selector, const SignKey& key) const {
  TRY(make_folder(domain));
  TRY(check_name(selector));
  const auto path = key_path(domain, selector);
  if (std::filesystem::exists(path))
    return base::fail(ErrorKind::input, "is there already, and a key is never overwritten",
                      base::printable(path));
  const auto pem = key.pem();
  const auto text = seal_ ? seal_->seal(pem, domain + '/' + selector) : pem;
  if (text.empty()) return base::fail(ErrorKind::internal, "OpenSSL did not write the key");
  return write_new(path, text);
}

Result<bool> KeyFolder::has(const std::string& domain, const std::string& selector) const {
  TRY(check_name(domain));
  TRY(check_name(selector));
  std::error_code failed;
  const bool there = std::filesystem::exists(key_path(domain, selector), failed);
  if (failed)
    return base::fail(ErrorKind::io, fmt::format("cannot be looked at: {}", failed.message()),
                      base::printable(key_path(domain, selector)));
  return there;
}

Result<SignKey> KeyFolder::read(const std::string& domain, const std::string& selector) const {
  TRY(check_name(domain));
  TRY(check_name(selector));
  const auto path = key_path(domain, selector);
  TRY(check_private(path));
  auto text = TRY(base::read_file(path, kMaxKeyFile));
  if (SealKey::is_sealed(text)) {
    if (!seal_)
      return base::fail(ErrorKind::input, "the key is sealed, and no key file was named that opens it",
                        base::printable(path),
                        "name it with --seal-file, or as seal_file in [dkim] of the configuration");
    auto opened = seal_->open(text, domain + '/' + selector);
    if (!opened)
      return base::fail(ErrorKind::input,
                        "the key cannot be opened: it was sealed with another key file, or changed",
                        base::printable(path));
    text = *std::move(opened);
  }
  auto key = SignKey::from_pem(text);
  if (key) return key;
  auto error = key.error();
  error.where = base::printable(path);
  return std::unexpected(std::move(error));
}

Result<std::optional<std::string>> KeyFolder::read_list(const std::string& domain) const {
  TRY(check_name(domain));
  if (!std::filesystem::exists(list_path(domain))) return std::nullopt;
  return TRY(base::read_file(list_path(domain), kMaxList));
}

Result<> KeyFolder::write_list(const std::string& domain, std::string_view text) const {
  TRY(make_folder(domain));
  return base::write_file(list_path(domain), text);
}

std::vector<std::string> KeyFolder::domains() const {
  std::vector<std::string> out;
  std::error_code error;
  for (std::filesystem::directory_iterator at(path_, error), end; !error && at != end; at.increment(error)) {
    auto name = at->path().filename().string();
    if (std::filesystem::exists(list_path(name))) out.push_back(std::move(name));
  }
  std::ranges::sort(out);
  return out;
}

}  // namespace rampart::crypto
