// What a row of the quarantine says beside its columns, as JSON.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "guard/quarantine/quarantine.h"

namespace rampart::guard {

std::string format_head(const KeptMessage& message);
// Into `message`. An error of kind internal: the row is not one of ours.
base::Result<> parse_head(std::string_view text, KeptMessage& message);

}  // namespace rampart::guard
