// The envelope senders of a stranger's beside the domain itself, and what SPF says at each.
//
// Tried are the other names of the spoofing table (an existing subdomain, an invented one); the Organizational
// Domain above the domain, of RFC 9989 section 4.10.2 and of RFC 7489 section 3.2; and the names below either
// that are known to publish SPF or DMARC (Input::spf_subdomains, spf_siblings, dmarc_subdomains). Under relaxed
// alignment a pass at any of them counts for all that have the same Organizational Domain (RFC 9989 section
// 4.4.2). A domain that is its own Organizational Domain, the usual case, costs no question more.
#pragma once

#include <optional>
#include <vector>

#include "audit/assess.h"
#include "auth/spf/analyse.h"
#include "dns/name.h"
#include "facts/facts.h"

namespace rampart::audit {

struct Identities;

struct Candidate {
  dns::Name domain;
  bool any_domain = false;                // it stands for every name that a wildcard covers
  std::optional<spf::Analysis> analysis;  // nothing without the one SPF record that can be used
};

using Candidates = std::vector<Candidate>;

// Each name once. `organizational_domain` is RFC 9989's; nothing while it is unknown.
Candidates look_candidates(const Input& input, const Identities& identities,
                           const std::optional<dns::Name>& organizational_domain, facts::Facts& facts);

}  // namespace rampart::audit
