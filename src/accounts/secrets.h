// Secrets that somebody carries (cookies, links, tokens), and what we keep of them.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace rampart::accounts {

inline constexpr std::size_t kSecretBytes = 32;    // 256 bits; ASVS 5.0, 7.2.3 asks for 128
inline constexpr std::size_t kSecretLetters = 43;  // of base64url without padding

// A new one, in base64url. An error (kind internal) when the system has no chance to give.
base::Result<std::string> new_secret();
bool is_secret(std::string_view text);
// Hex SHA-256. The secret is random, so that no slow hash is needed; looking the hash up tells no time of use about the secret.
std::string hash_of_secret(std::string_view secret);
// An id: is_id() of crypto/ids.h. An error (kind internal) as above.
base::Result<std::string> fresh_id();

}  // namespace rampart::accounts
