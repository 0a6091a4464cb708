#include <csignal>

#include "cli/app.h"
#include "cli/interrupt.h"
#include "server/console.h"

int main(int argc, char** argv) {
  // A reader that goes away is an error of the write, not the end of a program that may be talking to
  // servers.
  std::signal(SIGPIPE, SIG_IGN);
  rampart::cli::heed_interrupts();
  auto surroundings = rampart::cli::process_surroundings();
  surroundings.console = rampart::server::console_assets();
  return rampart::cli::run({argv + 1, argv + argc}, std::move(surroundings));
}
