// rampart quarantine digest: tells recipients what is newly kept from them.
#include "base/text.h"
#include "base/time.h"
#include "cli/commands.h"
#include "cli/help.h"
#include "cli/host.h"
#include "server/guard/digest_run.h"

namespace rampart::cli {
namespace {

using base::ErrorKind;
using base::Result;

struct Request {
  bool send = false;
  std::string since;
  std::string format = "text";
};

// A time, or how long before now.
Result<std::optional<base::Time>> since_of(const std::string& text, base::Time now) {
  if (text.empty()) return std::nullopt;
  if (const auto span = base::parse_duration(text))
    return now - std::chrono::floor<std::chrono::seconds>(*span);
  const auto time = base::parse_time(text.find('T') == std::string::npos ? text + "T00:00:00Z" : text);
  if (time) return *time;
  return base::fail(ErrorKind::usage, fmt::format("\"{}\" is no time", base::printable(text)), "--since",
                    "such as 24h, 2026-11-27, or 2026-11-27T08:00:00Z");
}

Result<Exit> run_digest(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  return exit_of(TRY(server::run_digests(host_of(session),
                                         {.send = request.send,
                                          .since = TRY(since_of(request.since, base::now())),
                                          .json = request.format == "json"},
                                         *config)));
}

}  // namespace

void add_quarantine_digest_command(CLI::App& quarantine, Session& session) {
  const auto request = std::make_shared<Request>();
  auto* digest = quarantine.add_subcommand(
      "digest", "Tell recipients what is newly kept from them, each message once; for cron");
  digest->add_flag("--send", request->send,
                   "Send the digests; without it they are shown, and nothing counts as told");
  digest->add_option("--since", request->since, "Only what was received since then (UTC), or that long ago")
      ->type_name("TIME");
  session.add_setting(*digest, "guard.digest_from");
  session.add_setting(*digest, "guard.digest_language");
  session.add_setting(*digest, "guard.release_server");
  session.add_setting(*digest, "guard.quarantine");
  session.add_setting(*digest, "store.url");
  digest->add_option("--format", request->format, "text, json [text]")
      ->type_name("FORMAT")
      ->check(one_of({"text", "json"}));
  digest->footer(
      "Exit status: 0 all were told, 1 a digest was refused, 2 wrong usage, 3 not all could be sent now: the "
      "next run tells them.\n"
      "Most often: rampart quarantine digest --send");
  session.on_run(*digest, [request](Session& s) { return run_digest(s, *request); });
}

}  // namespace rampart::cli
