// The whole configuration: the definition tables of all features, put together.
#pragma once

#include "base/config_schema.h"

namespace rampart::server {

const base::Schema& schema();

}  // namespace rampart::server
