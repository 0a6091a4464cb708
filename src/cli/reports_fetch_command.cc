// rampart reports fetch: reports out of a mailbox, by IMAP.
#include "cli/commands.h"
#include "cli/help.h"
#include "cli/host.h"
#include "cli/origin_options.h"
#include "server/reports/report_intake.h"

namespace rampart::cli {
namespace {

base::Result<Exit> run_fetch(Session& session, const server::IntakeRequest& request) {
  const auto* config = TRY(session.config());
  return exit_of(TRY(server::run_intake(host_of(session), request, *config)));
}

}  // namespace

void add_reports_fetch_command(CLI::App& reports, Session& session) {
  const auto request = std::make_shared<server::IntakeRequest>();
  const auto format = std::make_shared<std::string>("text");
  auto* fetch = reports.add_subcommand("fetch", "Read reports out of a mailbox, by IMAP");
  fetch->add_flag("--watch", request->watch, "Go on: read each report within seconds of its coming");
  session.add_setting(*fetch, "reports.imap_server");
  session.add_setting(*fetch, "reports.imap_user");
  session.add_setting(*fetch, "reports.imap_mailbox");
  add_origin_options(*fetch, session, request->facts);
  fetch->add_option("--format", *format, "text or json, one object a line [text]")
      ->type_name("FORMAT")
      ->check(one_of({"text", "json"}));
  session.add_setting(*fetch, "store.url");
  fetch->footer(
      "A mail is put away once its reports are in the store, and not before. The\n"
      "password, or the token, is in a file that the configuration names\n"
      "(reports.imap_password_file, reports.imap_token_file).\n"
      "Exit status: 0 everything was read, 1 something was set aside, 2 wrong usage\n"
      "or refused by the server, 3 the server or DNS did not answer.\n"
      "Most often: rampart reports fetch --watch");
  session.on_run(*fetch, [request, format](Session& s) {
    request->json = *format == "json";
    return run_fetch(s, *request);
  });
}

}  // namespace rampart::cli
