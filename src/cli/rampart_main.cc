#include <csignal>

#include "cli/app.h"
#include "cli/interrupt.h"

int main(int argc, char** argv) {
  // A reader that goes away is an error of the write, not the end of a program that may be talking to
  // servers.
  std::signal(SIGPIPE, SIG_IGN);
  rampart::cli::heed_interrupts();
  return rampart::cli::run({argv + 1, argv + argc}, rampart::cli::process_surroundings());
}
