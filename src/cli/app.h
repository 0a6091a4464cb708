// The program: the command line is parsed, one command runs, and its outcome becomes an exit status.
//
// A new command is one file with `void add_NAME_command(CLI::App&, Session&)`, and one line in app.cc.
#pragma once

#include "cli/session.h"

namespace rampart::cli {

// Runs `rampart ARGUMENTS…` (without the program's own name) and returns the exit status of Exit. Does not
// throw.
int run(const std::vector<std::string>& arguments, Surroundings surroundings);

// The surroundings of a real process: standard streams, NO_COLOR, the configuration's places.
Surroundings process_surroundings();

}  // namespace rampart::cli
