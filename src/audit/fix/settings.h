// The settings of `rampart fix apply` and `fix undo`.
#pragma once

#include <span>

#include "base/config_schema.h"

namespace rampart::audit::fix {

std::span<const base::Setting> settings();

}  // namespace rampart::audit::fix
