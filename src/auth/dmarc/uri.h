// Reporting URIs of DMARC (RFC 9989 section 4.6): the lists behind rua= and ruf=.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/fault.h"
#include "dns/name.h"

namespace rampart::dmarc {

inline constexpr std::size_t kMaxUris = 16;  // our own, a list; the rest is noted as a fault and dropped

struct Uri {
  std::string text;                 // as published, without the obsolete size limit
  std::string scheme;               // lower case: "mailto"
  std::string address;              // mailto: the address, percent-decoded; empty for other schemes
  std::optional<dns::Name> host;    // the destination host (RFC 9990 section 4); A-label form as published
  std::string obsolete_size_limit;  // "10m" of "!10m": reporters ignore it (RFC 9989 section 4.8)
  bool valid = false;               // syntactically valid: what RFC 9989 section 4.10.1 asks for
  std::size_t position = 0;         // byte offset into the record
};

// One URI without white space around it; what is wrong goes to `faults` with its place.
Uri parse_uri(std::string_view text, std::size_t position, std::vector<auth::Fault>& faults);
// A comma-separated list. Invalid ones are kept with valid = false.
std::vector<Uri> parse_uri_list(std::string_view text, std::size_t position,
                                std::vector<auth::Fault>& faults);
bool any_valid(const std::vector<Uri>& uris);

}  // namespace rampart::dmarc
