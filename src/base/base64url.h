// Base64 as URLs and web tokens have it: RFC 4648 section 5, without padding.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rampart::base {

std::string encode_base64url(std::string_view bytes);
// Strict: no padding, no white space, and in one form alone (the bits behind the last octet are zero).
std::optional<std::string> decode_base64url(std::string_view text);

}  // namespace rampart::base
