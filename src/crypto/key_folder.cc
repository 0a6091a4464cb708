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
#include "crypto/private_file.h"

namespace rampart::crypto {
namespace {

using base::ErrorKind;
using base::Result;

constexpr std::size_t kMaxList = std::size_t{4} << 20;
constexpr mode_t kOthers = 077;
constexpr std::string_view kEnding = ".pem";

std::string message_of(int code) { return std::generic_category().message(code); }

std::unexpected<base::Error> unreadable(int code, const std::string& path) {
  return base::fail(ErrorKind::io, fmt::format("cannot be read: {}", message_of(code)), base::printable(path),
                    "run it as the user whom the key folder belongs to");
}

// Whether something stands there, a link to nothing too.
Result<bool> is_there(const std::string& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  return unreadable(errno, path);
}

// A folder that nobody but its owner may look into or change. Root is nobody else's owner: what it writes there the owner could
// not read.
Result<> check_private(const std::string& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) return unreadable(errno, path);
  if (!S_ISDIR(status.st_mode))
    return base::fail(ErrorKind::input, "is no folder", base::printable(path),
                      "name the folder itself, no link to it, or move away what stands there");
  if ((status.st_mode & kOthers) != 0)
    return base::fail(ErrorKind::input,
                      fmt::format("others may read or write it (mode {:04o})", status.st_mode & 07777U),
                      base::printable(path), "chmod 700 it");
  if (status.st_uid != ::geteuid())
    return base::fail(
        ErrorKind::input, fmt::format("it belongs to another user (number {})", status.st_uid),
        base::printable(path),
        fmt::format("run it as that user: setpriv --reuid={} --clear-groups rampart …", status.st_uid));
  return {};
}

// No name of ours leads out of the folder.
Result<> check_name(std::string_view name) {
  const bool plain = !name.empty() && name.front() != '.' && std::ranges::all_of(name, [](char c) {
    return base::is_alnum(c) || c == '-' || c == '_' || c == '.';
  });
  if (plain && name.find("..") == std::string_view::npos) return {};
  return base::fail(ErrorKind::input, fmt::format("\"{}\" is no name for a key", base::printable(name)), {},
                    "letters, digits, hyphens, underscores and single dots within are taken");
}

Result<> make_private(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0) {
    base::sync_folder_of(path);
  } else if (errno != EEXIST) {
    return base::fail(ErrorKind::io, fmt::format("cannot be made: {}", message_of(errno)),
                      base::printable(path),
                      "let the user who runs rampart write there, or choose another place");
  }
  return check_private(path);
}

// Written beside its place and put there whole; never in place of another.
Result<> write_new(const std::string& path, std::string_view text) {
  const auto draft = path + ".new";
  const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  const auto failed = [&](int code) {
    return base::fail(
        ErrorKind::io, fmt::format("cannot be written: {}", message_of(code)), base::printable(path),
        code == ENOSPC ? "free some space on that disk" : "see whether this user may write there");
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
  if (code != 0) return failed(code);
  base::sync_folder_of(path);
  return {};
}

// No more of a key is read than its beginning.
Result<bool> begins_sealed(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (file < 0) return unreadable(errno, path);
  std::string text(SealKey::kMark.size(), '\0');
  const auto got = ::read(file, text.data(), text.size());
  const int code = errno;
  ::close(file);
  if (got < 0) return unreadable(code, path);
  return SealKey::is_sealed(text);
}

// The path of some sealed key in the folder; empty when there is none.
Result<std::string> find_sealed(const std::string& root) {
  std::error_code error;
  for (std::filesystem::directory_iterator domain(root, error), end; !error && domain != end;
       domain.increment(error)) {
    if (!domain->is_directory(error)) continue;
    for (std::filesystem::directory_iterator at(domain->path(), error); !error && at != end;
         at.increment(error)) {
      auto path = at->path().string();
      if (!path.ends_with(kEnding)) continue;
      if (TRY(begins_sealed(path))) return path;
    }
    if (error) return unreadable(error.value(), domain->path().string());
  }
  if (error) return unreadable(error.value(), root);
  return std::string();
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
  const std::filesystem::directory_iterator readable(path, error);
  if (error) return unreadable(error.value(), path);
  return KeyFolder(std::move(path), std::move(seal));
}

std::string KeyFolder::key_path(const std::string& domain, const std::string& selector) const {
  return fmt::format("{}/{}/{}{}", path_, domain, selector, kEnding);
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
  if (TRY(has(domain, selector))) return read(domain, selector);
  auto key = TRY(SignKey::make(type, bits));
  TRY(put(domain, selector, key));
  return key;
}

Result<> KeyFolder::put(const std::string& domain, const std::string& selector, const SignKey& key) const {
  TRY(make_folder(domain));
  TRY(check_name(selector));
  const auto path = key_path(domain, selector);
  if (TRY(has(domain, selector)))
    return base::fail(ErrorKind::input, "is there already, and a key is never overwritten",
                      base::printable(path), "move that file away, or choose another selector");
  TRY(check_seal());
  const auto pem = key.pem();
  const auto sealed = seal_ ? seal_->seal(pem, domain + '/' + selector) : std::string();
  const std::string_view text = seal_ ? std::string_view(sealed) : pem.view();
  if (text.empty()) return base::fail(ErrorKind::internal, "OpenSSL did not write the key");
  return write_new(path, text);
}

Result<> KeyFolder::check_seal() const {
  if (seal_) return {};
  if (!sealed_) sealed_ = TRY(find_sealed(path_));
  if (sealed_->empty()) return {};
  return base::fail(
      ErrorKind::input, "keys are sealed here, and no key file was named that seals the next one",
      base::printable(*sealed_), "name it with --seal-file, or as seal_file in [dkim] of the configuration");
}

Result<bool> KeyFolder::has(const std::string& domain, const std::string& selector) const {
  TRY(check_name(domain));
  TRY(check_name(selector));
  return is_there(key_path(domain, selector));
}

Result<SignKey> KeyFolder::read(const std::string& domain, const std::string& selector) const {
  TRY(check_name(domain));
  TRY(check_name(selector));
  const auto path = key_path(domain, selector);
  const auto text =
      TRY(open_secret(TRY(read_private(path, {.links = false})), seal_, domain + '/' + selector, path));
  auto key = SignKey::from_pem(text);
  if (key) return key;
  auto error = key.error();
  error.where = base::printable(path);
  return std::unexpected(std::move(error));
}

Result<std::optional<std::string>> KeyFolder::read_list(const std::string& domain) const {
  TRY(check_name(domain));
  if (!TRY(is_there(list_path(domain)))) return std::nullopt;
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
    // One that cannot be looked at counts: reading it then says why.
    if (is_there(list_path(name)).value_or(true)) out.push_back(std::move(name));
  }
  std::ranges::sort(out);
  return out;
}

}  // namespace rampart::crypto
