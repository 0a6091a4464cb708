// Public keys as DKIM publishes them.
//
//   auto key = crypto::PublicKey::rsa(der);      // Result<PublicKey>
//   key->bits()                                  // 2048: of the RSA modulus
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rampart::crypto {

// Our own: an RSA key of 16,384 bits, OpenSSL's own bound for verification, takes 2.1 KB of DER.
inline constexpr std::size_t kMaxKeyBytes = 4096;
inline constexpr std::size_t kEd25519KeyBytes = 32;  // RFC 8032 section 5.1.5

class PublicKey {
 public:
  enum class Form : unsigned char {
    subject_public_key_info,  // RFC 6376 section 3.6.1 as everybody reads it (RFC 5280 section 4.1)
    rsa_public_key,  // bare PKCS #1 (RFC 8017 appendix A.1.1), what the text of RFC 6376 literally says
    raw,             // Ed25519, RFC 8463 section 4
  };

  // An RSA key in DER, either form, with nothing behind it. Errors are of kind input and say what the bytes
  // are instead.
  static base::Result<PublicKey> rsa(std::string_view der);
  // The 32 raw bytes of an Ed25519 key.
  static base::Result<PublicKey> ed25519(std::string_view raw);

  [[nodiscard]] unsigned bits() const;  // RSA: of the modulus; Ed25519: 256
  [[nodiscard]] Form form() const { return form_; }
  // RSA: a public exponent below 3 or even signs nothing safely.
  [[nodiscard]] bool even_or_tiny_exponent() const;
  // The SubjectPublicKeyInfo in DER: the same for both forms of one key.
  [[nodiscard]] std::string spki() const;

 private:
  PublicKey(Form form, std::string_view number, std::string_view exponent)
      : form_(form), number_(number), exponent_(exponent) {}
  static std::optional<PublicKey> read(std::string_view der);

  Form form_;
  std::string number_;    // the modulus, big-endian without leading zeros; or the raw Ed25519 key
  std::string exponent_;  // the same of an RSA key
};

}  // namespace rampart::crypto
