// Private keys that sign. Their secret is in OpenSSL's memory, which wipes it, and in a Secret where it is written out.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "crypto/secret.h"

namespace rampart::crypto {

class SignKey {
 public:
  enum class Type : unsigned char { rsa, ed25519 };

  // Bits of RSA; Ed25519 takes none. Errors are of kind internal.
  static base::Result<SignKey> make(Type type, unsigned bits = 2048);
  // PKCS #8 or PKCS #1 in PEM, without a password. Errors are of kind input, and hold no byte of the text.
  static base::Result<SignKey> from_pem(std::string_view pem);
  SignKey(SignKey&& other) noexcept;
  SignKey& operator=(SignKey&& other) noexcept;
  ~SignKey();

  [[nodiscard]] Type type() const;
  [[nodiscard]] unsigned bits() const;
  [[nodiscard]] Secret pem() const;  // PKCS #8; empty only when OpenSSL itself fails
  // As a DKIM key record has it (RFC 6376 section 3.6.1, RFC 8463 section 4): SubjectPublicKeyInfo, or the raw 32 bytes.
  [[nodiscard]] std::string public_key() const;
  // RSASSA-PKCS1-v1_5, or Ed25519 with the digest as its message. Empty only when OpenSSL itself fails.
  [[nodiscard]] std::string sign(std::string_view sha256) const;

 private:
  struct Parts;
  explicit SignKey(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace rampart::crypto
