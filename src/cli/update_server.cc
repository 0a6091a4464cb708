#include "cli/update_server.h"

#include <iostream>

#include <unistd.h>

#include "base/text.h"
#include "cli/interrupt.h"

namespace rampart::cli {

using base::ErrorKind;
using base::Result;

Result<server::UpdateServer> update_server(const base::Config& config,
                                           const std::optional<base::Endpoint>& recorded) {
  return server::update_server(config, recorded, [] { return interrupted() != 0; });
}

void add_server_options(CLI::App& command, Session& session) {
  session.add_setting(command, "fix.server");
  session.add_setting(command, "fix.key_file");
  session.add_setting(command, "fix.wait");
}

Result<bool> confirmed(Session& session, std::string_view question, bool yes) {
  if (yes) return true;
  if (::isatty(STDIN_FILENO) == 0)
    return base::fail(ErrorKind::usage, "nothing was changed, as nobody is there to be asked", {},
                      "--yes does it without asking");
  TRY(session.print(fmt::format("{} [y/N] ", question)));
  std::string answer;
  std::getline(std::cin, answer);
  return base::iequals(base::trim(answer), "y") || base::iequals(base::trim(answer), "yes");
}

}  // namespace rampart::cli
