// Where a domain's DKIM keys are likely to be. Selectors cannot be listed in DNS, so an audit has to guess:
// first those that its mail and sending providers are known to use, then the common ones.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dns/name.h"

namespace rampart::dkim {

struct Candidate {
  std::string_view selector;  // both of a table that lives for ever
  std::string_view reason;    // "common", or the provider that it was inferred from: "Google Workspace"
};

// Common selectors, the most frequent first.
std::span<const std::string_view> common_selectors();

// The selectors to ask for a domain whose MX records point at `mx_targets` and whose SPF record includes
// `spf_targets`: the inferred ones in the table's order, then the common ones; each once.
std::vector<Candidate> candidates(std::span<const dns::Name> mx_targets,
                                  std::span<const dns::Name> spf_targets);

// Providers among these targets whose selectors nobody can guess (a random or dated one for each domain), for
// the advice "tell us your selector".
std::vector<std::string_view> unguessable_providers(std::span<const dns::Name> mx_targets,
                                                    std::span<const dns::Name> spf_targets);

}  // namespace rampart::dkim
