#include "server/guard/api_token.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "crypto/private_file.h"

namespace rampart::server {

using base::ErrorKind;
using base::Result;

Result<crypto::Secret> read_api_token(const std::string& file) {
  if (file.empty()) return crypto::Secret();
  const auto text = TRY(crypto::read_private(file));
  const auto token = base::trim(text.view());
  const bool visible = std::ranges::all_of(token, [](unsigned char c) { return c > ' ' && c < 0x7f; });
  if (token.size() < kLeastToken || !visible)
    return base::fail(
        ErrorKind::input,
        fmt::format("holds no token: at least {} letters, digits or signs, without a space", kLeastToken),
        base::printable(file), "(umask 077; head -c 32 /dev/urandom | base64 > FILE)");
  return crypto::Secret(token);
}

}  // namespace rampart::server
