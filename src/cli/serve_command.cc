// rampart serve: everything in one process.
#include "cli/commands.h"
#include "server/serve/serve.h"

namespace rampart::cli {
namespace {

base::Result<Exit> run(Session& session) {
  const auto* config = TRY(session.config());
  TRY(server::serve(*config, {.read_config = [&session] { return session.read_config(); },
                              .print = session.surroundings().out,
                              .console = session.surroundings().console,
                              .is_terminal = session.surroundings().out_is_terminal}));
  return Exit::clean;
}

}  // namespace

void add_serve_command(CLI::App& root, Session& session) {
  auto* serve = root.add_subcommand(
      "serve", "Run the whole: the guard, audits by interval, reports, and the console with its API");
  for (const auto* key : {"server.role", "store.url"}) session.add_setting(*serve, key);
  serve->footer(
      "It runs until SIGTERM; SIGHUP has it read its configuration again. The first start leaves a link by "
      "which the "
      "owner enrols, in the file enrolment-link of server.folder.\n"
      "Exit status: 0 it was told to end, 2 wrong usage or configuration, 3 it could not begin.\n"
      "Most often: rampart serve --config /etc/rampart/rampart.toml");
  session.on_run(*serve, run);
}

}  // namespace rampart::cli
