// rampart reports prune: takes away what is older than reports.keep.
#include "base/json.h"
#include "cli/commands.h"
#include "cli/help.h"
#include "reports/archive/archive.h"
#include "server/setup/store_url.h"

namespace rampart::cli {
namespace {

using server::open_known_store;

base::Result<Exit> run_prune(Session& session, const std::string& format) {
  const auto* config = TRY(session.config());
  const auto keep = std::chrono::duration_cast<std::chrono::seconds>(config->duration("reports.keep"));
  auto database = TRY(open_known_store(*config, "read reports into it: rampart reports import reports/"));
  auto archive = TRY(reports::Archive::open(database));
  const auto before = base::now() - keep;
  const auto pruned = TRY(archive.prune(before));
  if (format == "json") {
    std::string out;
    base::JsonWriter json(out, base::JsonStyle::pretty);
    json.begin_object()
        .member("schema", "rampart.reports-prune/1")
        .member("before", base::format_time(before));
    json.member("reports", pruned.reports).member("tls_reports", pruned.tls_reports);
    json.member("failures", pruned.failures).member("set_aside", pruned.aside).end_object();
    TRY(session.print(out + "\n"));
  } else {
    TRY(session.print(fmt::format(
        "before {}: {} aggregate reports, {} TLS reports, {} failure reports and {} notes of "
        "what was set aside taken away\n",
        base::format_time(before), pruned.reports, pruned.tls_reports, pruned.failures, pruned.aside)));
  }
  return Exit::clean;
}

}  // namespace

void add_reports_prune_command(CLI::App& reports, Session& session) {
  auto format = std::make_shared<std::string>("text");
  auto* prune = reports.add_subcommand("prune", "Take away reports that are older than reports.keep");
  prune->add_option("--format", *format, "text or json [text]")
      ->type_name("FORMAT")
      ->check(one_of({"text", "json"}));
  session.add_setting(*prune, "reports.keep");
  session.add_setting(*prune, "store.url");
  prune->footer(
      "Each import does so, too. A report counts from the end of the time it speaks of, or from when it was "
      "read "
      "where that is later.\n"
      "Most often: rampart reports prune");
  session.on_run(*prune, [format](Session& s) { return run_prune(s, *format); });
}

}  // namespace rampart::cli
