// The settings of live DNS and of probes.
#pragma once

#include <span>

#include "base/config_schema.h"

namespace rampart::net {

std::span<const base::Setting> settings();

}  // namespace rampart::net
