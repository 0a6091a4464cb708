// A domain's memory as it is stored, and back.
#pragma once

#include "audit/watch/alerts.h"
#include "base/result.h"

namespace rampart::audit::watch {

std::string to_json(const Memory& memory);
// Errors are of kind input, for a store that something else has written to.
base::Result<Memory> memory_from_json(std::string_view text, std::string_view name);

}  // namespace rampart::audit::watch
