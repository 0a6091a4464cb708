// Whether a name could be somebody's: for telling a domain from a file's name in running text.
#pragma once

#include "dns/name.h"

namespace rampart::dns {

// Whether the public suffix list has a rule of the registries (not of a hoster, not the rule for what is unknown) for the
// end of the name: example.com yes, report.doc no. False for the root.
bool has_known_suffix(const Name& name);

}  // namespace rampart::dns
