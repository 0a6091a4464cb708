// What rampart doctor looks at of a server: its places, folders, certificate, the clock and DNS.
#pragma once

#include <vector>

#include "base/config.h"
#include "guard/setup/doctor.h"

namespace rampart::cli {

void check_server(std::vector<guard::Check>& out, const base::Config& config);

}  // namespace rampart::cli
