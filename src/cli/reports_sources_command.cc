// rampart reports sources: who sends in a domain's name.
#include "cli/commands.h"
#include "cli/facts_options.h"
#include "cli/fix_options.h"
#include "cli/help.h"
#include "cli/reports_options.h"
#include "reports/archive/archive.h"
#include "reports/archive/history.h"
#include "reports/sources/inventory.h"
#include "reports/sources/networks.h"
#include "reports/sources/page.h"
#include "server/reports/source_naming.h"
#include "server/setup/store_url.h"

namespace rampart::cli {
namespace {

using base::ErrorKind;
using base::Result;
using server::look_up_sources;
using server::open_known_store;
using server::own_domains;
using server::read_registry;

struct Request {
  std::string domain;
  FactsOptions facts;
  std::string since = "30d";
  std::string format = "text";
  bool no_dns = false;
  bool all = false;
};

Result<Exit> run_sources(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  const auto days = TRY(report_days(request.since));
  const auto domain = TRY(domain_of(request.domain));
  if (request.no_dns && (!request.facts.zones.empty() || !request.facts.recording.empty()))
    return base::fail(ErrorKind::usage, "--no-dns asks nothing, so --zone and --facts say nothing", {},
                      "leave out the one or the other");
  const auto registry = TRY(read_registry(*config));
  std::optional<reports::NetworkDatabase> networks;
  if (const auto& file = config->text("reports.asn_database"); !file.empty())
    networks = TRY(reports::NetworkDatabase::open(file));
  auto database = TRY(open_known_store(*config, "read reports into it: rampart reports import reports/"));
  TRY(reports::Archive::open(database));
  auto store_of_marks = TRY(reports::Marks::open(database));
  const auto marks = TRY(store_of_marks.list(domain));
  reports::Inventory inventory(
      domain,
      TRY(reports::read_sightings(database, domain.text(), days.from, days.to, reports::kSourceBorders)),
      TRY(own_domains(*config)));
  std::vector<std::string> notes;
  if (!request.no_dns) {
    const auto source = TRY(open_source(request.facts, *config, 1));
    TRY(source->prepare(domain));
    TRY(look_up_sources(inventory, *source, static_cast<std::size_t>(config->integer("reports.lookups"))));
    notes = source->about().notes;
  }
  if (networks)
    TRY(inventory.learn_networks([&](const base::IpAddress& address) { return networks->name_of(address); }));
  const auto sources = inventory.sources({.registry = &registry, .marks = marks});
  const reports::SourcesPage page{.inventory = &inventory,
                                  .sources = sources,
                                  .idle = reports::idle_marks(marks, sources),
                                  .notes = notes,
                                  .all = request.all};
  TRY(session.print(request.format == "json"  ? reports::format_sources_json(page)
                    : request.format == "csv" ? reports::format_sources_csv(page)
                                              : reports::format_sources(page)));
  if (request.format != "json") {
    for (const auto& note : notes) session.note(note);
  }
  if (inventory.sightings().reports + inventory.sightings().uncounted == 0)
    session.note(TRY(nothing_of(database, domain, days)));
  return Exit::clean;
}

}  // namespace

void add_reports_sources_command(CLI::App& reports, Session& session) {
  auto request = std::make_shared<Request>();
  auto* sources = reports.add_subcommand("sources", "Show who sends in a domain's name");
  sources->add_option("DOMAIN", request->domain, "The domain at which receivers found the policy")
      ->required();
  sources->add_option("--since", request->since, std::string(kSinceHelp))->type_name("TIME");
  sources->add_flag("--all", request->all, "Show every source, its evidence and its addresses");
  sources->add_option("--format", request->format, "text, json or csv [text]")
      ->type_name("FORMAT")
      ->check(one_of({"text", "json", "csv"}));
  sources->add_flag("--no-dns", request->no_dns, "Ask DNS nothing: fewer senders have a name then");
  add_source_options(*sources, request->facts, "Take answers from zone files, reverse zones among them",
                     "Take answers from a recording, and nothing else");
  session.add_setting(*sources, "dns.resolvers");
  session.add_setting(*sources, "dns.timeout");
  session.add_setting(*sources, "reports.lookups");
  session.add_setting(*sources, "reports.own_domains");
  session.add_setting(*sources, "reports.providers");
  session.add_setting(*sources, "reports.asn_database");
  session.add_setting(*sources, "store.url");
  sources->footer(
      "Who cannot be named is called unknown. Reports whose origin is not known are never counted.\n"
      "Most often: rampart reports sources mydomain.example");
  session.on_run(*sources, [request](Session& s) { return run_sources(s, *request); });
}

}  // namespace rampart::cli
