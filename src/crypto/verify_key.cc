#include "crypto/verify_key.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "crypto/public_key.h"

namespace rampart::crypto {
namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

struct VerifyKey::Parts {
  std::unique_ptr<EVP_PKEY, Free> key;
  // RSA: set up once; each check works on a copy, which costs less than setting up another.
  std::unique_ptr<EVP_PKEY_CTX, Free> ready;
};

VerifyKey::VerifyKey(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
VerifyKey::~VerifyKey() = default;

base::Result<std::shared_ptr<const VerifyKey>> VerifyKey::rsa(std::string_view der) {
  const auto read = TRY(PublicKey::rsa(der));
  if (read.bits() > kMaxVerifyBits)
    return base::fail(
        base::ErrorKind::input,
        fmt::format("the key has {} bits, more than the {} that are tried", read.bits(), kMaxVerifyBits));
  const auto info = read.spki();
  auto parts = std::make_unique<Parts>();
  const auto* at = bytes(info);
  parts->key.reset(d2i_PUBKEY(nullptr, &at, static_cast<long>(info.size())));
  if (parts->key) parts->ready.reset(EVP_PKEY_CTX_new(parts->key.get(), nullptr));
  const bool good = parts->ready && EVP_PKEY_verify_init(parts->ready.get()) == 1 &&
                    EVP_PKEY_CTX_set_rsa_padding(parts->ready.get(), RSA_PKCS1_PADDING) == 1 &&
                    EVP_PKEY_CTX_set_signature_md(parts->ready.get(), EVP_sha256()) == 1;
  ERR_clear_error();
  if (!good) return base::fail(base::ErrorKind::input, "the key cannot be used to verify");
  return std::shared_ptr<const VerifyKey>(
      new VerifyKey(std::move(parts)));  // shared by caches and verifications
}

base::Result<std::shared_ptr<const VerifyKey>> VerifyKey::ed25519(std::string_view raw) {
  auto parts = std::make_unique<Parts>();
  if (raw.size() == kEd25519KeyBytes)
    parts->key.reset(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes(raw), raw.size()));
  ERR_clear_error();
  if (!parts->key) return base::fail(base::ErrorKind::input, "is no Ed25519 key, which has 32 bytes");
  return std::shared_ptr<const VerifyKey>(new VerifyKey(std::move(parts)));
}

bool VerifyKey::check(std::string_view sha256, std::string_view signature) const {
  bool good = false;
  if (parts_->ready) {
    const std::unique_ptr<EVP_PKEY_CTX, Free> context(EVP_PKEY_CTX_dup(parts_->ready.get()));
    good = context && EVP_PKEY_verify(context.get(), bytes(signature), signature.size(), bytes(sha256),
                                      sha256.size()) == 1;
  } else {
    const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
    good =
        context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, parts_->key.get()) == 1 &&
        EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(sha256), sha256.size()) ==
            1;
  }
  if (!good) ERR_clear_error();
  return good;
}

}  // namespace rampart::crypto
