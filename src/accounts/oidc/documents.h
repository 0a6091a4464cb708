// What a provider publishes: its discovery document (OpenID Connect Discovery 1.0) and its keys (RFC 7517).
//
//   const auto metadata = TRY(oidc::parse_metadata(body, provider));
//   const auto keys = TRY(oidc::KeySet::parse(body, provider.algorithm));
//   keys.find("2026-11")                                    // the key of that "kid", or nullptr
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/oidc/provider.h"
#include "base/result.h"

namespace rampart::accounts::oidc {

inline constexpr std::size_t kMaxDocument = 128 * 1024;  // octets of either; our own
inline constexpr std::size_t kMaxKeys = 32;              // of a set; those behind are not read
inline constexpr std::size_t kMaxUrl = 2048;
inline constexpr unsigned kMinRsaBits = 2048;  // RFC 7518 section 3.3
inline constexpr unsigned kMaxRsaBits = 8192;  // our own

struct Metadata {
  std::string authorization_endpoint;
  std::string token_endpoint;
  std::string jwks_uri;
  bool names_itself = false;    // answers hold "iss" (RFC 9207), and one without it is refused
  bool secret_in_body = false;  // of the two ways for a client's secret it has client_secret_post alone
};
// ISSUER/.well-known/openid-configuration.
std::string discovery_url(std::string_view issuer);
// Errors: kind input. The issuer must be the provider's, character by character (section 4.3); endpoints are https; the pinned
// algorithm, code flow and S256 must be offered where the document lists what is.
base::Result<Metadata> parse_metadata(std::string_view json, const Provider& provider);

// A public key that checks signatures of one algorithm. Any number of threads may.
class Key {
 public:
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;
  ~Key();
  [[nodiscard]] const std::string& id() const { return id_; }
  // `signature` as JWS has it (RFC 7518 section 3): of ES256 the two numbers, 64 octets.
  [[nodiscard]] bool check(std::string_view signed_text, std::string_view signature) const;

 private:
  friend class KeySet;
  struct Parts;
  Key(std::string id, std::unique_ptr<Parts> parts);
  std::string id_;
  std::unique_ptr<Parts> parts_;
};

class KeySet {
 public:
  // Those that fit the algorithm; a key that is for something else, or is no key, is passed over (RFC 7517 section 5). Errors: kind
  // input, when it is no set, or none of its keys can be used.
  static base::Result<KeySet> parse(std::string_view json, SigningAlgorithm algorithm);

  // Without `id` the only key there is, or nullptr when there are several (OpenID Connect Core section 10.1). Valid while *this lives.
  [[nodiscard]] const Key* find(std::string_view id) const;
  [[nodiscard]] std::size_t size() const { return keys_.size(); }
  [[nodiscard]] SigningAlgorithm algorithm() const { return algorithm_; }

 private:
  SigningAlgorithm algorithm_ = SigningAlgorithm::rs256;
  std::vector<std::unique_ptr<Key>> keys_;
};

}  // namespace rampart::accounts::oidc
