// rampart guard: looks at mail as it arrives, as a milter.
#include "cli/commands.h"
#include "cli/guard_commands.h"
#include "cli/guard_service.h"
#include "cli/guard_settings.h"

namespace rampart::cli {
namespace {

base::Result<Exit> run(Session& session) {
  const auto* config = TRY(session.config());
  auto settings = TRY(running_guard_settings(*config));
  TRY(run_guard(session, *config, std::move(settings)));
  return Exit::clean;
}

}  // namespace

void add_guard_command(CLI::App& root, Session& session) {
  auto* guard =
      root.add_subcommand("guard", "Look at mail as it arrives, beside Postfix, and keep forgeries out");
  for (const auto* key : {"guard.listen", "guard.mode", "guard.quarantine", "guard.authserv_id",
                          "guard.threads", "guard.http_listen", "dkim.keys", "dkim.seal_file", "store.url",
                          "dns.resolvers", "dns.trust_ad", "dns.timeout"})
    session.add_setting(*guard, key);
  add_guard_explain_commands(*guard, session);
  add_guard_setup_command(*guard, session);
  add_guard_hindsight_commands(*guard, session);
  add_guard_senders_command(*guard, session);
  add_guard_train_commands(*guard, session);
  // Behind them, as a command begins with the text of the one above it.
  guard->footer(
      "It runs until SIGTERM, and prints each message that was answered as a line of JSON; SIGHUP has it "
      "read its configuration again. Mode monitor changes no mail.\n"
      "Exit status: 0 it was told to end, 2 wrong usage or configuration, 3 it could not begin.\n"
      "Most often: rampart guard --store /var/lib/rampart/rampart.db");
  guard->require_subcommand(0, 1);
  session.on_run(*guard, run);
}

}  // namespace rampart::cli
