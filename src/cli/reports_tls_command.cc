// rampart reports tls: how TLS to your mail servers went, as senders report it (RFC 8460).
#include "cli/commands.h"
#include "cli/fix_options.h"
#include "cli/help.h"
#include "cli/reports_options.h"
#include "reports/archive/tls_history.h"
#include "reports/show/tls.h"
#include "server/setup/store_url.h"

namespace rampart::cli {
namespace {

using base::Result;
using server::open_known_store;

struct Request {
  std::string domain;
  std::string since = "30d";
  std::string format = "text";
};

Result<> show_all(Session& session, store::Database& database, const Request& request,
                  const ReportDays& days) {
  const auto domains = TRY(reports::read_tls_domains(database, days.from, days.to));
  TRY(session.print(request.format == "json"  ? reports::format_tls_domains_json(domains)
                    : request.format == "csv" ? reports::format_tls_domains_csv(domains)
                                              : reports::format_tls_domains(domains)));
  if (domains.empty())
    session.note(
        nothing_shown("TLS reports", TRY(reports::read_known_tls_days(database, std::nullopt)), days));
  return {};
}

Result<Exit> run_tls(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  const auto days = TRY(report_days(request.since));
  auto database = TRY(open_known_store(*config, "read reports into it: rampart reports import reports/"));
  TRY(reports::Archive::open(database));
  if (request.domain.empty()) {
    TRY(show_all(session, database, request, days));
    return Exit::clean;
  }
  const auto name = TRY(domain_of(request.domain));
  const auto history = TRY(reports::read_tls_history(database, name.text(), days.from, days.to));
  TRY(session.print(request.format == "json"  ? reports::format_tls_json(name.text(), history)
                    : request.format == "csv" ? reports::format_tls_csv(name.text(), history)
                                              : reports::format_tls(name.text(), history)));
  if (history.reports + history.uncounted == 0)
    session.note(nothing_shown(fmt::format("TLS reports of {}", name.text()),
                               TRY(reports::read_known_tls_days(database, name.text())), days) +
                 "; `rampart reports tls` lists the domains");
  return Exit::clean;
}

}  // namespace

void add_reports_tls_command(CLI::App& reports, Session& session) {
  auto request = std::make_shared<Request>();
  auto* tls = reports.add_subcommand("tls", "Show how TLS to a domain's mail servers went, or to all");
  tls->add_option("DOMAIN", request->domain,
                  "The domain whose mail servers they are; without it, all of them");
  tls->add_option("--since", request->since, std::string(kSinceHelp))->type_name("TIME");
  tls->add_option("--format", request->format, "text, json or csv [text]")
      ->type_name("FORMAT")
      ->check(one_of({"text", "json", "csv"}));
  session.add_setting(*tls, "store.url");
  tls->footer(
      "Senders tell it in TLS reports (RFC 8460), once a TXT record at _smtp._tls.DOMAIN asks for them.\n"
      "Reports whose origin is not known are named and never counted.\n"
      "Most often: rampart reports tls mydomain.example");
  session.on_run(*tls, [request](Session& s) { return run_tls(s, *request); });
}

}  // namespace rampart::cli
