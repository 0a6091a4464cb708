#include "server/setup/key_file.h"

#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "base/text.h"

namespace rampart::server {

using base::ErrorKind;
using base::Result;

Result<> write_secret(const std::string& path, std::string_view text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  const auto failed = [&](int code) {
    return base::fail(code == EEXIST ? ErrorKind::usage : ErrorKind::io,
                      code == EEXIST
                          ? "is there already, and a key is never overwritten"
                          : fmt::format("cannot be written: {}", std::generic_category().message(code)),
                      base::printable(path), code == EEXIST ? "name another file with --key" : "");
  };
  if (file < 0) return failed(errno);
  while (!text.empty()) {
    const auto written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int code = errno;
      ::close(file);
      ::unlink(path.c_str());
      return failed(code);
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  const bool kept = ::fsync(file) == 0;
  const int code = errno;
  ::close(file);
  if (kept) return {};
  ::unlink(path.c_str());
  return failed(code);
}

namespace {

Result<crypto::SignKey> from_pem(const crypto::Secret& pem, const std::string& path) {
  auto key = crypto::SignKey::from_pem(pem);
  if (key) return key;
  auto error = key.error();
  error.where = base::printable(path);
  return std::unexpected(std::move(error));
}

}  // namespace

Result<crypto::SignKey> read_key(const std::string& path, crypto::PrivateRules rules) {
  return from_pem(TRY(crypto::read_private(path, rules)), path);
}

std::string sealed_name(const dns::Name& domain, const std::string& selector) {
  return domain.text() + '/' + selector;
}

Result<crypto::SignKey> read_key(const std::string& path, const std::optional<crypto::SealKey>& seal,
                                 std::string_view name) {
  return from_pem(TRY(crypto::open_secret(TRY(crypto::read_private(path)), seal, name, path)), path);
}

}  // namespace rampart::server
