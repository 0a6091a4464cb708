// rampart guard rehearse and compare: what the guard's events say of switches to come, and of another filter.
#include <algorithm>

#include "base/config.h"
#include "base/config_schema.h"
#include "cli/guard_commands.h"
#include "cli/help.h"
#include "guard/events/event_store.h"
#include "guard/hindsight/comparison.h"
#include "guard/hindsight/rehearsal.h"
#include "server/guard/guard_settings.h"
#include "server/setup/store_url.h"

namespace rampart::cli {
namespace {

using base::Result;
using server::guard_settings;
using server::open_known_store;

constexpr std::size_t kMostRows = 10'000;  // that are shown as text

struct Request {
  std::vector<std::string> rules;
  std::string field;
  std::string since = "7d";
  std::string format = "text";
  std::size_t most = 20;
};

// Shows each event since then to whoever counts them.
template <class Counter>
Result<> look_back(const base::Config& config, const Request& request, base::Time now, Counter& counter) {
  const auto back = base::parse_duration(request.since);
  if (!back || *back <= std::chrono::milliseconds(0))
    return base::fail(base::ErrorKind::usage, "is no time to look back", "--since", "such as 7d or 12h");
  auto database = TRY(open_known_store(config, "have the guard keep its events: rampart guard"));
  auto store = TRY(guard::EventStore::open(database));
  return store.each(now - std::chrono::ceil<std::chrono::seconds>(*back), [&](std::string_view json) {
    if (const auto event = guard::read_event(json)) {
      counter.add(*event);
    } else {
      counter.add_damaged();
    }
  });
}

Result<Exit> run_rehearse(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  auto rules = TRY(guard_settings(*config)).rules.enforcement;
  if (!request.rules.empty()) rules.clear();
  for (const auto& text : request.rules) {
    auto rule = guard::parse_enforcement(text);
    if (!rule)
      return base::fail(
          base::ErrorKind::usage, rule.error().message(), text,
          "such as \"to=bank.example action=quarantine\": rampart config explain guard.enforce");
    rules.push_back(*std::move(rule));
  }
  const auto now = base::now();
  guard::Rehearsal rehearsal(std::move(rules));
  TRY(look_back(*config, request, now, rehearsal));
  const guard::Rehearsal::View view{.since = request.since, .now = now, .rows = request.most};
  TRY(session.print(request.format == "json" ? rehearsal.json(view) : rehearsal.text(view)));
  return Exit::clean;
}

Result<Exit> run_compare(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  const auto field = std::ranges::find(guard::kOtherFields, std::string_view(request.field));
  guard::Comparison comparison(*field);
  TRY(look_back(*config, request, base::now(), comparison));
  const guard::Comparison::View view{.since = request.since, .rows = request.most};
  TRY(session.print(request.format == "json" ? comparison.json(view) : comparison.text(view)));
  return Exit::clean;
}

void add_options(CLI::App& command, Session& session, Request& request) {
  command
      .add_option("--since", request.since, "How far it looks back; guard.keep_events is how far it can [7d]")
      ->type_name("TIME");
  command.add_option("--most", request.most, "Sources that are listed as text [20]")
      ->type_name("N")
      ->check(whole_number(1, kMostRows));
  command.add_option("--format", request.format, "text or json, which lists all [text]")
      ->type_name("FORMAT")
      ->check(one_of({"text", "json"}));
  session.add_setting(command, "store.url");
}

}  // namespace

void add_guard_hindsight_commands(CLI::App& guard, Session& session) {
  auto* rehearse = guard.add_subcommand(
      "rehearse",
      "Print what switches of enforcement would have done to the mail of the last days, by source");
  auto request = std::make_shared<Request>();
  rehearse->add_option(
      "RULE", request->rules,
      "A switch as guard.enforce has it, in quotes; without one those of the configuration, or all "
      "that the policy asks for where it has none");
  add_options(*rehearse, session, *request);
  rehearse->footer(
      "It reads the events that the guard keeps in the store, in either mode, and changes nothing. Each "
      "source "
      "ends with the line of guard.overrides that would let it through.\n"
      "Exit status: 0, 2 wrong usage, or no store there, 3 the store cannot be read.\n"
      "Most often: rampart guard rehearse \"to=bank.example action=quarantine\"");
  session.on_run(*rehearse, [request](Session& s) { return run_rehearse(s, *request); });

  auto* compare =
      guard.add_subcommand("compare", "Set what the guard would stop beside what another filter says");
  auto compared = std::make_shared<Request>();
  compare->add_option("--against", compared->field, "The field in which the other filter says it")
      ->type_name("FIELD")
      ->required()
      ->check(one_of({std::string(guard::kOtherFields[0]), std::string(guard::kOtherFields[1])}));
  add_options(*compare, session, *compared);
  compare->footer(
      "The other filter has to have the message before the guard. Exit status: 0, 2 wrong usage, or no store "
      "there, 3 the store cannot be read.\n"
      "Most often: rampart guard compare --against X-Spamd-Result");
  session.on_run(*compare, [compared](Session& s) { return run_compare(s, *compared); });
}

}  // namespace rampart::cli
