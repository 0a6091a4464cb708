// The settings of `rampart watch`.
#pragma once

#include <span>

#include "base/config_schema.h"

namespace rampart::audit::watch {

std::span<const base::Setting> settings();

}  // namespace rampart::audit::watch
