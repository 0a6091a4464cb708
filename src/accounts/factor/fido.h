// libfido2, wrapped once: is this signature by that key, over that authenticator data and client data?
// It checks the hash of the RP ID and the flags UP and UV again, and nothing else.
#pragma once

#include <string>
#include <string_view>

#include "accounts/factor/authenticator_data.h"
#include "accounts/factor/cose_key.h"

namespace rampart::accounts::factor {

// Its own buffer (libfido2 1.12): of EdDSA, authenticator data and hash together. More does not verify.
inline constexpr std::size_t kMaxSignedByEddsa = 1024;

struct Signed {
  std::string_view party;  // the RP ID
  std::string_view data;   // the authenticator data, as `parsed` was read from
  const AuthenticatorData& parsed;
  std::string_view client_data_hash;  // SHA-256
  bool verified = false;              // UV is required
};
// An assertion's signature by `key`.
bool check_signature(const Signed& what, const CoseKey& key, std::string_view signature);
// An attestation that the credential's own key signed ("packed" without certificates), or the certificate in a "fido-u2f" statement. The
// statement was walked over by CborReader.
bool check_attestation(const Signed& what, const CoseKey& key, std::string_view format,
                       std::string_view statement, bool self);

}  // namespace rampart::accounts::factor
