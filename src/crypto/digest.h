// Hashes.
#pragma once

#include <string>
#include <string_view>

namespace rampart::crypto {

inline constexpr std::size_t kSha256Bytes = 32;
inline constexpr std::size_t kSha512Bytes = 64;

// The raw digest; empty only when OpenSSL itself fails (out of memory).
std::string sha256(std::string_view bytes);
std::string sha512(std::string_view bytes);

}  // namespace rampart::crypto
