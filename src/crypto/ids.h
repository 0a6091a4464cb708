// Names that nobody can guess.
#pragma once

#include <string>
#include <string_view>

namespace rampart::crypto {

inline constexpr std::size_t kIdLength = 26;

// 26 of 32 lower-case letters and digits, none of which is taken for another: 130 bits. Empty only when OpenSSL itself fails.
std::string new_id();
bool is_id(std::string_view text);

}  // namespace rampart::crypto
