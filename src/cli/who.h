// Who gave the command: for what stays on record.
#pragma once

#include <string>

namespace rampart::cli {

// The user's name, or "uid 1000" where it has none.
std::string who();

}  // namespace rampart::cli
