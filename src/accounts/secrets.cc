#include "accounts/secrets.h"

#include <algorithm>

#include <sodium.h>

#include "base/base64url.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/ids.h"

namespace rampart::accounts {

base::Result<std::string> new_secret() {
  if (::sodium_init() < 0)
    return base::fail(base::ErrorKind::internal, "the generator of random numbers cannot be used");
  std::string bytes(kSecretBytes, '\0');
  ::randombytes_buf(bytes.data(), bytes.size());
  return base::encode_base64url(bytes);
}

bool is_secret(std::string_view text) {
  return text.size() == kSecretLetters &&
         std::ranges::all_of(text, [](char c) { return base::is_alnum(c) || c == '-' || c == '_'; });
}

std::string hash_of_secret(std::string_view secret) { return base::hex(crypto::sha256(secret)); }

base::Result<std::string> fresh_id() {
  auto id = crypto::new_id();
  if (id.empty())
    return base::fail(base::ErrorKind::internal, "the generator of random numbers cannot be used");
  return id;
}

}  // namespace rampart::accounts
