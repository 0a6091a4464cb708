// rampart audit-log: who did what, and whether the log still says what was written.
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/accounts_desk.h"
#include "cli/commands.h"
#include "cli/help.h"

namespace rampart::cli {
namespace {

using accounts::log::Filter;
using accounts::log::Head;
using accounts::log::Row;
using base::ErrorKind;
using base::Result;

constexpr std::int64_t kMostShown = 1000;
constexpr std::size_t kMaxHeadsFile = std::size_t{16} << 20;  // some 80,000 heads

struct Request {
  std::string act;
  std::string object;
  std::string who;
  std::string since;
  std::string until;
  std::int64_t before = 0;
  std::int64_t most = 50;
  std::string against;
  std::string format = "text";
};

Result<base::Time> time_of(const std::string& text, std::string_view option) {
  const auto time = base::parse_time(text.size() == 10 ? text + "T00:00:00Z" : text);
  if (time) return *time;
  return base::fail(ErrorKind::usage, fmt::format("\"{}\" is no time", base::printable(text)),
                    std::string(option), "write 2026-11-27, or 2026-11-27T08:00:00Z");
}

Result<Filter> filter_of(AccountsDesk& opened, const Request& request) {
  Filter out{.act = request.act, .object = request.object, .most = static_cast<std::size_t>(request.most)};
  if (!request.who.empty()) {
    const auto found = TRY(opened.desk->accounts.find_by_address(local_principal(), request.who));
    out.account = found ? found->id : request.who;
  }
  if (!request.since.empty()) out.from = TRY(time_of(request.since, "--since"));
  if (!request.until.empty()) out.until = TRY(time_of(request.until, "--until"));
  if (request.before > 0) out.before = request.before;
  return out;
}

std::string line_of(const Row& row) {
  const auto& e = row.entry;
  const auto who = !e.name.empty() ? e.name : e.account.empty() ? "-" : e.account;
  auto out = fmt::format("{:>7}  {}  {}  {}", row.number, base::format_time(row.time), base::printable(who),
                         base::printable(e.act));
  if (!e.object.empty()) out += "  " + base::printable(e.object);
  if (e.outcome != accounts::log::Done::done) out += fmt::format("  {}", to_string(e.outcome));
  if (!e.address.empty()) out += fmt::format("  from {}", base::printable(e.address));
  if (e.details != "{}") out += "  " + base::printable(e.details);
  return out + '\n';
}

void add_row(base::JsonWriter& json, const Row& row) {
  const auto& e = row.entry;
  json.begin_object().member("number", row.number).member("time", base::format_time(row.time));
  json.member("account", e.account).member("name", e.name).member("by", e.by).member("by_id", e.by_id);
  json.member("address", e.address).member("act", e.act).member("object", e.object);
  json.member("organisation", e.organisation).member("outcome", to_string(e.outcome));
  json.key("details").raw(e.details).member("previous", row.previous).member("hash", row.hash).end_object();
}

Result<Exit> run_show(Session& session, const Request& request) {
  auto opened = TRY(open_accounts(session));
  const auto rows = TRY(opened.desk->audit_log.list(TRY(filter_of(opened, request))));
  std::string out;
  if (request.format == "json") {
    base::JsonWriter json(out, base::JsonStyle::pretty);
    json.begin_object().member("schema", "rampart.audit-log/1").key("rows").begin_array();
    for (const auto& row : rows) add_row(json, row);
    json.end_array().end_object();
    out += '\n';
  } else {
    for (const auto& row : rows) out += line_of(row);
    if (rows.empty()) out = "No row of the audit log is such.\n";
  }
  TRY(session.print(out));
  if (rows.size() == static_cast<std::size_t>(request.most))
    session.note(fmt::format("there may be more: --before {} shows those before", rows.back().number));
  return Exit::clean;
}

// Each line of a file that holds heads; other lines are a fault, as a head that is not compared proves nothing.
Result<std::vector<Head>> read_heads(const std::string& path) {
  const auto text = TRY(base::read_file(path, kMaxHeadsFile));
  std::vector<Head> out;
  std::size_t number = 0;
  for (const auto line : base::split(text, '\n')) {
    ++number;
    if (base::trim(line).empty()) continue;
    auto head = accounts::log::parse_head(line);
    if (!head) {
      head.error().where = fmt::format("{}:{}", base::printable(path), number);
      return std::unexpected(head.error());
    }
    out.push_back(*std::move(head));
  }
  if (!out.empty()) return out;
  return base::fail(ErrorKind::input, "the file holds no head", base::printable(path),
                    "rampart audit-log head prints one");
}

Result<Exit> run_verify(Session& session, const Request& request) {
  const auto heads = request.against.empty() ? std::vector<Head>() : TRY(read_heads(request.against));
  auto opened = TRY(open_accounts(session));
  const auto verdict = TRY(opened.desk->audit_log.verify_against(heads));
  const bool good = verdict.fault == accounts::log::Verdict::Fault::none;
  std::string out;
  if (request.format == "json") {
    base::JsonWriter json(out, base::JsonStyle::pretty);
    json.begin_object()
        .member("schema", "rampart.audit-log-verdict/1")
        .member("fault", to_string(verdict.fault));
    json.member("number", verdict.number).member("text", verdict.text);
    json.member("rows", verdict.rows)
        .member("heads", verdict.heads)
        .member("against", heads.size())
        .end_object();
    out += '\n';
  } else if (good) {
    out = fmt::format("The audit log is whole: {} rows, {} heads with right signatures", verdict.rows,
                      verdict.heads);
    out += heads.empty()
               ? "; compare it with heads from elsewhere: --against FILE\n"
               : fmt::format(", {} of them from {}\n", heads.size(), base::printable(request.against));
  } else {
    out = fmt::format("The audit log is not what was written: {}\n  {} rows before it stand\n", verdict.text,
                      verdict.rows);
  }
  TRY(session.print(out));
  return good ? Exit::clean : Exit::findings;
}

Result<Exit> run_head(Session& session) {
  auto opened = TRY(open_accounts(session));
  const auto head = TRY(opened.desk->audit_log.sign_now(base::now()));
  if (!head) {
    session.note("the audit log has no row yet");
    return Exit::clean;
  }
  TRY(session.print(to_line(*head) + '\n'));
  return Exit::clean;
}

void add_format(CLI::App& command, const std::shared_ptr<Request>& request) {
  command.add_option("--format", request->format, "text or json [text]")
      ->type_name("FORMAT")
      ->check(one_of({"text", "json"}));
}

}  // namespace

void add_audit_log_command(CLI::App& root, Session& session) {
  auto* log = root.add_subcommand("audit-log", "Who did what: show the log, and prove that it is whole");
  log->require_subcommand(1);
  auto request = std::make_shared<Request>();

  auto* show = log->add_subcommand("show", "Show rows, the newest first");
  show->add_option("--who", request->who, "Only what this account did")->type_name("ADDRESS");
  show->add_option("--act", request->act, "Only this act, or with a final dot all that begin so: account.")
      ->type_name("ACT");
  show->add_option("--object", request->object, "Only what was done with this: an id, a domain")
      ->type_name("ID");
  show->add_option("--since", request->since, "From this time on")->type_name("TIME");
  show->add_option("--until", request->until, "Before this time")->type_name("TIME");
  show->add_option("--before", request->before, "Only rows with lower numbers")->type_name("NUMBER");
  show->add_option("--most", request->most, "At most so many [50]")
      ->type_name("N")
      ->check(whole_number(1, kMostShown));
  add_format(*show, request);
  session.add_setting(*show, "store.url");
  session.on_run(*show, [request](Session& s) { return run_show(s, *request); });

  auto* verify =
      log->add_subcommand("verify", "Find the first row that was altered, is missing or was moved");
  verify
      ->add_option("--against", request->against,
                   "A file of heads that was kept elsewhere: sees a cut end and a rewrite")
      ->type_name("FILE");
  add_format(*verify, request);
  session.add_setting(*verify, "store.url");
  verify->footer("Exit status: 0 the log is whole, 1 it is not, 2 wrong usage.");
  session.on_run(*verify, [request](Session& s) { return run_verify(s, *request); });

  auto* head = log->add_subcommand("head", "Sign the head of the log and print it, to be kept elsewhere");
  session.add_setting(*head, "store.url");
  session.on_run(*head, [](Session& s) { return run_head(s); });
}

}  // namespace rampart::cli
