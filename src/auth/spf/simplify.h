// A shorter record that means the same.
#pragma once

#include <optional>
#include <string>

#include "auth/spf/record.h"

namespace rampart::spf {

// Only rewrites that keep every result, whatever DNS says now or later: terms that can never decide are
// dropped (behind `all`, repeated, inside address ranges named before), neighbouring ip4 and ip6 terms with
// one qualifier are merged into the fewest prefixes, and what means nothing is left out ("+", a full prefix
// length, host bits). A repeated term that asks DNS is dropped too: where the record ran into a limit
// because of it, the shorter one does not. Nothing when the record has faults or does not get shorter.
std::optional<std::string> simplify(const Record& record);

}  // namespace rampart::spf
