// The public keys of authenticators: COSE_Key (RFC 9052 section 7) of the three algorithms that are offered.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "accounts/factor/webauthn.h"

namespace rampart::accounts::factor {

inline constexpr std::size_t kRsaModulus = 256;  // octets: 2048 bits
inline constexpr std::size_t kRsaExponent = 3;   // octets: 65537 as every authenticator has it

struct CoseKey {
  Algorithm algorithm = Algorithm::es256;
  // As libfido2 takes it. ES256: x and y, 64 octets; EdDSA: 32 octets; RS256: modulus and exponent, 259 octets.
  std::string numbers;
};

// Exactly the parameters that WebAuthn section 6.5.1.1 allows for each algorithm, and no other. Nothing when `cbor` is no such key;
// the point of an elliptic curve lies on it.
std::optional<CoseKey> read_cose_key(std::string_view cbor);
// The "alg" of what is perhaps a COSE_Key, whether it is offered or not: to say what somebody's key is.
std::optional<std::int64_t> cose_algorithm(std::string_view cbor);

}  // namespace rampart::accounts::factor
