// Keyed hashes (RFC 2104), and keys made of keys (RFC 5869).
#pragma once

#include <string>
#include <string_view>

#include "crypto/secret.h"

namespace rampart::crypto {

// The raw 32 bytes; empty only when OpenSSL itself fails.
std::string hmac_sha256(std::string_view key, std::string_view bytes);

// HKDF with SHA-256, no salt and 32 bytes of output: a key of its own for each purpose. Empty only when OpenSSL itself fails.
Secret derive_key(std::string_view key, std::string_view purpose);

// Whether two texts are the same, in a time that depends on their lengths alone.
bool same_secret(std::string_view a, std::string_view b);

}  // namespace rampart::crypto
