// Secrets of factors at rest: sealed under a key that stands in a file of its own, each bound to its account and place.
//
//   const auto box = TRY(factor::SecretBox::open("/etc/rampart/accounts.key"));
//   row.secret = TRY(box.seal(totp_secret, account_id, "totp"));          // text: "rampart-sealed-1:…"
//   const auto secret = TRY(box.unseal(row.secret, account_id, "totp"));  // Secret; of another account's row an error
//
// AES-256-GCM by crypto::SealKey, which quarantine and signing keys are sealed with already: one form and one file for operators to
// keep, rather than XChaCha20 beside it. Its 96 random bits of nonce allow 2^32 secrets under one key. The key of the box is derived
// from that of the file, so that the same file can serve other parts.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "crypto/seal_key.h"
#include "crypto/secret.h"

namespace rampart::accounts::factor {

inline constexpr std::size_t kMaxSealedSecret = 4096;  // octets of what is unsealed; our own

class SecretBox {
 public:
  // Of a file that holds 32 bytes in base64 and that nobody else may read (crypto/private_file.h). Errors say what to do.
  static base::Result<SecretBox> open(const std::string& key_file);
  // Writes such a file, 0600; one that is there stays, which is an error.
  static base::Result<> make_key_file(const std::string& path);
  static base::Result<SecretBox> from_key(const crypto::SealKey& key);

  // `account`: its id. `purpose`: a word, "totp", "oidc". Errors: kind internal.
  [[nodiscard]] base::Result<std::string> seal(std::string_view secret, std::string_view account,
                                               std::string_view purpose) const;
  // Errors: kind input, when it was altered, sealed under another key, or is another account's; none holds a byte of it.
  [[nodiscard]] base::Result<crypto::Secret> unseal(std::string_view sealed, std::string_view account,
                                                    std::string_view purpose) const;

 private:
  explicit SecretBox(crypto::SealKey key) : key_(std::move(key)) {}
  crypto::SealKey key_;
};

}  // namespace rampart::accounts::factor
