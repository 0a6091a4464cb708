// The keys of a provider: JSON Web Keys (RFC 7517, RFC 7518 section 6, RFC 8037) by OpenSSL.
#include <algorithm>
#include <array>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "accounts/oidc/documents.h"
#include "base/base64url.h"
#include "base/json.h"

namespace rampart::accounts::oidc {
namespace {

using base::ErrorKind;
using boost::json::object;

constexpr std::size_t kMaxKeyId = 255;      // octets; our own
constexpr std::size_t kMaxRsaExponent = 4;  // octets; RFC 7518 asks for none, every provider has 65537
constexpr std::size_t kCoordinate = 32;     // octets of P-256 and Ed25519
constexpr std::size_t kMaxNumber = 4096;    // characters of a number in base64url

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(BIGNUM* number) const { BN_free(number); }
  void operator()(OSSL_PARAM_BLD* builder) const { OSSL_PARAM_BLD_free(builder); }
  void operator()(OSSL_PARAM* params) const { OSSL_PARAM_free(params); }
  void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, Free>;
using Number = std::unique_ptr<BIGNUM, Free>;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string number_of(const object& jwk, std::string_view member) {
  const auto text = base::text_member(jwk, member);
  if (text.size() > kMaxNumber) return {};
  return base::decode_base64url(text).value_or(std::string());
}

KeyPtr make_key(const char* type, OSSL_PARAM_BLD* builder) {
  const std::unique_ptr<OSSL_PARAM, Free> params(OSSL_PARAM_BLD_to_param(builder));
  const std::unique_ptr<EVP_PKEY_CTX, Free> context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (params && context && EVP_PKEY_fromdata_init(context.get()) == 1)
    EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get());
  return KeyPtr(key);
}

KeyPtr rsa_key(const object& jwk) {
  const auto modulus = number_of(jwk, "n");
  const auto exponent = number_of(jwk, "e");
  if (modulus.empty() || exponent.empty() || exponent.size() > kMaxRsaExponent) return nullptr;
  const Number n(BN_bin2bn(bytes(modulus), static_cast<int>(modulus.size()), nullptr));
  const Number e(BN_bin2bn(bytes(exponent), static_cast<int>(exponent.size()), nullptr));
  if (!n || !e || BN_is_odd(n.get()) == 0 || BN_is_odd(e.get()) == 0 || BN_is_one(e.get()) != 0)
    return nullptr;
  const auto bits = static_cast<unsigned>(BN_num_bits(n.get()));
  if (bits < kMinRsaBits || bits > kMaxRsaBits) return nullptr;
  const std::unique_ptr<OSSL_PARAM_BLD, Free> builder(OSSL_PARAM_BLD_new());
  if (!builder || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
    return nullptr;
  return make_key("RSA", builder.get());
}

// OpenSSL refuses a point that is not on the curve.
KeyPtr p256_key(const object& jwk) {
  const auto x = number_of(jwk, "x");
  const auto y = number_of(jwk, "y");
  if (base::text_member(jwk, "crv") != "P-256" || x.size() != kCoordinate || y.size() != kCoordinate)
    return nullptr;
  const auto point = '\x04' + x + y;
  const std::unique_ptr<OSSL_PARAM_BLD, Free> builder(OSSL_PARAM_BLD_new());
  if (!builder ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) !=
          1)
    return nullptr;
  return make_key("EC", builder.get());
}

KeyPtr ed25519_key(const object& jwk) {
  const auto x = number_of(jwk, "x");
  if (base::text_member(jwk, "crv") != "Ed25519" || x.size() != kCoordinate) return nullptr;
  return KeyPtr(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes(x), x.size()));
}

// Whether a key says that it is for this: RFC 7517 sections 4.2 to 4.4; what says nothing is for anything.
bool is_for(const object& jwk, SigningAlgorithm algorithm) {
  if (const auto* use = jwk.if_contains("use"); use != nullptr && base::text_member(jwk, "use") != "sig")
    return false;
  if (const auto* operations = jwk.if_contains("key_ops"); operations != nullptr) {
    const bool verifies =
        operations->is_array() && std::ranges::any_of(operations->get_array(), [](const auto& item) {
          return item.is_string() && std::string_view(item.get_string()) == "verify";
        });
    if (!verifies) return false;
  }
  if (jwk.if_contains("alg") == nullptr) return true;
  const auto named = base::text_member(jwk, "alg");
  return named == to_string(algorithm) ||
         (algorithm == SigningAlgorithm::eddsa && named == "Ed25519");  // RFC 9864
}

KeyPtr read_key(const object& jwk, SigningAlgorithm algorithm) {
  const auto type = base::text_member(jwk, "kty");
  switch (algorithm) {
    case SigningAlgorithm::rs256:
    case SigningAlgorithm::ps256:
      return type == "RSA" ? rsa_key(jwk) : nullptr;
    case SigningAlgorithm::es256:
      return type == "EC" ? p256_key(jwk) : nullptr;
    case SigningAlgorithm::eddsa:
      return type == "OKP" ? ed25519_key(jwk) : nullptr;
  }
  return nullptr;
}

// The two numbers of JWS (RFC 7518 section 3.4) as OpenSSL wants them.
std::string der_of(std::string_view numbers) {
  if (numbers.size() != 2 * kCoordinate) return {};
  const std::unique_ptr<ECDSA_SIG, Free> signature(ECDSA_SIG_new());
  BIGNUM* const r = BN_bin2bn(bytes(numbers), kCoordinate, nullptr);
  BIGNUM* const s = BN_bin2bn(bytes(numbers) + kCoordinate, kCoordinate, nullptr);
  if (!signature || r == nullptr || s == nullptr || ECDSA_SIG_set0(signature.get(), r, s) != 1) {
    BN_free(r);
    BN_free(s);
    return {};
  }  // else they are the signature's
  unsigned char* der = nullptr;
  const int length = i2d_ECDSA_SIG(signature.get(), &der);
  if (length <= 0) return {};
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  return out;
}

}  // namespace

struct Key::Parts {
  KeyPtr key;
  SigningAlgorithm algorithm;
};

Key::Key(std::string id, std::unique_ptr<Parts> parts) : id_(std::move(id)), parts_(std::move(parts)) {}
Key::~Key() = default;

bool Key::check(std::string_view signed_text, std::string_view signature) const {
  std::string der;
  if (parts_->algorithm == SigningAlgorithm::es256) {
    der = der_of(signature);
    signature = der;
  }
  const auto* digest = parts_->algorithm == SigningAlgorithm::eddsa ? nullptr : EVP_sha256();
  const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* how = nullptr;  // the context's own
  bool good = !signature.empty() && context &&
              EVP_DigestVerifyInit(context.get(), &how, digest, nullptr, parts_->key.get()) == 1;
  if (parts_->algorithm == SigningAlgorithm::ps256)  // RFC 7518 section 3.5: a salt as long as the hash
    good = good && EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(how, RSA_PSS_SALTLEN_DIGEST) == 1;
  good = good && EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(signed_text),
                                  signed_text.size()) == 1;
  ERR_clear_error();
  return good;
}

base::Result<KeySet> KeySet::parse(std::string_view json, SigningAlgorithm algorithm) {
  const auto value = TRY(base::parse_json(json, "jwks", {.max_bytes = kMaxDocument, .max_depth = 16}));
  const auto* keys = value.is_object() ? value.get_object().if_contains("keys") : nullptr;
  if (keys == nullptr || !keys->is_array())
    return base::fail(ErrorKind::input, "the provider's keys are no JSON Web Key Set");
  KeySet out;
  out.algorithm_ = algorithm;
  std::size_t looked_at = 0;
  for (const auto& item : keys->get_array()) {
    if (++looked_at > kMaxKeys) break;
    if (!item.is_object() || !is_for(item.get_object(), algorithm)) continue;
    auto id = base::text_member(item.get_object(), "kid");
    auto key = id.size() <= kMaxKeyId ? read_key(item.get_object(), algorithm) : nullptr;
    ERR_clear_error();
    if (!key) continue;
    auto parts = std::make_unique<Key::Parts>(std::move(key), algorithm);
    out.keys_.push_back(std::unique_ptr<Key>(new Key(std::move(id), std::move(parts))));
  }
  if (out.keys_.empty())
    return base::fail(ErrorKind::input,
                      fmt::format("none of the provider's keys is one for {}", to_string(algorithm)));
  return out;
}

const Key* KeySet::find(std::string_view id) const {
  if (id.empty()) return keys_.size() == 1 ? keys_.front().get() : nullptr;
  const auto found = std::ranges::find_if(keys_, [&](const auto& key) { return key->id() == id; });
  return found == keys_.end() ? nullptr : found->get();
}

}  // namespace rampart::accounts::oidc
