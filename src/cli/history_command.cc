// rampart history, rampart drift: what the store knows of earlier audits.
#include <unistd.h>

#include "audit/state/drift.h"
#include "audit/state/json.h"
#include "audit/state/state.h"
#include "base/columns.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/fix_options.h"
#include "cli/help.h"
#include "dns/domain.h"
#include "server/setup/store_url.h"

namespace rampart::cli {
namespace {

using audit::state::Change;
using audit::state::State;
using base::ErrorKind;
using base::Result;
using server::open_known_store;

constexpr std::size_t kMaxStates = 1000;  // of a domain that are shown; ours

struct Request {
  std::string domain;
  std::string since;
  std::string format = "text";
};

// A store that is there: nothing is made by asking for what it holds.
struct Opened {
  store::Database database;
  std::optional<State> tables{};  // of the database where it stands

  State& state() { return *tables; }
};

Result<std::unique_ptr<Opened>> open_store(Session& session) {
  const auto* config = TRY(session.config());
  auto out = std::make_unique<Opened>(
      TRY(open_known_store(*config, "record an audit in it: rampart audit mydomain.example")));
  out->tables = TRY(State::open(out->database));
  return out;
}

std::string day(base::Time time) { return base::format_time(time).substr(0, 10); }
std::string minute(base::Time time) {
  auto text = base::format_time(time).substr(0, 16);
  text[10] = ' ';
  return text;
}

base::Error unknown_domain(const dns::Name& domain, const store::Database& database) {
  return {ErrorKind::usage, fmt::format("no audit of {} was recorded", domain.text()), database.where(),
          fmt::format("record one: rampart audit {} --store {}", domain.text(), database.where())};
}

// --- history ---

Result<> list_all(Session& session, const Request& request, Opened& store) {
  const auto all = TRY(store.state().histories());
  std::string out;
  if (request.format == "json") {
    base::JsonWriter json(out, base::JsonStyle::pretty);
    json.begin_object().member("schema", "rampart.history/1").key("domains").begin_array();
    for (const auto& one : all) {
      json.begin_object()
          .member("domain", one.domain.text())
          .member("first", base::format_time(one.first))
          .member("last", base::format_time(one.last))
          .member("status", audit::to_string(one.status))
          .member("grade", one.grade)
          .member("open_findings", one.open)
          .end_object();
    }
    json.end_array().end_object();
    out += '\n';
    return session.print(out);
  }
  std::size_t width = 6;
  for (const auto& one : all) width = std::max(width, base::display_width(dns::display(one.domain)));
  out += fmt::format("{}  grade  {:<16}  {:>4}  last audit\n", base::pad_right("domain", width), "status",
                     "open");
  for (const auto& one : all) {
    out += fmt::format("{}  {:<5}  {:<16}  {:>4}  {}\n", base::pad_right(dns::display(one.domain), width),
                       one.grade, audit::to_string(one.status), one.open, minute(one.last));
  }
  return session.print(out);
}

void add_findings(std::string& out, const std::vector<audit::state::FindingSpan>& spans, bool open) {
  for (const auto& span : spans) {
    if (span.gone.has_value() == open) continue;
    out += fmt::format("  {:<8}  {}{}  {} [{}]\n", audit::to_string(span.effective), day(span.since),
                       open ? "" : " to " + day(*span.gone), base::printable(span.title), span.code);
  }
}

Result<> show_one(Session& session, const Request& request, Opened& store) {
  const auto domain = TRY(domain_of(request.domain));
  const auto history = TRY(store.state().history(domain));
  if (!history) return std::unexpected(unknown_domain(domain, store.database));
  const auto states = TRY(store.state().snapshots(domain, kMaxStates));
  const auto spans = TRY(store.state().findings(domain));
  const auto keys = TRY(store.state().keys(domain));
  std::string out;
  if (request.format == "json") {
    base::JsonWriter json(out, base::JsonStyle::pretty);
    audit::state::write_history(json, {*history, states, spans, keys});
    out += '\n';
    return session.print(out);
  }
  out += fmt::format("{}  {}  {}, audited from {} to {}\n", dns::display(domain), history->grade,
                     audit::to_string(history->status), day(history->first), minute(history->last));
  out += "\nStates, the newest first:\n";
  for (const auto& state : states)
    out += fmt::format("  {} to {}  {:<2}  {}\n", minute(state.first), minute(state.last), state.grade,
                       audit::to_string(state.status));
  if (std::ranges::any_of(spans, [](const auto& span) { return !span.gone; })) out += "\nOpen since:\n";
  add_findings(out, spans, true);
  if (std::ranges::any_of(spans, [](const auto& span) { return span.gone.has_value(); }))
    out += "\nMended:\n";
  add_findings(out, spans, false);
  if (!keys.empty()) out += "\nDKIM keys, first seen:\n";
  for (const auto& key : keys)
    out += fmt::format("  {}  {}  {}\n", day(key.first_seen), base::printable(key.selector),
                       key.fingerprint.substr(0, 16));
  return session.print(out);
}

Result<Exit> run_history(Session& session, const Request& request) {
  const auto store = TRY(open_store(session));
  TRY(request.domain.empty() ? list_all(session, request, *store) : show_one(session, request, *store));
  return Exit::clean;
}

// --- drift ---

// A day, or a time as reports write it.
Result<base::Time> parse_since(const std::string& text) {
  const auto time = base::parse_time(text.size() == 10 ? text + "T00:00:00Z" : text);
  if (time) return *time;
  return base::fail(ErrorKind::usage, fmt::format("\"{}\" is no time", base::printable(text)), "--since",
                    "write 2026-11-23 or 2026-11-23T08:00:00Z");
}

std::string indented(std::string_view text, std::string_view mark) {
  std::string out;
  for (const auto line : base::split(text, '\n'))
    out += fmt::format("      {} {}\n", mark, base::printable(line));
  return out;
}

std::string drift_text(const dns::Name& domain, const audit::state::Drift& drift, base::Time before,
                       base::Time after) {
  auto out = fmt::format("{}  {} to {}\n", dns::display(domain), minute(before), minute(after));
  if (drift.grade_before != drift.grade_after)
    out += fmt::format("  grade {} is {} now\n", drift.grade_before, drift.grade_after);
  for (const auto& change : drift.changes) {
    if (change.subject == audit::watch::Subject::finding) {
      out += fmt::format("  {} {}: {} [{}]\n", change.what == Change::What::went ? "mended  " : "new     ",
                         audit::to_string(change.severity), base::printable(change.title), change.key);
      continue;
    }
    out += fmt::format("  {:<8} {}\n", audit::state::to_string(change.what), base::printable(change.key));
    if (!change.before.empty()) out += indented(change.before, "-");
    if (!change.after.empty()) out += indented(change.after, "+");
  }
  for (const auto& unknown : drift.unknown) out += fmt::format("  unknown  {}\n", base::printable(unknown));
  if (drift.empty()) out += "  Nothing is different.\n";
  return out;
}

std::string drift_json(const dns::Name& domain, const audit::state::Drift& drift, base::Time before,
                       base::Time after) {
  std::string out;
  base::JsonWriter json(out, base::JsonStyle::pretty);
  audit::state::write_drift(json, domain, drift, before, after);
  out += '\n';
  return out;
}

Result<Exit> run_drift(Session& session, const Request& request) {
  const auto store = TRY(open_store(session));
  const auto domain = TRY(domain_of(request.domain));
  const auto states = TRY(store->state().snapshots(domain, 2));
  if (states.empty()) return std::unexpected(unknown_domain(domain, store->database));
  std::optional<audit::state::Snapshot> before;
  if (!request.since.empty()) {
    before = TRY(store->state().snapshot_at(domain, TRY(parse_since(request.since))));
    if (!before) before = TRY(store->state().snapshots(domain, kMaxStates)).back();
  } else if (states.size() > 1) {
    before = states[1];
  }
  const auto now = TRY(store->state().load(states.front()));
  const auto then = before ? TRY(store->state().load(*before)) : now;
  const auto seen = [](const audit::state::LoadedSnapshot& one) {
    return audit::watch::observe(one.input, one.report, *one.book, audit::Severity::low);
  };
  const auto found = audit::state::drift(seen(then), seen(now));
  const auto from = then.snapshot.first;
  const auto to = now.snapshot.last;
  TRY(session.print(request.format == "json" ? drift_json(domain, found, from, to)
                                             : drift_text(domain, found, from, to)));
  return found.changes.empty() ? Exit::clean : Exit::findings;
}

void add_format(CLI::App& command, const std::shared_ptr<Request>& request) {
  command.add_option("--format", request->format, "text or json [text]")
      ->type_name("FORMAT")
      ->check(one_of({"text", "json"}));
}

}  // namespace

void add_history_commands(CLI::App& root, Session& session) {
  auto* history = root.add_subcommand("history", "Show what earlier audits found, and since when");
  auto of_history = std::make_shared<Request>();
  history->add_option("DOMAIN", of_history->domain, "One domain in detail; without it, all of them");
  session.add_setting(*history, "store.url");
  add_format(*history, of_history);
  history->footer("Audits are recorded where --store, or store.url, is given.");
  session.on_run(*history, [of_history](Session& s) { return run_history(s, *of_history); });

  auto* drift = root.add_subcommand("drift", "Show what has changed at a domain between two audits");
  auto of_drift = std::make_shared<Request>();
  drift->add_option("DOMAIN", of_drift->domain, "The domain; U-labels are understood")->required();
  drift
      ->add_option("--since", of_drift->since,
                   "Compare with the state of this day; without it, with the last one that was different")
      ->type_name("DATE");
  session.add_setting(*drift, "store.url");
  add_format(*drift, of_drift);
  drift->footer("Exit status: 0 nothing has changed, 1 something has, 2 wrong usage.");
  session.on_run(*drift, [of_drift](Session& s) { return run_drift(s, *of_drift); });
}

}  // namespace rampart::cli
