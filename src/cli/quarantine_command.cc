// rampart quarantine: what the guard keeps from people, looked at, released, deleted and taken out.
#include "audit/format/csv.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "base/worker.h"
#include "cli/commands.h"
#include "cli/fix_options.h"
#include "cli/help.h"
#include "cli/who.h"
#include "crypto/ids.h"
#include "dns/domain.h"
#include "guard/quarantine/feedback_report.h"
#include "guard/quarantine/show.h"
#include "guard/release/release.h"
#include "server/guard/guard_settings.h"
#include "server/guard/release_key.h"
#include "server/setup/mail_relay.h"
#include "server/setup/store_url.h"

namespace rampart::cli {
namespace {

using base::ErrorKind;
using base::Result;
using server::guard_settings;
using server::mail_relay;
using server::open_known_store;
using server::open_quarantine;
using server::release_key;

constexpr std::string_view kNoStore = "the guard makes it: rampart guard --mode enforce";
constexpr std::int64_t kMostListed = 100'000;

struct Request {
  std::vector<std::string> ids;
  std::string id;
  std::string recipient;
  std::string author;
  std::string state;
  std::string before;
  std::int64_t most = 100;
  bool again = false;
  std::string to;
  std::string mail_to;
  std::string format = "text";
  std::size_t width = 0;
};

// The quarantine and what it stands on.
struct Opened {
  const base::Config* config = nullptr;
  guard::Settings settings;
  std::unique_ptr<store::Database> database;
  std::optional<guard::Quarantine> quarantine;
};

Result<Opened> open_kept(Session& session) {
  Opened out;
  out.config = TRY(session.config());
  out.settings = TRY(guard_settings(*out.config));
  out.database = std::make_unique<store::Database>(TRY(open_known_store(*out.config, kNoStore)));
  out.quarantine.emplace(TRY(open_quarantine(out.settings, *out.database)));
  return out;
}

guard::ShowOptions show_options(Session& session, const Request& request) {
  return {.color = session.color_on_out(),
          .width = text_width(session.surroundings().out_is_terminal, request.width)};
}

std::optional<guard::KeptState> state_of(std::string_view word) {
  using State = guard::KeptState;
  for (const auto state : {State::kept, State::releasing, State::released, State::deleted})
    if (to_string(state) == word) return state;
  return std::nullopt;
}

// Such as no message can have find nothing, and look like an answer.
Result<> check_names(const Request& request) {
  const auto is_domain = [](std::string_view text) {
    const auto name = dns::parse_domain(text);
    return name && name->label_count() != 0;
  };
  const auto at = request.recipient.rfind('@');
  if (!request.recipient.empty() &&
      (at == std::string::npos || !is_domain(std::string_view(request.recipient).substr(at + 1))))
    return base::fail(ErrorKind::usage,
                      fmt::format("\"{}\" is no address", base::excerpt(request.recipient, 100)),
                      "--recipient", "such as a@bank.example, or @bank.example for all of a domain");
  if (request.author.empty() || is_domain(request.author)) return {};
  const auto behind = request.author.rfind('@') + 1;  // 0: there is none
  return base::fail(ErrorKind::usage, fmt::format("\"{}\" is no domain", base::excerpt(request.author, 100)),
                    "--author",
                    behind != 0 && is_domain(std::string_view(request.author).substr(behind))
                        ? fmt::format("the domain alone: {}", base::printable(request.author.substr(behind)))
                        : "such as bank.example");
}

Result<guard::KeptFilter> filter_of(const Request& request) {
  TRY(check_names(request));
  guard::KeptFilter out{.recipient = request.recipient,
                        .author = request.author,
                        .state = state_of(request.state),
                        .before = {},
                        .most = static_cast<std::size_t>(request.most)};
  if (request.before.empty()) return out;
  const bool day = request.before.find('T') == std::string::npos;
  out.before = base::parse_time(day ? request.before + "T00:00:00Z" : request.before);
  if (out.before) return out;
  return base::fail(ErrorKind::usage, fmt::format("\"{}\" is no time", base::printable(request.before)),
                    "--before", "such as 2026-11-27, or 2026-11-27T08:00:00Z");
}

Result<Exit> run_list(Session& session, const Request& request) {
  const auto filter = TRY(filter_of(request));
  auto opened = TRY(open_kept(session));
  const auto found = TRY(opened.quarantine->list(filter));
  if (request.format == "json") {
    TRY(session.print(guard::list_json(found)));
  } else if (request.format == "csv") {
    TRY(session.print(guard::list_csv(found, &audit::csv_cell)));
  } else {
    TRY(session.print(guard::list_text(found, show_options(session, request))));
  }
  if (found.size() == filter.most)
    session.note(fmt::format("there may be more: these are the newest {}; --most N shows more", filter.most));
  return Exit::clean;
}

Result<std::string> read_kept(guard::Quarantine& quarantine, const std::string& id) {
  std::string out;
  TRY(quarantine.read(id, [&](std::string_view piece) {
    out += piece;
    return Result<>();
  }));
  return out;
}

// What it holds, as another process reads it; why not, where that does not get to its end.
guard::KeptContent content_of(base::Worker& worker, guard::Quarantine& quarantine, const std::string& id) {
  const auto message = read_kept(quarantine, id);
  if (!message) return {.parts = {}, .fault = message.error().message()};
  const auto reply = worker.call(*message);
  if (!reply) return {.parts = {}, .fault = reply.error().message()};
  auto parts = mail::parse_parts(reply->bytes);
  if (!parts)
    return {.parts = {},
            .fault = fmt::format("its parts could not be read: {}", base::printable(reply->fault))};
  return {.parts = *std::move(parts), .fault = {}};
}

Result<Exit> run_show(Session& session, const Request& request) {
  auto worker = TRY(base::Worker::start(&mail::unpack_mime, {}));
  auto opened = TRY(open_kept(session));
  const auto entry = TRY(opened.quarantine->find(request.id));
  const auto content = content_of(worker, *opened.quarantine, request.id);
  TRY(session.print(request.format == "json"
                        ? guard::kept_json(entry, content)
                        : guard::kept_text(entry, content, show_options(session, request))));
  const bool gone = entry.state == guard::KeptState::deleted;
  return content.fault.empty() || gone ? Exit::clean : Exit::undetermined;
}

std::string_view word_of(guard::Released::How how) {
  switch (how) {
    case guard::Released::How::delivered:
      return "released";
    case guard::Released::How::returned:
      return "kept";
    case guard::Released::How::perhaps:
      break;
  }
  return "perhaps released";
}

struct Outcome {
  std::string id;
  std::string_view how;
  std::string why;
  bool told = false;  // why, on standard error
};

std::string outcomes_text(const std::vector<Outcome>& outcomes) {
  std::string out;
  for (const auto& one : outcomes)
    out += fmt::format(
        "{}: {}{}\n", base::printable(one.id), one.how,
        one.why.empty() || one.told ? std::string() : fmt::format(": {}", base::printable(one.why)));
  return out;
}

std::string outcomes_json(const std::vector<Outcome>& outcomes) {
  std::string out;
  base::JsonWriter json(out, base::JsonStyle::pretty);
  json.begin_object().member("schema", "rampart.released/1").key("messages").begin_array();
  for (const auto& one : outcomes)
    json.begin_object().member("id", one.id).member("outcome", one.how).member("why", one.why).end_object();
  json.end_array().end_object();
  return out + '\n';
}

// The status of several: of a fault with one of them, the others done, it is that of what was not all done.
Exit status_of(Exit worst, std::size_t done) {
  return worst == Exit::usage && done != 0 ? Exit::findings : worst;
}

// What to do about a message that the server did not take.
std::string next_step(const Outcome& outcome, net::Handed handed, const net::SmtpServer& server) {
  switch (handed) {
    case net::Handed::refused:
      return fmt::format(
          "{} stays kept: the server will never take it; rampart quarantine export takes it out", outcome.id);
    case net::Handed::later:
      return fmt::format("{} stays kept: release it again later", outcome.id);
    default:
      return fmt::format(
          "{} stays kept: see that {} takes mail at port {} (guard.release_server, --relay), "
          "and release it again",
          outcome.id, server.host, server.port);
  }
}

Result<Exit> run_release(Session& session, const Request& request) {
  auto opened = TRY(open_kept(session));
  const auto server =
      TRY(mail_relay(*opened.config, "guard.release_", "a release", opened.settings.authserv_id));
  auto key = TRY(release_key(*opened.config));
  if (!key)
    return base::fail(ErrorKind::config, "a release needs a key, by which the guard knows it",
                      "guard.release_key_file", "rampart config explain guard.release_key_file");
  const auto passes = TRY(guard::Passes::open(*opened.database, *opened.quarantine, *std::move(key)));
  const guard::ReleaseDesk desk{.quarantine = *opened.quarantine,
                                .passes = passes,
                                .hand = [&](const auto&... what) { return net::smtp_send(server, what...); }};
  std::vector<Outcome> outcomes;
  auto exit = Exit::clean;
  std::size_t done = 0;
  for (const auto& id : request.ids) {
    const auto released = guard::release(desk, id, {.by = who(), .again = request.again}, base::now());
    if (!released) {
      session.report(released.error());
      outcomes.push_back({.id = id, .how = "not released", .why = released.error().message(), .told = true});
      exit = std::max(exit, exit_of(released.error().kind));
      continue;
    }
    outcomes.push_back({.id = id, .how = word_of(released->how), .why = released->why});
    if (released->how == guard::Released::How::perhaps)
      session.note(fmt::format("{} may have been delivered; --again sends it all the same", id));
    if (released->how == guard::Released::How::returned)
      session.note(next_step(outcomes.back(), released->handed, server));
    const bool waits =
        released->how == guard::Released::How::returned && released->handed != net::Handed::refused;
    if (released->how == guard::Released::How::delivered)
      ++done;
    else
      exit = std::max(exit, waits ? Exit::undetermined : Exit::findings);
  }
  TRY(session.print(request.format == "json" ? outcomes_json(outcomes) : outcomes_text(outcomes)));
  return status_of(exit, done);
}

Result<Exit> run_delete(Session& session, const Request& request) {
  auto opened = TRY(open_kept(session));
  auto exit = Exit::clean;
  std::size_t deleted = 0;
  for (const auto& id : request.ids) {
    const auto done = opened.quarantine->remove(id, who(), base::now());
    if (done) {
      ++deleted;
      TRY(session.print(fmt::format("{}: deleted\n", id)));
    } else {
      session.report(done.error());
      exit = std::max(exit, exit_of(done.error().kind));
    }
  }
  return status_of(exit, deleted);
}

Result<Exit> run_export(Session& session, const Request& request) {
  auto opened = TRY(open_kept(session));
  const auto entry = TRY(opened.quarantine->find(request.id));
  std::string out;
  if (request.format == "json") {
    out = guard::facts_json(entry);
  } else if (request.format == "eml") {
    out = TRY(read_kept(*opened.quarantine, request.id));
  } else {
    const auto& from = opened.config->text("report_mail.email");
    if (from.empty())
      return base::fail(ErrorKind::usage, "a feedback report says who reports", {}, "add --email ADDRESS");
    out = TRY(guard::feedback_report(
        entry, TRY(read_kept(*opened.quarantine, request.id)),
        {.from = from, .to = request.mail_to, .boundary = crypto::new_id(), .now = base::now()}));
  }
  if (request.to == "-") {
    TRY(session.print(out));
  } else {
    TRY(base::write_new_file(request.to, out));
    session.note(fmt::format("written to {}, which only you may read", base::printable(request.to)));
  }
  return Exit::clean;
}

Result<Exit> run_prune(Session& session, const Request&) {
  auto opened = TRY(open_kept(session));
  const auto gone = TRY(opened.quarantine->sweep(base::now()));
  TRY(session.print(fmt::format("{} {} older than {} days, or left over, deleted\n", gone,
                                gone == 1 ? "message" : "messages",
                                opened.settings.limits.keep.count() / 24)));
  return Exit::clean;
}

CLI::App* add_part(CLI::App& quarantine, Session& session, const char* name, const char* about) {
  auto* part = quarantine.add_subcommand(name, about);
  session.add_setting(*part, "guard.quarantine");
  session.add_setting(*part, "store.url");
  return part;
}

void add_format(CLI::App& command, Request& request, const std::vector<std::string>& formats) {
  command
      .add_option("--format", request.format, fmt::format("{} [{}]", fmt::join(formats, ", "), formats[0]))
      ->type_name("FORMAT")
      ->check(one_of(formats));
}

void add_list(CLI::App& quarantine, Session& session) {
  const auto request = std::make_shared<Request>();
  auto* list = add_part(quarantine, session, "list", "List what is kept, the newest first");
  list->add_option("--recipient", request->recipient, "Kept from this address; @DOMAIN for all of a domain")
      ->type_name("ADDRESS");
  list->add_option("--author", request->author, "In the name of this From domain")->type_name("DOMAIN");
  list->add_option("--state", request->state, "kept, releasing, released or deleted; without it, all")
      ->type_name("STATE")
      ->check(one_of({"kept", "releasing", "released", "deleted"}));
  list->add_option("--before", request->before, "Received before this time (UTC)")->type_name("TIME");
  list->add_option("--most", request->most, "At most so many [100]")
      ->type_name("NUMBER")
      ->check(whole_number(1, kMostListed));
  add_format(*list, *request, {"text", "json", "csv"});
  list->add_option("--width", request->width, "Set text for this many columns")->type_name("COLUMNS");
  list->footer(
      "Exit status: 0 (no message matches, too), 2 wrong usage or no quarantine, 3 the store cannot be "
      "read.\n"
      "Most often: rampart quarantine list --state kept");
  session.on_run(*list, [request](Session& s) { return run_list(s, *request); });
}

void add_show(CLI::App& quarantine, Session& session) {
  const auto request = std::make_shared<Request>();
  auto* show = add_part(quarantine, session, "show", "Show a message safely: facts, why, and its plain text");
  show->add_option("ID", request->id, "As quarantine list shows it")->required();
  add_format(*show, *request, {"text", "json"});
  show->add_option("--width", request->width, "Set text for this many columns")->type_name("COLUMNS");
  show->footer(
      "Exit status: 0 it is shown, 2 wrong usage or no such message, 3 it cannot be read: what is known of "
      "it "
      "is shown.\n"
      "Most often: rampart quarantine show ID");
  session.on_run(*show, [request](Session& s) { return run_show(s, *request); });
}

void add_release(CLI::App& quarantine, Session& session) {
  const auto request = std::make_shared<Request>();
  auto* release =
      add_part(quarantine, session, "release", "Send messages to their recipients after all, once");
  release->add_option("ID", request->ids, "As quarantine list shows it")->required();
  release->add_flag("--again", request->again,
                    "One whose release was begun and not finished, too: it may come twice");
  session.add_setting(*release, "guard.release_server");
  add_format(*release, *request, {"text", "json"});
  release->footer(
      "Exit status: 0 all released; 1 one refused, perhaps released, or wrong beside others that were "
      "released; 2 wrong usage: none released; 3 one not taken now: it is kept as before.\n"
      "Most often: rampart quarantine release ID");
  session.on_run(*release, [request](Session& s) { return run_release(s, *request); });
}

void add_export(CLI::App& quarantine, Session& session) {
  const auto request = std::make_shared<Request>();
  request->format = "eml";
  auto* take = add_part(quarantine, session, "export", "Write a message, or what is known of it, to a file");
  take->add_option("ID", request->id, "As quarantine list shows it")->required();
  take->add_option("--to", request->to, "The file; - for standard output")->type_name("FILE")->required();
  take->add_option("--format", request->format,
                   "eml: the message as it came; json: what is known, with its hash; arf: a feedback report "
                   "(RFC 5965) [eml]")
      ->type_name("FORMAT")
      ->check(one_of({"eml", "json", "arf"}));
  session.add_setting(*take, "report_mail.email");
  take->add_option("--mail-to", request->mail_to, "Of a feedback report: whom it is for")
      ->type_name("ADDRESS");
  take->footer(
      "A file that is there is not written over; the new one only its owner may read.\n"
      "Exit status: 0 it is written, 2 wrong usage, no such message, or it cannot be read or written.\n"
      "Most often: rampart quarantine export ID --to mail.eml");
  session.on_run(*take, [request](Session& s) { return run_export(s, *request); });
}

}  // namespace

void add_quarantine_command(CLI::App& root, Session& session) {
  auto* quarantine =
      root.add_subcommand("quarantine", "Look at what the guard keeps, and release or delete it");
  add_list(*quarantine, session);
  add_show(*quarantine, session);
  add_release(*quarantine, session);
  const auto request = std::make_shared<Request>();
  auto* remove =
      add_part(*quarantine, session, "delete", "Delete messages for good; what is known of them stays");
  remove->add_option("ID", request->ids, "As quarantine list shows it")->required();
  remove->footer(
      "Exit status: 0 all deleted, 1 some of them, 2 none: wrong usage or no such message.\n"
      "Most often: rampart quarantine delete ID");
  session.on_run(*remove, [request](Session& s) { return run_delete(s, *request); });
  add_export(*quarantine, session);
  add_quarantine_digest_command(*quarantine, session);
  auto* prune = add_part(*quarantine, session, "prune", "Delete what is older than guard.quarantine_keep");
  prune->footer(
      "The guard does the same by itself while it runs.\n"
      "Exit status: 0, 2 wrong usage or no quarantine, 3 the store cannot be read.\n"
      "Most often: rampart quarantine prune");
  session.on_run(*prune, [request](Session& s) { return run_prune(s, *request); });
}

}  // namespace rampart::cli
