// rampart risk: findings that somebody has accepted.
#include "audit/catalogue.h"
#include "audit/state/risks.h"
#include "audit/state/state.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/who.h"
#include "dns/domain.h"
#include "server/setup/store_url.h"

namespace rampart::cli {
namespace {

using audit::state::Risk;
using base::ErrorKind;
using base::Result;
using server::store_url;

constexpr std::size_t kMaxReason = 500;  // bytes; ours: a sentence or two

struct Request {
  std::string domain;
  std::string code;
  std::string reason;
  std::string until;
  long long number = 0;
};

Result<store::Database> open_store(Session& session) {
  const auto* config = TRY(session.config());
  auto database = TRY(store::Database::open(TRY(store_url(*config))));
  TRY(audit::state::State::open(database));
  return database;
}

Result<Exit> run_accept(Session& session, const Request& request) {
  Risk risk{.code = request.code, .reason = request.reason, .who = who(), .accepted = base::now()};
  if (request.domain != "*") {
    auto name = dns::parse_domain(request.domain);
    if (!name) {
      name.error().kind = ErrorKind::usage;
      return std::unexpected(name.error());
    }
    risk.domain = *name;
  }
  if (audit::find_entry(request.code) == nullptr) {
    const auto meant = audit::nearest_code(request.code);
    return base::fail(
        ErrorKind::usage, fmt::format("there is no finding \"{}\"", base::printable(request.code)), {},
        meant.empty() ? "an audit names each finding's code in [brackets]" : "did you mean " + meant + "?");
  }
  if (base::trim(request.reason).empty() || request.reason.size() > kMaxReason) {
    return base::fail(ErrorKind::usage,
                      fmt::format("a risk is accepted for a reason, in at most {} bytes", kMaxReason),
                      "--reason", "say who needs it and until when");
  }
  if (!request.until.empty()) {
    risk.until = base::parse_time(request.until + "T00:00:00Z");
    if (!risk.until)
      return base::fail(ErrorKind::usage, fmt::format("\"{}\" is no day", base::printable(request.until)),
                        "--until", "write 2027-01-31");
    if (*risk.until <= risk.accepted)
      return base::fail(ErrorKind::usage, "that day is past", "--until", "name a day to come");
  }
  auto database = TRY(open_store(session));
  const auto number = TRY(audit::state::add_risk(database, risk));
  TRY(session.print(fmt::format("risk {}: {} of {} is accepted{}\n", number, risk.code,
                                risk.domain ? risk.domain->text() : "every domain",
                                request.until.empty() ? "" : " until " + request.until)));
  return Exit::clean;
}

Result<Exit> run_list(Session& session) {
  auto database = TRY(open_store(session));
  const auto now = base::now();
  std::string out;
  for (const auto& risk : TRY(audit::state::risks(database))) {
    const bool expired = risk.until && *risk.until <= now;
    out += fmt::format("{:>4}  {}  {}  by {} on {}{}\n      {}\n", risk.number,
                       risk.domain ? dns::display(*risk.domain) : "*", risk.code, base::printable(risk.who),
                       base::format_time(risk.accepted).substr(0, 10),
                       !risk.until ? ""
                                   : fmt::format(", {} {}", expired ? "expired" : "until",
                                                 base::format_time(*risk.until).substr(0, 10)),
                       base::printable(risk.reason));
  }
  TRY(session.print(out.empty() ? "No risk is accepted.\n" : out));
  return Exit::clean;
}

Result<Exit> run_withdraw(Session& session, const Request& request) {
  auto database = TRY(open_store(session));
  if (!TRY(audit::state::withdraw_risk(database, request.number, base::now()))) {
    return base::fail(ErrorKind::usage, fmt::format("no accepted risk has the number {}", request.number), {},
                      "rampart risk list shows the numbers");
  }
  TRY(session.print(fmt::format("risk {} is withdrawn\n", request.number)));
  return Exit::clean;
}

}  // namespace

void add_risk_command(CLI::App& root, Session& session) {
  auto* risk = root.add_subcommand("risk", "Accept the risk of a finding, for a reason and a time");
  auto request = std::make_shared<Request>();

  auto* accept =
      risk->add_subcommand("accept", "Accept a finding: it stays in reports and no longer fails them");
  accept->add_option("DOMAIN", request->domain, "The domain, or '*' for every one")->required();
  accept->add_option("CODE", request->code, "The finding's code, as spf-softfail")->required();
  accept->add_option("--reason", request->reason, "Why it is accepted")->required()->type_name("TEXT");
  accept->add_option("--until", request->until, "The day on which it counts again")->type_name("DATE");
  session.add_setting(*accept, "store.url");
  session.on_run(*accept, [request](Session& s) { return run_accept(s, *request); });

  auto* list = risk->add_subcommand("list", "Show what is accepted, by whom and why");
  session.add_setting(*list, "store.url");
  session.on_run(*list, [](Session& s) { return run_list(s); });

  auto* withdraw = risk->add_subcommand("withdraw", "Take an acceptance back");
  withdraw->add_option("NUMBER", request->number, "As risk list shows it")->required();
  session.add_setting(*withdraw, "store.url");
  session.on_run(*withdraw, [request](Session& s) { return run_withdraw(s, *request); });
}

}  // namespace rampart::cli
