#include "accounts/factor/fido.h"

#include <memory>

#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/rs256.h>
#include <openssl/err.h>

namespace rampart::accounts::factor {
namespace {

struct Free {
  void operator()(fido_assert_t* assertion) const { fido_assert_free(&assertion); }
  void operator()(fido_cred_t* credential) const { fido_cred_free(&credential); }
  void operator()(es256_pk_t* key) const { es256_pk_free(&key); }
  void operator()(eddsa_pk_t* key) const { eddsa_pk_free(&key); }
  void operator()(rs256_pk_t* key) const { rs256_pk_free(&key); }
};

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

void start() {
  static const bool once = [] {
    fido_init(0);
    return true;
  }();
  static_cast<void>(once);
}

int cose_of(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::es256:
      return COSE_ES256;
    case Algorithm::eddsa:
      return COSE_EDDSA;
    case Algorithm::rs256:
      return COSE_RS256;
  }
  return COSE_UNSPEC;
}

bool verify(const fido_assert_t* assertion, const CoseKey& key) {
  const auto* numbers = key.numbers.data();
  const auto size = key.numbers.size();
  const auto algorithm = cose_of(key.algorithm);
  switch (key.algorithm) {
    case Algorithm::es256: {
      const std::unique_ptr<es256_pk_t, Free> point(es256_pk_new());
      return point && es256_pk_from_ptr(point.get(), numbers, size) == FIDO_OK &&
             fido_assert_verify(assertion, 0, algorithm, point.get()) == FIDO_OK;
    }
    case Algorithm::eddsa: {
      const std::unique_ptr<eddsa_pk_t, Free> point(eddsa_pk_new());
      return point && eddsa_pk_from_ptr(point.get(), numbers, size) == FIDO_OK &&
             fido_assert_verify(assertion, 0, algorithm, point.get()) == FIDO_OK;
    }
    case Algorithm::rs256: {
      const std::unique_ptr<rs256_pk_t, Free> modulus(rs256_pk_new());
      return modulus && rs256_pk_from_ptr(modulus.get(), numbers, size) == FIDO_OK &&
             fido_assert_verify(assertion, 0, algorithm, modulus.get()) == FIDO_OK;
    }
  }
  return false;
}

}  // namespace

bool check_signature(const Signed& what, const CoseKey& key, std::string_view signature) {
  start();
  const std::unique_ptr<fido_assert_t, Free> assertion(fido_assert_new());
  auto* const raw = assertion.get();
  const bool ready =
      raw != nullptr && fido_assert_set_count(raw, 1) == FIDO_OK &&
      fido_assert_set_rp(raw, std::string(what.party).c_str()) == FIDO_OK &&
      fido_assert_set_clientdata_hash(raw, bytes(what.client_data_hash), what.client_data_hash.size()) ==
          FIDO_OK &&
      fido_assert_set_authdata_raw(raw, 0, bytes(what.data), what.data.size()) == FIDO_OK &&
      fido_assert_set_sig(raw, 0, bytes(signature), signature.size()) == FIDO_OK &&
      fido_assert_set_extensions(raw, what.parsed.extensions & (FIDO_EXT_HMAC_SECRET | FIDO_EXT_CRED_BLOB)) ==
          FIDO_OK &&
      fido_assert_set_up(raw, FIDO_OPT_TRUE) == FIDO_OK &&
      fido_assert_set_uv(raw, what.verified ? FIDO_OPT_TRUE : FIDO_OPT_OMIT) == FIDO_OK;
  const bool good = ready && verify(raw, key);
  ERR_clear_error();
  return good;
}

bool check_attestation(const Signed& what, const CoseKey& key, std::string_view format,
                       std::string_view statement, bool self) {
  start();
  const std::unique_ptr<fido_cred_t, Free> credential(fido_cred_new());
  auto* const raw = credential.get();
  const bool ready =
      raw != nullptr && fido_cred_set_type(raw, cose_of(key.algorithm)) == FIDO_OK &&
      fido_cred_set_rp(raw, std::string(what.party).c_str(), nullptr) == FIDO_OK &&
      fido_cred_set_clientdata_hash(raw, bytes(what.client_data_hash), what.client_data_hash.size()) ==
          FIDO_OK &&
      fido_cred_set_fmt(raw, std::string(format).c_str()) == FIDO_OK &&
      fido_cred_set_authdata_raw(raw, bytes(what.data), what.data.size()) == FIDO_OK &&
      fido_cred_set_attstmt(raw, bytes(statement), statement.size()) == FIDO_OK &&
      fido_cred_set_extensions(raw, what.parsed.extensions) == FIDO_OK &&
      (what.parsed.protection == 0 || fido_cred_set_prot(raw, what.parsed.protection) == FIDO_OK) &&
      fido_cred_set_uv(raw, what.verified ? FIDO_OPT_TRUE : FIDO_OPT_OMIT) == FIDO_OK;
  const bool good = ready && (self ? fido_cred_verify_self(raw) : fido_cred_verify(raw)) == FIDO_OK;
  ERR_clear_error();
  return good;
}

}  // namespace rampart::accounts::factor
