#include "crypto/public_key.h"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

namespace rampart::crypto {
namespace {

constexpr auto kInput = base::ErrorKind::input;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// The key in `der` when one of that form fills it exactly; null otherwise. The error queue is left clean.
evp_pkey_st* read_der(std::string_view der, PublicKey::Form form) {
  const auto* at = bytes(der);
  const auto length = static_cast<long>(der.size());
  auto* key = form == PublicKey::Form::subject_public_key_info
                  ? d2i_PUBKEY(nullptr, &at, length)
                  : d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, length);
  ERR_clear_error();
  if (key != nullptr && at != bytes(der) + der.size()) {
    EVP_PKEY_free(key);
    return nullptr;
  }
  return key;
}

}  // namespace

void PublicKey::Free::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

base::Result<PublicKey> PublicKey::rsa(std::string_view der) {
  if (der.size() > kMaxKeyBytes) {
    return base::fail(kInput, fmt::format("the key has {} bytes, more than {}", der.size(), kMaxKeyBytes));
  }
  for (const auto form : {Form::subject_public_key_info, Form::rsa_public_key}) {
    Handle handle(read_der(der, form));
    if (!handle) continue;
    if (EVP_PKEY_get_base_id(handle.get()) != EVP_PKEY_RSA) {
      return base::fail(
          kInput, fmt::format("the key is not an RSA key but {}", EVP_PKEY_get0_type_name(handle.get())));
    }
    return PublicKey(std::move(handle), form);
  }
  return base::fail(kInput, "the bytes are no RSA public key");
}

base::Result<PublicKey> PublicKey::ed25519(std::string_view raw) {
  if (raw.size() != kEd25519KeyBytes) {
    return base::fail(kInput,
                      fmt::format("an Ed25519 key has {} bytes, not {}", kEd25519KeyBytes, raw.size()));
  }
  Handle handle(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes(raw), raw.size()));
  ERR_clear_error();
  if (!handle) return base::fail(kInput, "the bytes are no Ed25519 public key");
  return PublicKey(std::move(handle), Form::raw);
}

unsigned PublicKey::bits() const {
  return form_ == Form::raw ? 256 : static_cast<unsigned>(EVP_PKEY_get_bits(handle_.get()));
}

bool PublicKey::even_or_tiny_exponent() const {
  BIGNUM* exponent = nullptr;
  if (EVP_PKEY_get_bn_param(handle_.get(), OSSL_PKEY_PARAM_RSA_E, &exponent) != 1) {
    ERR_clear_error();
    return false;
  }
  const bool bad = BN_is_odd(exponent) == 0 || BN_num_bits(exponent) < 2;
  BN_free(exponent);
  return bad;
}

std::string PublicKey::spki() const {
  unsigned char* der = nullptr;
  const int length = i2d_PUBKEY(handle_.get(), &der);
  if (length <= 0) {
    ERR_clear_error();
    return {};
  }
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  return out;
}

}  // namespace rampart::crypto
