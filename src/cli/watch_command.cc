// rampart watch: looks at domains again and again, and tells what changed, once.
#include "cli/commands.h"
#include "cli/facts_options.h"
#include "cli/help.h"
#include "cli/host.h"
#include "server/watch/watch_run.h"

namespace rampart::cli {
namespace {

using base::Result;
using server::WatchRequest;

Result<Exit> run_watch(Session& session, const WatchRequest& request) {
  const auto* config = TRY(session.config());
  return exit_of(TRY(server::run_watch(host_of(session), request, *config)));
}

}  // namespace

void add_watch_command(CLI::App& root, Session& session) {
  auto* command =
      root.add_subcommand("watch", "Look at domains again and again, and tell what changed, once");
  const auto request = std::make_shared<WatchRequest>();
  command->add_option("DOMAIN", request->domains, "The domains to watch; U-labels are understood");
  add_paths(*command, "--list", request->lists, "Read domains from a file", "FILE");
  command->add_flag("--once", request->once,
                    "Look at every domain once, tell what changed, and end; for cron");
  session.add_setting(*command, "watch.every");
  session.add_setting(*command, "watch.sinks");
  session.add_setting(*command, "watch.language");
  session.add_setting(*command, "watch.level");
  command
      ->add_option("--dry-run", request->dry_run,
                   "Write what webhook and mail would get into a folder, and send nothing")
      ->type_name("DIR");
  session.add_setting(*command, "watch.second_resolvers");
  add_question_options(*command, session, request->facts);
  session.add_setting(*command, "audit.parallel");
  session.add_setting(*command, "audit.threads");
  session.add_setting(*command, "store.url");
  command->footer(
      "Exit status: 0 it ran, 2 wrong usage or a store that cannot be used, 3 (--once) nothing could "
      "be looked at.");
  session.on_run(*command, [request](Session& s) { return run_watch(s, *request); });
}

}  // namespace rampart::cli
