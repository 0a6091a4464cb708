#include "cli/commands.h"
namespace rampart::cli {
void add_subdomains_command(CLI::App&, Session&) {}
}  // namespace rampart::cli
