// Secrets at rest: AES-256-GCM under a key that stands in a file of its own.
//
//   const auto key = crypto::SealKey::from_text(text);          // Result<SealKey>; the file holds 32 bytes in base64
//   const auto sealed = key->seal(pem, "bank.example/s1");
//   key->open(sealed, "bank.example/s1")                        // the same bytes; of another name nothing
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "crypto/secret.h"

namespace rampart::crypto {

class SealKey {
 public:
  // Errors are of kind input, and hold no byte of the text.
  static base::Result<SealKey> from_text(std::string_view text);

  // Visible text, another one each time. `name` is what the secret is; it is not kept, and opening needs it again. Empty only
  // when OpenSSL itself fails.
  [[nodiscard]] std::string seal(std::string_view secret, std::string_view name) const;
  // Nothing when the text was changed, or sealed with another key or under another name.
  [[nodiscard]] std::optional<Secret> open(std::string_view sealed, std::string_view name) const;
  // The same as bytes: 28 more than the secret has.
  [[nodiscard]] std::string seal_bytes(std::string_view secret, std::string_view name) const;
  [[nodiscard]] std::optional<Secret> open_bytes(std::string_view sealed, std::string_view name) const;
  // A key of its own for what else is proven under this one. Empty only when OpenSSL itself fails.
  [[nodiscard]] Secret derive(std::string_view purpose) const;
  static constexpr std::string_view kMark = "rampart-sealed-1:";  // how sealed text begins
  static bool is_sealed(std::string_view text);

 private:
  explicit SealKey(Secret key) : key_(std::move(key)) {}
  Secret key_;
};

// The private key in the text of a file, sealed as `name` or in clear. Errors (kind input) say what is missing.
base::Result<Secret> open_secret(Secret text, const std::optional<SealKey>& seal, std::string_view name,
                                 const std::string& path);

}  // namespace rampart::crypto
