#include "crypto/hmac.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "crypto/digest.h"

namespace rampart::crypto {

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  std::string out(kSha256Bytes, '\0');
  unsigned size = 0;
  const auto* done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                          reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                          reinterpret_cast<unsigned char*>(out.data()), &size);
  return done != nullptr && size == out.size() ? out : std::string();
}

Secret derive_key(std::string_view key, std::string_view purpose) {
  // Section 2.2: no salt is as many zeros as the hash has octets. Section 2.3: one block is all that is taken.
  const Secret extracted(hmac_sha256(std::string(kSha256Bytes, '\0'), key));
  if (extracted.empty()) return {};
  return Secret(hmac_sha256(extracted, std::string(purpose) + '\x01'));
}

bool same_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace rampart::crypto
