// Text of the character sets that mail is written in (RFC 2045 section 2.2), as UTF-8.
//
//   decode_charset("caf\xe9", "ISO-8859-1")     "café"
//   decode_charset(bytes, "x-unheard-of")       nothing: what it says is not known
//
// By ICU's converters, of the sets that mail programs write, and no others. What is malformed becomes U+FFFD.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rampart::mail {

inline constexpr std::size_t kMaxCharsetName = 40;  // bytes; our own

// Nothing when the set is not one of those. `charset` in any case; empty means UTF-8.
std::optional<std::string> decode_charset(std::string_view bytes, std::string_view charset);

}  // namespace rampart::mail
