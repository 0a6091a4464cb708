// The settings of a mailbox that reports come to.
#pragma once

#include <span>

#include "base/config_schema.h"

namespace rampart::reports {

std::span<const base::Setting> mailbox_settings();

}  // namespace rampart::reports
