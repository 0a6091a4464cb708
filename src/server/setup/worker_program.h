// The small program that looks into what strangers send (src/cli/worker_main.cc).
#pragma once

#include <string>

namespace rampart::server {

// rampart-worker, beside this program or where the package puts it; empty: it is not there, and this program is forked for it.
std::string worker_program();

}  // namespace rampart::server
