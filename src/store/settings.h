#pragma once

#include <span>

#include "base/config_schema.h"

namespace rampart::store {

std::span<const base::Setting> settings();

}  // namespace rampart::store
