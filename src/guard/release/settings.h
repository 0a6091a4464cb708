// The mail server that released messages go to, and the key of their passes.
#pragma once

#include <span>

#include "base/config_schema.h"

namespace rampart::guard {

std::span<const base::Setting> release_settings();

}  // namespace rampart::guard
