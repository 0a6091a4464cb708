// Public keys that check signatures, ready to do so: decoding one costs six times a check, so they are made once and kept.
//
//   const auto key = crypto::VerifyKey::rsa(der);             // Result<shared_ptr<const VerifyKey>>
//   (*key)->check(crypto::sha256(signed_bytes), signature)    // bool
//
// Any number of threads may check with one at once.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"

namespace rampart::crypto {

// Our own bound of the time that a stranger's key may cost: RSA-8192 takes about 0.25 ms to verify with.
inline constexpr unsigned kMaxVerifyBits = 8192;

class VerifyKey {
 public:
  // A public RSA key in DER, SubjectPublicKeyInfo or bare (RFC 6376 section 3.6.1), of at most kMaxVerifyBits; the 32 raw
  // bytes of an Ed25519 key (RFC 8463 section 4). Errors are of kind input.
  static base::Result<std::shared_ptr<const VerifyKey>> rsa(std::string_view der);
  static base::Result<std::shared_ptr<const VerifyKey>> ed25519(std::string_view raw);
  VerifyKey(const VerifyKey&) = delete;
  VerifyKey& operator=(const VerifyKey&) = delete;
  ~VerifyKey();

  // RSA: RSASSA-PKCS1-v1_5 over a SHA-256 digest (RFC 8017 section 8.2.2). Ed25519: pure, over the digest as the message
  // (RFC 8463 section 3).
  [[nodiscard]] bool check(std::string_view sha256, std::string_view signature) const;

 private:
  struct Parts;
  explicit VerifyKey(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace rampart::crypto
