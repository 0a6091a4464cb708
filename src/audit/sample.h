// A message that a domain's owner sent, as far as an audit looks at it: who it is from, what signs it, and whether it
// offers to unsubscribe. Its signatures are not verified: an audit asks whether its mail is made so that it can arrive.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dns/name.h"

namespace rampart::audit {

struct Sample {
  struct Signature {
    dns::Name domain;                 // d=
    std::string selector;             // s=, lower case
    bool covers_unsubscribe = false;  // h= names List-Unsubscribe and List-Unsubscribe-Post
    friend bool operator==(const Signature&, const Signature&) = default;
  };

  dns::Name from;  // the domain of the From field
  std::vector<Signature> signatures;
  bool has_unsubscribe_uri = false;  // List-Unsubscribe with an https URI
  bool one_click = false;            // List-Unsubscribe-Post: List-Unsubscribe=One-Click
};

// Errors are of kind input: no header section within mail::kMaxHeaderBytes, or no single From field with one domain
// (RFC 9989 section 4.5).
base::Result<Sample> read_sample(std::string_view message);

}  // namespace rampart::audit
