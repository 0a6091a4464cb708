// For tests only: an OpenID Connect provider whose key is made here, and whose every word can be made wrong before it is signed.
//
//   StubProvider stub(SigningAlgorithm::es256);
//   Client client(stub.provider(), stub.fetch());
//   stub.person = {.subject = "17", .amr = {"pwd", "otp"}};
//   const auto url = client.begin(attempt, kRedirect, now);
//   client.finish(attempt, kRedirect, stub.sign_in(*url, now), now)
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "accounts/oidc/client.h"
#include "base/base64url.h"
#include "base/text.h"
#include "crypto/digest.h"

namespace rampart::accounts::oidc {

class StubProvider {
 public:
  struct Person {
    std::string subject = "248289761001";
    std::vector<std::string> amr = {"pwd", "otp", "mfa"};
    std::string acr{};
  };
  using Alter = std::function<void(boost::json::object& header, boost::json::object& claims)>;

  explicit StubProvider(SigningAlgorithm algorithm = SigningAlgorithm::rs256, unsigned rsa_bits = 2048)
      : algorithm_(algorithm), rsa_bits_(rsa_bits) {
    new_key("k1");
  }

  Person person;
  Alter alter;  // of the tokens that fetch() hands out
  std::string issuer = "https://login.ministry.example/staff";
  std::map<std::string, int> asked{};  // how often each path was
  bool is_down = false;

  [[nodiscard]] Provider provider() const {
    return {.id = "ministry",
            .name = "Ministry",
            .issuer = issuer,
            .client_id = "rampart",
            .client_secret = "s3cret&",
            .algorithm = algorithm_};
  }
  void new_key(std::string id) {
    id_ = std::move(id);
    switch (algorithm_) {
      case SigningAlgorithm::es256:
        key_.reset(EVP_EC_gen("P-256"));
        break;
      case SigningAlgorithm::eddsa:
        key_.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
        break;
      default:
        key_.reset(EVP_RSA_gen(rsa_bits_));
    }
  }

  [[nodiscard]] boost::json::object metadata() const {
    return {{"issuer", issuer},
            {"authorization_endpoint", issuer + "/authorize"},
            {"token_endpoint", issuer + "/token"},
            {"jwks_uri", issuer + "/keys"},
            {"response_types_supported", {"code", "id_token"}},
            {"subject_types_supported", boost::json::array{"public"}},
            {"code_challenge_methods_supported", {"plain", "S256"}},
            {"authorization_response_iss_parameter_supported", true},
            {"id_token_signing_alg_values_supported", {"RS256", "PS256", "ES256", "EdDSA", "none"}}};
  }
  [[nodiscard]] boost::json::object jwk() const {
    boost::json::object out{{"kid", id_}, {"use", "sig"}, {"alg", std::string(to_string(algorithm_))}};
    switch (algorithm_) {
      case SigningAlgorithm::es256:
        out["kty"] = "EC";
        out["crv"] = "P-256";
        out["x"] = number(OSSL_PKEY_PARAM_EC_PUB_X);
        out["y"] = number(OSSL_PKEY_PARAM_EC_PUB_Y);
        break;
      case SigningAlgorithm::eddsa: {
        std::string raw(32, '\0');
        std::size_t size = raw.size();
        EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(raw.data()), &size);
        out["kty"] = "OKP";
        out["crv"] = "Ed25519";
        out["x"] = base::encode_base64url(raw);
        break;
      }
      default:
        out["kty"] = "RSA";
        out["n"] = number(OSSL_PKEY_PARAM_RSA_N);
        out["e"] = number(OSSL_PKEY_PARAM_RSA_E);
    }
    return out;
  }
  [[nodiscard]] std::string jwks() const {
    return boost::json::serialize(boost::json::object{{"keys", boost::json::array{jwk()}}});
  }

  [[nodiscard]] std::string token(std::string_view nonce, base::Time now, const Alter& changed = {}) const {
    const auto seconds = now.time_since_epoch().count();
    boost::json::object header{{"alg", std::string(to_string(algorithm_))}, {"kid", id_}, {"typ", "JWT"}};
    boost::json::object claims{{"iss", issuer},
                               {"sub", person.subject},
                               {"aud", "rampart"},
                               {"exp", seconds + 300},
                               {"iat", seconds},
                               {"auth_time", seconds - 5},
                               {"nonce", std::string(nonce)},
                               {"email", "ayesha@ministry.example"},
                               {"email_verified", true},
                               {"preferred_username", "ayesha"}};
    boost::json::array amr;
    for (const auto& value : person.amr) amr.emplace_back(value);
    claims["amr"] = amr;
    if (!person.acr.empty()) claims["acr"] = person.acr;
    if (changed) changed(header, claims);
    const auto text = base::encode_base64url(boost::json::serialize(header)) + '.' +
                      base::encode_base64url(boost::json::serialize(claims));
    return text + '.' + base::encode_base64url(sign(text));
  }

  // The person at the provider's page: the query that his browser brings back.
  std::string sign_in(const std::string& url, base::Time now) {
    const auto query = url.substr(url.find('?') + 1);
    std::map<std::string, std::string> pairs;
    for (const auto part : base::split(query, '&'))
      pairs.emplace(part.substr(0, part.find('=')), part.substr(part.find('=') + 1));
    challenge_ = pairs["code_challenge"];
    nonce_ = pairs["nonce"];
    now_ = now;
    return "code=SplxlOBeZQQYbYS6WxSbIA&state=" + pairs["state"] +
           "&iss=https%3A%2F%2Flogin.ministry.example%2Fstaff";
  }
  // What a server of its own would answer; must not outlive *this.
  Fetch fetch() {
    return [this](const std::string& url, const std::vector<std::string>& headers,
                  const std::optional<std::string>& post) -> base::Result<FetchAnswer> {
      if (is_down || !url.starts_with(issuer))
        return base::fail(base::ErrorKind::unavailable, "nobody is there", url);
      const auto path = url.substr(issuer.size());
      ++asked[path];
      if (path == "/.well-known/openid-configuration")
        return FetchAnswer{200, boost::json::serialize(metadata())};
      if (path == "/keys") return FetchAnswer{200, jwks()};
      if (path == "/token" && post) return FetchAnswer{exchange(headers, *post) ? 200 : 400, answer_};
      return FetchAnswer{404, ""};
    };
  }

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
  };

  bool exchange(const std::vector<std::string>& headers, const std::string& post) {
    const auto at = post.find("code_verifier=");
    const auto verifier = at == std::string::npos ? "" : post.substr(at + 14, 43);
    const bool known =
        std::ranges::find(headers, "Authorization: Basic " + base::encode_base64("rampart:s3cret%26")) !=
        headers.end();
    const bool right = known && base::encode_base64url(crypto::sha256(verifier)) == challenge_ &&
                       post.find("grant_type=authorization_code") != std::string::npos &&
                       post.find("code=SplxlOBeZQQYbYS6WxSbIA") != std::string::npos;
    answer_ = right ? boost::json::serialize(boost::json::object{{"token_type", "Bearer"},
                                                                 {"access_token", "unused"},
                                                                 {"id_token", token(nonce_, now_, alter)}})
                    : R"({"error":"invalid_grant"})";
    challenge_.clear();  // a code is exchanged once
    return right;
  }
  [[nodiscard]] std::string number(const char* name) const {
    BIGNUM* number = nullptr;
    EVP_PKEY_get_bn_param(key_.get(), name, &number);
    const int size = algorithm_ == SigningAlgorithm::es256 ? 32 : BN_num_bytes(number);
    std::string out(static_cast<std::size_t>(size), '\0');
    BN_bn2binpad(number, reinterpret_cast<unsigned char*>(out.data()), size);
    BN_free(number);
    return base::encode_base64url(out);
  }
  [[nodiscard]] std::string sign(std::string_view text) const {
    const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
    const auto* data = reinterpret_cast<const unsigned char*>(text.data());
    EVP_PKEY_CTX* how = nullptr;
    std::size_t size = 0;
    EVP_DigestSignInit(context.get(), &how, algorithm_ == SigningAlgorithm::eddsa ? nullptr : EVP_sha256(),
                       nullptr, key_.get());
    if (algorithm_ == SigningAlgorithm::ps256) {
      EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PSS_PADDING);
      EVP_PKEY_CTX_set_rsa_pss_saltlen(how, RSA_PSS_SALTLEN_DIGEST);
    }
    EVP_DigestSign(context.get(), nullptr, &size, data, text.size());
    std::string out(size, '\0');
    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size, data, text.size());
    out.resize(size);
    if (algorithm_ != SigningAlgorithm::es256) return out;
    const auto* der = reinterpret_cast<const unsigned char*>(out.data());
    const std::unique_ptr<ECDSA_SIG, Free> signature(
        d2i_ECDSA_SIG(nullptr, &der, static_cast<long>(out.size())));
    std::string numbers(64, '\0');
    BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), reinterpret_cast<unsigned char*>(numbers.data()), 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), reinterpret_cast<unsigned char*>(numbers.data()) + 32,
                 32);
    return numbers;
  }

  SigningAlgorithm algorithm_;
  unsigned rsa_bits_;
  std::string id_;
  std::unique_ptr<EVP_PKEY, Free> key_;
  std::string challenge_;
  std::string nonce_;
  std::string answer_;
  base::Time now_{};
};

}  // namespace rampart::accounts::oidc
