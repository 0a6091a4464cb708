// The settings of `rampart reports`.
#pragma once

#include <span>

#include "base/config_schema.h"

namespace rampart::reports {

std::span<const base::Setting> settings();

}  // namespace rampart::reports
