// The settings of an audit.
#pragma once

#include <span>

#include "base/config_schema.h"

namespace rampart::audit {

std::span<const base::Setting> settings();

}  // namespace rampart::audit
