// The settings of the naming of sources.
#pragma once

#include <span>

#include "base/config.h"

namespace rampart::reports {

std::span<const base::Setting> source_settings();

}  // namespace rampart::reports
