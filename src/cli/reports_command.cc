// rampart reports: what receivers say of the mail that is sent in your domains' names.
#include <algorithm>

#include "cli/commands.h"
#include "cli/fix_options.h"
#include "cli/help.h"
#include "cli/reports_options.h"
#include "reports/archive/history.h"
#include "reports/show/show.h"
#include "server/setup/store_url.h"

namespace rampart::cli {
namespace {

using base::ErrorKind;
using base::Result;
using server::open_known_store;

struct Request {
  std::string domain;
  std::string since = "30d";
  bool all = false;
  std::string format = "text";
};

// Rows for people; 0: all.
std::size_t page_size(const Request& request) { return request.all ? 0 : 20; }

Result<Exit> run_show(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  const auto days = TRY(report_days(request.since));
  auto database = TRY(open_known_store(*config, "read reports into it: rampart reports import reports/"));
  TRY(reports::Archive::open(database));
  if (request.domain.empty()) {
    if (request.format == "csv")
      return base::fail(ErrorKind::usage, "CSV is of one domain", "--format",
                        "name it: rampart reports show DOMAIN");
    const auto domains = TRY(reports::read_domains(database, days.from, days.to));
    TRY(session.print(request.format == "json" ? reports::format_domains_json(domains)
                                               : reports::format_domains(domains, page_size(request))));
    if (std::ranges::none_of(domains, [](const auto& one) { return one.total.messages() != 0; }))
      session.note(nothing_shown("reports", TRY(reports::read_known_days(database, std::nullopt)), days));
    return Exit::clean;
  }
  const auto name = TRY(domain_of(request.domain));
  const auto history = TRY(reports::read_history(database, name.text(), days.from, days.to));
  const reports::Page page{.domain = name.text(), .history = &history, .most = page_size(request)};
  TRY(session.print(request.format == "json"  ? reports::format_history_json(page)
                    : request.format == "csv" ? reports::format_history_csv(page)
                                              : reports::format_history(page)));
  if (history.reports + history.uncounted == 0) session.note(TRY(nothing_of(database, name, days)));
  return Exit::clean;
}

}  // namespace

void add_reports_command(CLI::App& root, Session& session) {
  auto* reports =
      root.add_subcommand("reports", "Read what receivers report of the mail in your domains' names");
  auto request = std::make_shared<Request>();

  add_reports_import_command(*reports, session);

  auto* show = reports->add_subcommand("show", "Show what was reported of a domain, or of all");
  show->add_option("DOMAIN", request->domain,
                   "The domain at which receivers found the policy; without it, all of them");
  show->add_option("--since", request->since, std::string(kSinceHelp))->type_name("TIME");
  show->add_flag("--all", request->all, "Show every address, or every domain");
  show->add_option("--format", request->format, "text, json, or csv of a domain [text]")
      ->type_name("FORMAT")
      ->check(one_of({"text", "json", "csv"}));
  session.add_setting(*show, "store.url");
  show->footer(
      "Reports whose origin is not known are named and never counted.\n"
      "Most often: rampart reports show mydomain.example");
  session.on_run(*show, [request](Session& s) { return run_show(s, *request); });

  add_reports_sources_command(*reports, session);
  add_reports_mark_commands(*reports, session);
  add_reports_tls_command(*reports, session);
  add_reports_single_commands(*reports, session);
  add_reports_fetch_command(*reports, session);
  add_reports_write_command(*reports, session);
  add_reports_authorise_command(*reports, session);
  add_reports_prune_command(*reports, session);
}

}  // namespace rampart::cli
