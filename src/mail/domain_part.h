// Where an address points, without a look at whether it is one (mail/compose.h parses addresses).
#pragma once

#include <string_view>

namespace rampart::mail {

// What stands behind the last @; the whole without one, as of what may be an address or a domain.
inline std::string_view behind_at(std::string_view text) { return text.substr(text.rfind('@') + 1); }

// The same of what is an address; empty without an @, as of a local user's name or a null sender.
inline std::string_view domain_part(std::string_view address) {
  return address.find('@') == std::string_view::npos ? std::string_view() : behind_at(address);
}

}  // namespace rampart::mail
