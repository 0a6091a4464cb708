// Whether a name could be somebody's: for telling a domain from a file's name in running text.
#pragma once

#include "dns/name.h"

namespace rampart::dns {

// Whether the public suffix list has a rule of the registries (not of a hoster, not the rule for what is unknown) for the
// end of the name: example.com yes, report.doc no. False for the root.
bool has_known_suffix(const Name& name);
// Whether the name itself is one below which registries let anyone register: com, co.uk; not github.io, which is a hoster's.
bool is_registry_suffix(const Name& name);

}  // namespace rampart::dns
