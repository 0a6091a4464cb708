// The settings of DKIM keys and their rotation.
#pragma once

#include <span>

#include "base/config.h"

namespace rampart::audit::keys {

std::span<const base::Setting> settings();

}  // namespace rampart::audit::keys
