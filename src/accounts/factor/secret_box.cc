#include "accounts/factor/secret_box.h"

#include <fmt/format.h>
#include <sodium.h>

#include "base/file.h"
#include "base/text.h"
#include "crypto/private_file.h"

namespace rampart::accounts::factor {
namespace {

using base::ErrorKind;

// Every kind of key that is derived from one file has a purpose of its own.
constexpr std::string_view kPurpose = "rampart accounts: secrets of factors, 1";

std::string name_of(std::string_view account, std::string_view purpose) {
  return fmt::format("accounts/{}/{}", purpose, account);
}

}  // namespace

base::Result<SecretBox> SecretBox::open(const std::string& key_file) {
  const auto text = TRY(crypto::read_private(key_file));
  auto key = crypto::SealKey::from_text(text);
  if (!key) {
    key.error().where = base::printable(key_file);
    return std::unexpected(key.error());
  }
  return from_key(*key);
}

base::Result<> SecretBox::make_key_file(const std::string& path) {
  if (sodium_init() < 0) return base::fail(ErrorKind::internal, "there is no source of random numbers");
  std::string bytes(32, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  const crypto::Secret text(base::encode_base64(bytes) + '\n');
  crypto::wipe(bytes);
  return base::write_new_file(path, text);
}

base::Result<SecretBox> SecretBox::from_key(const crypto::SealKey& key) {
  const auto derived = key.derive(kPurpose);
  if (derived.empty()) return base::fail(ErrorKind::internal, "no key could be derived");
  return SecretBox(TRY(crypto::SealKey::from_text(crypto::Secret(base::encode_base64(derived)))));
}

base::Result<std::string> SecretBox::seal(std::string_view secret, std::string_view account,
                                          std::string_view purpose) const {
  auto out = key_.seal(secret, name_of(account, purpose));
  if (out.empty())
    return base::fail(ErrorKind::internal, "a secret could not be sealed", std::string(account));
  return std::string(base::trim(out));
}

base::Result<crypto::Secret> SecretBox::unseal(std::string_view sealed, std::string_view account,
                                               std::string_view purpose) const {
  auto secret =
      sealed.size() <= 2 * kMaxSealedSecret ? key_.open(sealed, name_of(account, purpose)) : std::nullopt;
  if (secret) return *std::move(secret);
  return base::fail(
      ErrorKind::input, fmt::format("the {} of this account cannot be opened", purpose), std::string(account),
      "name the key file of the accounts that it was sealed with, or put it back from the backup");
}

}  // namespace rampart::accounts::factor
