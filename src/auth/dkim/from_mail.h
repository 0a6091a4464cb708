// Which keys a mail asks for: the d= and s= of its DKIM-Signature fields, so that an owner can show us a
// message in place of a list of selectors.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dns/name.h"

namespace rampart::dkim {

inline constexpr std::size_t kMaxSignatures = 100;  // our own, as RFC 9990 section 3.1.3 has it for reports

struct KeyName {
  dns::Name domain;      // d=
  std::string selector;  // s=, presentation form, lower case
  friend bool operator==(const KeyName&, const KeyName&) = default;
};

// Each pair once, in the order of the message. A signature without a readable d= and s= is passed over.
// Errors are those of mail::read_header.
base::Result<std::vector<KeyName>> from_mail(std::string_view message);

}  // namespace rampart::dkim
