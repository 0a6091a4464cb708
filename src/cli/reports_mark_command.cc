// rampart reports mark, marks, unmark: what the owner says of a source.
#include <limits>

#include "base/ip.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/fix_options.h"
#include "cli/help.h"
#include "cli/who.h"
#include "dns/domain.h"
#include "reports/archive/history.h"
#include "reports/sources/marks.h"
#include "reports/sources/page.h"
#include "server/reports/source_naming.h"
#include "server/setup/store_url.h"

namespace rampart::cli {
namespace {

using base::ErrorKind;
using base::Result;
using server::open_known_store;
using server::read_registry;
using server::store_url;

struct Request {
  std::string domain;
  std::string source;
  std::string kind;
  std::string name;
  std::string reason;
  std::string format = "text";
  bool all = false;
  std::string number;
};

Result<store::Database> open_store(Session& session) {
  const auto* config = TRY(session.config());
  return store::Database::open(TRY(store_url(*config)));
}

// Whether sources may have this id: "own", or behind the kind a provider of the registry, a domain or a network.
bool is_known_source(std::string_view id, const mail::Registry& registry) {
  const auto colon = id.find(':');
  if (colon == std::string_view::npos) return true;
  const auto name = id.substr(colon + 1);
  if (registry.by_id(name) != nullptr) return true;
  if (base::IpAddress::parse(name.substr(0, name.find('/')))) return true;
  const auto domain = dns::parse_domain(name);
  return domain && domain->label_count() >= 2;
}

// The id of that kind whose provider is meant; empty: none is near.
std::string meant_source(const std::string& id, const mail::Registry& registry) {
  const auto behind = id.find(':') + 1;
  std::vector<std::string_view> ids;
  for (const auto& provider : registry.providers()) ids.push_back(provider.id);
  const auto meant = base::nearest(std::string_view(id).substr(behind), ids);
  return meant.empty() ? meant : id.substr(0, behind) + meant;
}

Result<Exit> run_mark(Session& session, const Request& request) {
  reports::Mark mark{.domain = TRY(domain_of(request.domain)),
                     .subject = TRY(reports::parse_mark_subject(request.source)),
                     .kind = *reports::parse_source_kind(request.kind),  // the option's check has passed it
                     .name = std::string(base::trim(request.name)),
                     .reason = std::string(base::trim(request.reason)),
                     .who = who(),
                     .made = base::now()};
  if (mark.name.size() > reports::kMaxMarkName || !base::is_utf8(mark.name))
    return base::fail(ErrorKind::usage, fmt::format("a name has at most {} bytes", reports::kMaxMarkName),
                      "--name");
  if (mark.reason.empty() || mark.reason.size() > reports::kMaxMarkReason || !base::is_utf8(mark.reason))
    return base::fail(
        ErrorKind::usage,
        fmt::format("a source is marked for a reason, in at most {} bytes", reports::kMaxMarkReason),
        "--reason", "say how you know whose it is");
  auto database = TRY(open_store(session));
  auto marks = TRY(reports::Marks::open(database));
  const auto number = TRY(marks.add(mark));
  TRY(session.print(fmt::format("mark {}: {} is {}{} for {}\n", number, mark.subject.text(), request.kind,
                                mark.name.empty() ? "" : fmt::format(" ({})", base::printable(mark.name)),
                                mark.domain.text())));
  // It stands all the same: mail may come. But a slip of the pen marks nothing, and nobody would know.
  TRY(reports::Archive::open(database));
  if (!TRY(reports::read_known_days(database, mark.domain.text())))
    session.note(
        fmt::format("no report in the store speaks of {}, so the mark meets no mail as yet; `rampart "
                    "reports show` lists the domains",
                    mark.domain.text()));
  const auto registry = TRY(read_registry(*TRY(session.config())));
  if (!mark.subject.network && !is_known_source(mark.subject.id, registry)) {
    const auto meant = meant_source(mark.subject.id, registry);
    session.note(fmt::format(
        "no provider that is known has the id of {}{}, so the mark may never meet mail; `rampart reports "
        "sources {}` shows the ids, and `rampart reports unmark {}` takes it back",
        base::printable(mark.subject.id), meant.empty() ? "" : fmt::format(" (did you mean {}?)", meant),
        mark.domain.text(), number));
  }
  return Exit::clean;
}

Result<Exit> run_marks(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  std::optional<dns::Name> domain;
  if (!request.domain.empty()) domain = TRY(domain_of(request.domain));
  auto database = TRY(open_known_store(*config, "read reports into it: rampart reports import reports/"));
  auto marks = TRY(reports::Marks::open(database));
  const auto found = TRY(marks.list(domain, request.all));
  TRY(session.print(request.format == "json"
                        ? reports::format_marks_json(found)
                        : reports::format_marks(found, domain ? dns::display(*domain) : "")));
  return Exit::clean;
}

Result<Exit> run_unmark(Session& session, const Request& request) {
  constexpr std::uint64_t kMaxNumber = std::numeric_limits<std::int32_t>::max();  // that a database gives
  constexpr auto kShowsNumbers = "rampart reports marks shows the numbers";
  const auto number = base::parse_number(request.number);
  if (!number || *number == 0 || *number > kMaxNumber)
    return base::fail(ErrorKind::usage,
                      fmt::format("\"{}\" is no mark's number", base::printable(request.number)), "NUMBER",
                      kShowsNumbers);
  auto database = TRY(open_store(session));
  auto marks = TRY(reports::Marks::open(database));
  if (!TRY(marks.remove(static_cast<long long>(*number), who(), base::now())))
    return base::fail(ErrorKind::usage, fmt::format("no mark that stands has the number {}", *number), {},
                      kShowsNumbers);
  TRY(session.print(fmt::format("mark {} is taken back\n", *number)));
  return Exit::clean;
}

}  // namespace

void add_reports_mark_commands(CLI::App& reports, Session& session) {
  auto request = std::make_shared<Request>();
  auto* mark = reports.add_subcommand("mark", "Say whose a source is, and how it is called");
  mark->add_option("DOMAIN", request->domain, "The domain in whose name it sends")->required();
  mark->add_option("SOURCE", request->source,
                   "A source's id as `reports sources` shows it, an address, or a network (198.51.100.0/24)")
      ->required();
  mark->add_option("--as", request->kind, "own, service, forwarder or spoofing")
      ->required()
      ->type_name("KIND")
      ->check(one_of({"own", "service", "forwarder", "spoofing"}));
  mark->add_option("--name", request->name, "How it is called")->type_name("TEXT");
  mark->add_option("--reason", request->reason, "How you know: it stays on record with your name")
      ->required()
      ->type_name("TEXT");
  session.add_setting(*mark, "store.url");
  mark->footer(
      "Most often: rampart reports mark mydomain.example 198.51.100.0/24 --as own\n"
      "--name \"Branch offices\" --reason \"network plan of 2026\"");
  session.on_run(*mark, [request](Session& s) { return run_mark(s, *request); });

  auto* marks = reports.add_subcommand("marks", "Show which sources are marked, by whom and why");
  marks->add_option("DOMAIN", request->domain, "Of this domain; without it, of all");
  marks->add_flag("--all", request->all, "Those that were taken back, too");
  marks->add_option("--format", request->format, "text or json [text]")
      ->type_name("FORMAT")
      ->check(one_of({"text", "json"}));
  session.add_setting(*marks, "store.url");
  session.on_run(*marks, [request](Session& s) { return run_marks(s, *request); });

  auto* unmark = reports.add_subcommand("unmark", "Take a mark back; it stays on record");
  unmark->add_option("NUMBER", request->number, "As reports marks shows it")->required();
  session.add_setting(*unmark, "store.url");
  session.on_run(*unmark, [request](Session& s) { return run_unmark(s, *request); });
}

}  // namespace rampart::cli
