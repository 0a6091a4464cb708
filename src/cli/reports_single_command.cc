// rampart reports failures, aside: single messages that failed, and what could not be read.
#include "cli/commands.h"
#include "cli/fix_options.h"
#include "cli/help.h"
#include "cli/reports_options.h"
#include "reports/show/single.h"
#include "server/setup/store_url.h"

namespace rampart::cli {
namespace {

using base::Result;
using server::open_known_store;

constexpr std::size_t kShown = 20;  // of the last, for people

struct Request {
  std::string domain;
  std::string since = "30d";
  bool all = false;
  std::string format = "text";

  [[nodiscard]] std::size_t most() const { return all || format != "text" ? 0 : kShown; }
};

Result<store::Database> open_reports(const base::Config& config) {
  auto database = TRY(open_known_store(config, "read reports into it: rampart reports import reports/"));
  TRY(reports::Archive::open(database));
  return database;
}

Result<Exit> run_failures(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  const auto days = TRY(report_days(request.since));
  std::string domain;
  if (!request.domain.empty()) domain = TRY(domain_of(request.domain)).text();
  auto database = TRY(open_reports(*config));
  const auto history = TRY(reports::read_failures(
      database, domain.empty() ? std::nullopt : std::optional<std::string_view>(domain), days.from, days.to,
      request.most()));
  TRY(session.print(request.format == "json"  ? reports::format_failures_json(domain, history)
                    : request.format == "csv" ? reports::format_failures_csv(history)
                                              : reports::format_failures(domain, history)));
  return Exit::clean;
}

Result<Exit> run_aside(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  const auto days = TRY(report_days(request.since));
  auto database = TRY(open_reports(*config));
  const auto history = TRY(reports::read_aside(database, days.from, days.to, request.most()));
  TRY(session.print(request.format == "json" ? reports::format_aside_json(history)
                                             : reports::format_aside(history)));
  return Exit::clean;
}

}  // namespace

void add_reports_single_commands(CLI::App& reports, Session& session) {
  auto request = std::make_shared<Request>();
  auto* failures = reports.add_subcommand("failures", "Show single messages that failed, as receivers tell");
  failures->add_option("DOMAIN", request->domain,
                       "The domain that they were sent as, with those below it; without it, all");
  failures->add_option("--since", request->since, std::string(kSinceHelp))->type_name("TIME");
  failures->add_flag("--all", request->all, "Show every one, and not the last 20");
  failures->add_option("--format", request->format, "text, json or csv [text]")
      ->type_name("FORMAT")
      ->check(one_of({"text", "json", "csv"}));
  session.add_setting(*failures, "store.url");
  failures->footer(
      "Receivers tell it in failure reports (RFC 9991), where a record asks for them (ruf); most send none. "
      "--since is about the day on which they were read. Anybody can send one: see its trust.\n"
      "Most often: rampart reports failures mydomain.example");
  session.on_run(*failures, [request](Session& s) { return run_failures(s, *request); });

  auto* aside = reports.add_subcommand("aside", "Show what could not be read, and why");
  aside->add_option("--since", request->since, std::string(kSinceHelp))->type_name("TIME");
  aside->add_flag("--all", request->all, "Show all of it, and not the last 20");
  aside->add_option("--format", request->format, "text or json [text]")
      ->type_name("FORMAT")
      ->check(one_of({"text", "json"}));
  session.add_setting(*aside, "store.url");
  aside->footer(
      "By import and by fetch; --since is about the day on which it was tried last.\n"
      "Most often: rampart reports aside");
  session.on_run(*aside, [request](Session& s) { return run_aside(s, *request); });
}

}  // namespace rampart::cli
