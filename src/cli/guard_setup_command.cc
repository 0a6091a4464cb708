// rampart guard setup: what a mail server is told so that it asks the guard.
#include <filesystem>

#include "base/text.h"
#include "cli/guard_commands.h"
#include "guard/setup/postfix.h"
#include "server/guard/guard_settings.h"

namespace rampart::cli {
namespace {

using server::guard_settings;

constexpr const char* kQueue = "/var/spool/postfix";  // of Debian and most others
constexpr const char* kQueueHint = "the one that is printed by: postconf -h queue_directory";

struct Request {
  bool monitor = false;
  std::string after;
  std::string queue_directory;
};

// Postfix says of it that it comes from 127.0.0.1.
bool signs_local(const guard::Settings& settings) {
  const auto here = *base::IpAddress::parse("127.0.0.1");
  return settings.rules.signing.sign &&
         std::ranges::any_of(settings.rules.roles.trusted,
                             [&](const auto& network) { return network.has(here); });
}

base::Result<Exit> run_postfix(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  const auto settings = TRY(guard_settings(*config));
  const auto& roles = settings.rules.roles;
  // What the configuration says --monitor overrides, and what stands beside it on the command line it contradicts.
  if (request.monitor && settings.mode == guard::Mode::enforce &&
      config->origin("guard.mode").from == base::Origin::From::command_line)
    return base::fail(base::ErrorKind::usage, "--monitor and --mode enforce contradict each other", {},
                      "leave one of them out");
  auto queue = request.queue_directory.empty() ? std::string(kQueue) : request.queue_directory;
  while (queue.ends_with('/')) queue.pop_back();
  if (!queue.starts_with('/'))
    return base::fail(base::ErrorKind::usage, "is no whole path", "--queue-directory", kQueueHint);
  std::error_code error;
  if (!request.queue_directory.empty() && !std::filesystem::is_directory(queue + "/", error))
    return base::fail(base::ErrorKind::usage, fmt::format("there is no folder {}", base::printable(queue)),
                      "--queue-directory", kQueueHint);
  TRY(session.print(
      TRY(guard::postfix_setup({.listen = guard::general_listener(settings.listen, roles.listeners),
                                .mode = request.monitor ? guard::Mode::monitor : settings.mode,
                                .after = request.after,
                                .signs = settings.rules.signing.sign,
                                .signs_local = signs_local(settings),
                                .seals = settings.rules.signing.sealer.has_value(),
                                .listeners = roles.listeners,
                                .daemons = roles.daemons,
                                .queue_directory = std::move(queue)}))));
  return Exit::clean;
}

}  // namespace

void add_guard_setup_command(CLI::App& guard, Session& session) {
  auto* setup = guard.add_subcommand("setup", "Print how a mail server is told to ask the guard");
  auto request = std::make_shared<Request>();
  setup->footer("Nothing is changed.\nMost often: rampart guard setup postfix --monitor");
  auto* postfix = setup->add_subcommand("postfix", "Print the postconf lines, and those that undo them");
  postfix->add_flag("--monitor", request->monitor,
                    "Let mail through whatever becomes of the guard, whatever guard.mode says");
  postfix->add_option("--after", request->after, "A milter that comes first, such as rspamd's")
      ->type_name("HOST:PORT|PATH");
  postfix
      ->add_option("--queue-directory", request->queue_directory,
                   "Postfix's queue directory, to which smtpd may be chrooted [/var/spool/postfix]")
      ->type_name("DIR");
  session.add_setting(*postfix, "guard.listen");
  session.add_setting(*postfix, "guard.mode");
  postfix->footer(
      "Nothing is changed. The address is the first of guard.listen without a role; while the guard cannot "
      "be asked, mail is let through in mode monitor and put off in mode enforce. What services of master.cf "
      "need for roles stands in comments: take the # away, and write your services' names.\n"
      "Most often: rampart guard setup postfix --monitor");
  session.on_run(*postfix, [request](Session& s) { return run_postfix(s, *request); });
}

}  // namespace rampart::cli
