// rampart advise: may this domain take the next step towards p=reject.
#include <map>

#include "audit/domain_list.h"
#include "cli/commands.h"
#include "cli/facts_options.h"
#include "cli/fix_options.h"
#include "cli/help.h"
#include "cli/progress.h"
#include "cli/reports_options.h"
#include "dns/domain.h"
#include "reports/advise/format.h"
#include "reports/archive/history.h"
#include "reports/show/show.h"
#include "server/reports/advisers.h"
#include "server/reports/source_naming.h"
#include "server/setup/fact_source.h"
#include "server/setup/store_url.h"

namespace rampart::cli {
namespace {

namespace advice = reports::advice;
using base::ErrorKind;
using base::Result;
using server::Advisers;
using server::FactSource;
using server::open_known_store;
using server::own_domains;
using server::reporters_that_count;

constexpr std::int32_t kMaxWindow = advice::kInventoryDays;  // days that a policy is tried on

struct Request {
  std::string domain;
  bool all = false;
  std::vector<std::string> lists;
  std::string policy;
  std::string since = "30d";
  bool accept_risk = false;
  bool no_dns = false;
  FactsOptions facts;
  std::string format = "text";
  std::size_t width = 0;
};

Result<> check(const Request& request) {
  if (request.all == !request.domain.empty())
    return base::fail(ErrorKind::usage,
                      request.all ? "--all advises on every domain, so none is named" : "no domain was given",
                      {}, "rampart advise DOMAIN, or rampart advise --all");
  if (!request.all && !request.lists.empty())
    return base::fail(ErrorKind::usage, "a list says whose the domains of --all are", "--list",
                      "leave it out, or write --all in place of the domain");
  if (request.no_dns && (!request.facts.zones.empty() || !request.facts.recording.empty()))
    return base::fail(ErrorKind::usage, "--no-dns asks nothing, so --zone and --facts say nothing", {},
                      "leave out the one or the other");
  return {};
}

Result<Advisers::Options> options_of(const Request& request) {
  const auto days = TRY(report_days(request.since));
  Advisers::Options out{.accept_risk = request.accept_risk};
  // Today is not whole yet, and not tried.
  const auto window = days.to - days.from + (request.since.ends_with('d') ? 1 : 0);
  if (window < 1 || window > kMaxWindow)
    return base::fail(ErrorKind::usage,
                      fmt::format("a policy is tried on 1 to {} whole days before today", kMaxWindow),
                      "--since", "write 30d, or a day: 2026-11-01");
  out.window = static_cast<std::int32_t>(window);
  if (!request.policy.empty()) out.rehearse = dmarc::parse_policy(request.policy);
  return out;
}

// The organisations that lists name, by domain.
Result<std::map<std::string, std::string>> organisations(const Request& request, Session& session) {
  std::map<std::string, std::string> out;
  audit::DomainList list;
  list.on_note([&](const std::string& note) { session.note(note); });
  list.on_refused([&](const audit::RefusedLine&) {});  // an audit of the list names them
  for (const auto& path : request.lists) TRY(list.open(path));
  while (const auto entry = TRY(list.next())) out[entry->domain.text()] = entry->organisation;
  return out;
}

// What lists do not say is taken from the name: its registered domain.
std::string organisation_of(const std::string& domain, const std::map<std::string, std::string>& lists) {
  const auto found = lists.find(domain);
  if (found != lists.end() && !found->second.empty()) return found->second;
  const auto name = dns::Name::try_parse(domain);
  const auto registered = name ? dns::registered_domain(*name) : std::nullopt;
  return registered ? registered->text() : domain;
}

Result<Exit> run_all(Session& session, const Request& request, store::Database& database, Advisers& advisers,
                     const Advisers::Options& options) {
  const auto lists = TRY(organisations(request, session));
  const auto day = advisers.today();
  // Whoever has a domain can report of made-up ones, each of which would be asked about.
  const auto heed = TRY(reporters_that_count(*TRY(session.config())));
  const auto domains = TRY(reports::read_domains(database, day - advice::kInventoryDays, day, heed));
  Progress progress(session.surroundings().err, session.surroundings().err_is_terminal, "domains");
  std::vector<advice::Placed> portfolio;
  for (const auto& one : domains) {
    if (one.total.messages() == 0) continue;  // anybody can speak of any domain
    const auto name = dns::Name::try_parse(one.domain);
    if (!name) continue;  // what a report calls a domain
    portfolio.push_back({organisation_of(one.domain, lists), TRY(advisers.advise(*name, options))});
    progress.update(portfolio.size(), std::nullopt);
  }
  progress.clear();
  advice::order(portfolio);
  TRY(session.print(request.format == "json" ? advice::format_portfolio_json(portfolio)
                                             : advice::format_portfolio(portfolio)));
  if (portfolio.empty()) {
    if (const auto known = TRY(reports::read_known_days(database, std::nullopt)))
      session.note(fmt::format(
          "the store has reports of {} to {}; `rampart reports show --since {}` lists the domains",
          reports::day_text(known->first), reports::day_text(known->last), reports::day_text(known->first)));
  }
  return Exit::clean;
}

Result<Exit> run_one(Session& session, const Request& request, const dns::Name& domain,
                     store::Database& database, Advisers& advisers, const Advisers::Options& options) {
  const auto found = TRY(advisers.advise(domain, options));
  const auto width = text_width(session.surroundings().out_is_terminal, request.width);
  TRY(session.print(request.format == "json" ? advice::format_advice_json(found)
                                             : advice::format_advice(found, {.width = width})));
  if (found.streams.empty() && !TRY(reports::read_known_days(database, domain.text())))
    session.note(TRY(nothing_of(database, domain, {.from = advisers.today(), .to = advisers.today()})));
  return found.verdict == advice::Verdict::not_ready || found.verdict == advice::Verdict::stay
             ? Exit::findings
             : Exit::clean;
}

Result<Exit> run_advise(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  TRY(check(request));
  const auto options = TRY(options_of(request));
  std::optional<dns::Name> domain;
  if (!request.all) domain = TRY(domain_of(request.domain));
  auto database = TRY(open_known_store(*config, "read reports into it: rampart reports import reports/"));
  std::unique_ptr<FactSource> source;
  if (!request.no_dns) {
    source = TRY(open_source(request.facts, *config, 1));
    if (domain) TRY(source->prepare(*domain));
  }
  auto advisers = TRY(Advisers::open(database, *config, source.get()));
  const auto exit = TRY(domain ? run_one(session, request, *domain, database, advisers, options)
                               : run_all(session, request, database, advisers, options));
  if (source && request.format != "json") {
    for (const auto& note : source->about().notes) session.note(note);
  }
  return exit;
}

void add_options(CLI::App& command, Session& session, Request& request) {
  command.add_option("DOMAIN", request.domain, "The domain at which receivers found the policy");
  command.add_flag("--all", request.all,
                   "Every domain of which there are reports, what can be enforced first");
  add_paths(command, "--list", request.lists, "With --all: a list that says whose the domains are", "FILE");
  command.add_option("--policy", request.policy, "Try this policy in place of the next one")
      ->type_name("none|quarantine|reject")
      ->check(one_of({"none", "quarantine", "reject"}));
  command
      .add_option("--since", request.since, "The days that the policy is tried on: 30d, or from a day [30d]")
      ->type_name("TIME");
  command.add_flag("--accept-risk", request.accept_risk,
                   "Go on to p=reject in spite of mailing lists and forwarders");
  command.add_option("--format", request.format, "text or json [text]")
      ->type_name("FORMAT")
      ->check(one_of({"text", "json"}));
  command.add_option("--width", request.width, "Set text for this many columns")->type_name("COLUMNS");
  command.add_flag("--no-dns", request.no_dns, "Ask DNS nothing: fewer senders have a name then");
  add_source_options(command, request.facts, "Take answers from zone files, reverse zones among them",
                     "Take answers from a recording, and nothing else");
  for (const auto* key : {"dns.resolvers", "dns.timeout", "reports.lookups", "reports.own_domains",
                          "reports.providers", "reports.reporters", "store.url"})
    session.add_setting(command, key);
}

}  // namespace

void add_advise_command(CLI::App& root, Session& session) {
  auto request = std::make_shared<Request>();
  auto* command = root.add_subcommand(
      "advise", "Say whether a domain may take the next step to p=reject, and what it would stop");
  add_options(*command, session, *request);
  command->footer(
      "Nothing is published. Gone by is what known receivers report, and those that you\n"
      "list (reports.reporters) or whose files you gave; others are shown.\n"
      "Exit status: 0 the next step may be taken, or none is left; 1 something is in\n"
      "the way; 2 wrong usage.\n"
      "Most often: rampart advise mydomain.example");
  session.on_run(*command, [request](Session& s) { return run_advise(s, *request); });
}

}  // namespace rampart::cli
