// The registry's data as text (registry.h shows its form).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mail/providers/registry.h"

namespace rampart::mail {

// The entries of one text, in its order. Errors are of kind config, with `file:line:column`.
base::Result<std::vector<Provider>> parse_providers(std::string_view text, const std::string& file);

}  // namespace rampart::mail
