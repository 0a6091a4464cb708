#include "accounts/common.h"

#include <cerrno>
#include <system_error>

#include <fmt/format.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/ip.h"
#include "base/text.h"
#include "crypto/private_file.h"

namespace rampart::accounts {
namespace {

using base::ErrorKind;
using base::Result;

constexpr std::string_view kSealFile = "accounts.key";
constexpr std::string_view kLogFile = "audit-log.pem";

Result<> make_folder(const std::string& folder) {
  const auto where = base::printable(folder);
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return base::fail(ErrorKind::io,
                      fmt::format("cannot be made: {}", std::generic_category().message(errno)), where,
                      "make the folder above it, or name another place");
  struct stat status{};
  if (::stat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode))
    return base::fail(ErrorKind::input, "is no folder", where, "name a folder for the keys of accounts");
  if ((status.st_mode & 077U) != 0)
    return base::fail(ErrorKind::input, "others may look into the folder of keys", where, "chmod 700 it");
  return {};
}

bool is_there(const std::string& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0;
}

// Another process may make it at the same time: then its is taken.
Result<> make_log_key(const std::string& path) {
  const auto key = TRY(crypto::SignKey::make(crypto::SignKey::Type::ed25519));
  const auto pem = key.pem();
  if (pem.empty()) return base::fail(ErrorKind::internal, "no key could be made", path);
  auto written = base::write_new_file(path, pem);
  if (!written && !is_there(path)) return written;
  return {};
}

Result<> make_seal_key(const std::string& path) {
  auto written = factor::SecretBox::make_key_file(path);
  if (!written && !is_there(path)) return written;
  return {};
}

}  // namespace

Result<Site> site_of(const std::string& public_url) {
  const auto wrong = [&](std::string what) {
    return base::fail(
        ErrorKind::config, std::move(what), base::printable(public_url),
        "write it as https://rampart.ministry.example, or http://localhost:8080 for this machine");
  };
  const std::string_view text = public_url;
  const bool secure = text.starts_with("https://");
  if (!secure && !text.starts_with("http://"))
    return wrong("the public URL begins with neither https:// nor http://");
  auto rest = text.substr(secure ? 8 : 7);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.empty() || rest.find_first_of("/?#@ ") != std::string_view::npos)
    return wrong("the public URL is a scheme, a host and perhaps a port, and no more");
  auto host = base::lower(rest.substr(0, rest.find(':')));
  if (rest.starts_with('[') || base::IpAddress::parse(host))
    return wrong("browsers allow passkeys for names alone, not for addresses");
  if (!secure && host != "localhost" && !host.ends_with(".localhost"))
    return wrong("without https browsers allow passkeys on localhost alone");
  auto port = std::string(rest.substr(host.size()));
  if (!port.empty()) {
    const auto value = base::parse_number(std::string_view(port).substr(1));
    if (!value || *value == 0 || *value > 65535) return wrong("the port is no number from 1 to 65535");
    // An origin does not name its scheme's own port (WHATWG URL, 4.5; HTML, 7.1.1).
    if (*value == (secure ? 443U : 80U)) port.clear();
  }
  auto origin = fmt::format("{}://{}{}", secure ? "https" : "http", host, port);
  return Site{.host = std::move(host), .origin = std::move(origin)};
}

Result<Keys> Keys::open(const std::string& folder) {
  TRY(make_folder(folder));
  const auto seal = fmt::format("{}/{}", folder, kSealFile);
  const auto log = fmt::format("{}/{}", folder, kLogFile);
  if (!is_there(seal)) TRY(make_seal_key(seal));
  if (!is_there(log)) TRY(make_log_key(log));
  auto box = TRY(factor::SecretBox::open(seal));
  const auto pem = TRY(crypto::read_private(log));
  auto key = crypto::SignKey::from_pem(pem);
  if (!key || key->type() != crypto::SignKey::Type::ed25519)
    return base::fail(ErrorKind::input, "it holds no Ed25519 key", base::printable(log),
                      "put it back from a copy; a new one is made where there is none, and earlier heads are "
                      "then by another key");
  return Keys{.box = std::move(box), .log = *std::move(key)};
}

HashRoom::Place::~Place() {
  if (room_ != nullptr) room_->leave();
}

HashRoom::Place HashRoom::enter() {
  std::unique_lock lock(mutex_);
  if (inside_ >= at_once_) {
    if (waiting_ >= most_waiting_) return Place(nullptr);
    ++waiting_;
    const bool room = free_.wait_for(lock, patience_, [&] { return inside_ < at_once_; });
    --waiting_;
    if (!room) return Place(nullptr);
  }
  ++inside_;
  most_seen_ = std::max(most_seen_, inside_);
  return Place(this);
}

unsigned HashRoom::most_seen() const {
  const std::lock_guard lock(mutex_);
  return most_seen_;
}

void HashRoom::leave() {
  {
    const std::lock_guard lock(mutex_);
    --inside_;
  }
  free_.notify_one();
}

}  // namespace rampart::accounts
