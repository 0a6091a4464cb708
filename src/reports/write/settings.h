// The settings of `rampart reports write`.
#pragma once

#include <span>

#include "base/config_schema.h"

namespace rampart::reports {

std::span<const base::Setting> write_settings();

}  // namespace rampart::reports
