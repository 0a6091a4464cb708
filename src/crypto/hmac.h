// Keyed hashes (RFC 2104).
#pragma once

#include <string>
#include <string_view>

namespace rampart::crypto {

// The raw 32 bytes; empty only when OpenSSL itself fails.
std::string hmac_sha256(std::string_view key, std::string_view bytes);

}  // namespace rampart::crypto
