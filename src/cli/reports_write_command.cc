// rampart reports write: what a receiver decided of its mail becomes aggregate reports, and they are sent.
#include <filesystem>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/facts_options.h"
#include "cli/help.h"
#include "cli/host.h"
#include "cli/keys_options.h"
#include "server/reports/report_writing.h"
#include "server/setup/key_store.h"

namespace rampart::cli {
namespace {

using base::ErrorKind;
using base::Result;
using server::WriteRequest;

Result<Exit> run_write(Session& session, const WriteRequest& request) {
  const auto* config = TRY(session.config());
  TRY(check_clock(session));
  if (request.results.empty() && (request.replace || !request.days.empty()))
    return base::fail(ErrorKind::usage, "--day and --replace are about results, and none are given", {},
                      "name the files: rampart reports write results.jsonl");
  std::error_code failed;
  if (request.results.empty() && !std::filesystem::exists(request.output, failed))
    return base::fail(ErrorKind::usage, "there is no such folder, so nothing waits in it",
                      base::printable(request.output), "name that of an earlier run, or files of results");
  const auto desk = TRY(server::ReportDesk::open(request.output, *config, server::schedule_now()));
  return exit_of(TRY(server::write_reports(host_of(session), request, *config, *desk)));
}

}  // namespace

void add_reports_write_command(CLI::App& reports, Session& session) {
  auto* write =
      reports.add_subcommand("write", "Write aggregate reports of the mail that was received, and send them");
  const auto request = std::make_shared<WriteRequest>();
  const auto format = std::make_shared<std::string>("text");
  write->add_option(
      "RESULTS", request->results,
      "What was decided of each message, as JSON lines; - is standard input; without any, what waits "
      "is looked up and sent");
  write->add_option("--output", request->output, "The folder of reports, mails and what became of them")
      ->required()
      ->type_name("DIR");
  session.add_setting(*write, "report_mail.organisation");
  session.add_setting(*write, "report_mail.email");
  session.add_setting(*write, "report_mail.contact");
  session.add_setting(*write, "report_mail.submitter");
  add_paths(*write, "--day", request->days, "Write of this day alone (UTC)", "DATE");
  write
      ->add_option("--hours", request->hours,
                   "A report's period, for days that are too large for one file [24]")
      ->type_name("HOURS")
      ->check(one_of({"1", "2", "3", "4", "6", "8", "12", "24"}));
  write->add_flag("--replace", request->replace,
                  "Write and send a report anew that was made of other results before");
  write->add_flag("--send", request->send,
                  "Send what is to be sent, by the mail server of report_mail.server");
  write->add_flag("--send-again", request->again, "Send again what an interrupted run has perhaps sent");
  session.add_setting(*write, "report_mail.server");
  session.add_setting(*write, "dkim.keys");
  session.add_setting(*write, "dkim.seal_file");
  add_source_options(*write, request->facts, "Take DNS answers from zone files",
                     "Take DNS answers from what an audit recorded, and nothing else");
  session.add_setting(*write, "dns.resolvers");
  session.add_setting(*write, "dns.authoritative");
  session.add_setting(*write, "dns.timeout");
  write->add_option("--format", *format, "text or json [text]")
      ->type_name("FORMAT")
      ->check(one_of({"text", "json"}));
  write->footer(
      "Only who may get a domain's reports gets them (RFC 9990 section 4). What DNS does not answer now is "
      "kept "
      "and looked up again by the next run.\n"
      "Exit status: 0 done, 1 something was left out, refused or perhaps sent, 2 wrong usage, 3 something "
      "waits.\n"
      "Most often: rampart reports write results.jsonl --output reports --send");
  session.on_run(*write, [request, format](Session& s) {
    auto given = *request;
    given.send = given.send || given.again;
    given.json = *format == "json";
    return run_write(s, given);
  });
}

}  // namespace rampart::cli
