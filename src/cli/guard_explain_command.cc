// rampart guard policy and explain: what is done in which case, and in what part a message comes.
#include <unistd.h>

#include "base/columns.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/guard_commands.h"
#include "cli/help.h"
#include "guard/policy/cases.h"
#include "guard/sign/plan.h"
#include "mail/compose.h"
#include "server/guard/folder_ring.h"
#include "server/guard/guard_lists.h"
#include "server/guard/guard_settings.h"
#include "server/setup/mail_file.h"

namespace rampart::cli {
namespace {

using base::Result;
using server::FolderRing;
using server::guard_settings;
using server::GuardLists;
using server::judging_guard_settings;
using server::Mail;
using server::read_mail;

constexpr std::size_t kMaxTextWidth = 100;  // columns
constexpr std::size_t kIndent = 12;

std::string paragraph(const Session& session, std::string_view first, std::string_view text) {
  const auto width = session.surroundings().out_is_terminal
                         ? std::clamp<std::size_t>(base::terminal_width(STDOUT_FILENO), 40, kMaxTextWidth)
                         : 80;
  std::string out;
  const std::size_t hang = text.starts_with("- ") ? 2 : 0;
  for (const auto& line : base::wrap(text, width - kIndent - hang)) {
    const auto left = out.empty() ? first : std::string_view();
    out += base::pad_right(left, out.empty() ? kIndent : kIndent + hang) + line + "\n";
  }
  return out;
}

// For whom, when it is not for everybody.
std::vector<std::string> enforced(const guard::Settings& settings) {
  std::vector<std::string> out;
  out.reserve(settings.rules.enforcement.size());
  for (const auto& rule : settings.rules.enforcement) out.push_back(guard::format(rule));
  return out;
}

std::string policy_json(const guard::Settings& settings, const std::vector<guard::PolicyCase>& cases) {
  std::string out;
  base::JsonWriter json(out, base::JsonStyle::pretty);
  json.begin_object()
      .member("schema", "rampart.guard-policy/1")
      .member("mode", guard::to_string(settings.mode))
      .member_array("enforced", enforced(settings))
      .key("cases")
      .begin_array();
  for (const auto& one : cases) {
    json.begin_object().member("case", one.what).member("action", guard::to_string(one.ruling.action));
    json.member("code", one.ruling.code)
        .member("enhanced", one.ruling.enhanced)
        .member("text", one.ruling.text);
    guard::write_causes(json, one.ruling.causes);
    json.end_object();
  }
  json.end_array().end_object();
  return out + "\n";
}

std::string policy_text(const Session& session, const guard::Settings& settings,
                        const std::vector<guard::PolicyCase>& cases) {
  auto out = settings.mode == guard::Mode::monitor
                 ? std::string("Mode monitor: all mail is let through; this is what mode enforce would do.\n")
                 : std::string("Mode enforce: this is done with mail from outside.\n");
  if (const auto rules = enforced(settings); !rules.empty()) {
    out += "It is done only where one of these holds (guard.enforce), and otherwise told:\n";
    for (const auto& rule : rules) out += "  " + rule + "\n";
  }
  out += "Mail of users and from this machine is held to no policy (rampart guard explain).\n";
  for (const auto& one : cases) {
    auto action = std::string(guard::to_string(one.ruling.action));
    out += "\n" + paragraph(session, action, one.what);
    if (one.ruling.code != 0)
      out += paragraph(session, "", fmt::format("answers {} {}", one.ruling.code, one.ruling.enhanced));
    for (const auto& cause : one.ruling.causes)
      out += paragraph(session, "",
                       fmt::format("- {}: {}{}", cause.code, cause.text,
                                   cause.section.empty() ? "" : fmt::format(" ({})", cause.section)));
  }
  return out;
}

Result<Exit> run_policy(Session& session, const std::string& format) {
  const auto* config = TRY(session.config());
  const auto settings = TRY(judging_guard_settings(*config));
  const auto cases = guard::policy_cases(settings.rules.local, settings.rules.inspection, base::now());
  TRY(session.print(format == "json" ? policy_json(settings, cases) : policy_text(session, settings, cases)));
  return Exit::clean;
}

struct Question {
  std::string ip;
  std::string helo;
  bool authenticated = false;
  std::string user;
  std::string listener;
  std::string daemon;
  std::string from;
  std::vector<std::string> recipients;
  std::string file;
  std::string format = "text";
};

bool is_held(guard::Role role) { return role == guard::Role::inbound || role == guard::Role::relayed; }

std::string explain_json(const guard::Standing& standing, const guard::SigningPlan& plan) {
  std::string out;
  base::JsonWriter json(out, base::JsonStyle::pretty);
  json.begin_object()
      .member("schema", "rampart.guard-role/1")
      .member("role", guard::to_string(standing.role))
      .member("why", base::printable(standing.why))
      .member("held_to_policy", is_held(standing.role));
  json.key("ip");
  if (standing.ip)
    json.value(standing.ip->text());
  else
    json.null();
  json.member("helo", standing.helo);
  guard::write_plan(json, plan);
  json.end_object();
  return out + "\n";
}

std::string explain_text(const Session& session, const guard::Standing& standing,
                         const guard::SigningPlan& plan, bool looks) {
  auto out = paragraph(session, "role", guard::to_string(standing.role));
  out += paragraph(session, "why", base::printable(standing.why));
  const bool held = is_held(standing.role);
  if (!guard::is_of_ours(standing.role)) {
    auto spf = std::string("about nobody: whom the message came from is not known, so it is never a fail");
    if (standing.ip)
      spf = fmt::format(
          "about {}{}", standing.ip->text(),
          standing.helo.empty() ? "" : ", which says that it is " + base::printable(standing.helo));
    out += paragraph(session, "SPF", spf);
  }
  if (!guard::is_of_ours(standing.role))
    out += paragraph(session, "content",
                     looks ? "looked into and judged (rampart guard signals)"
                           : "judged by nobody: guard.inspect is false");
  out += paragraph(session, "policy",
                   held ? "that of the author's domain, and ours (rampart guard policy)"
                        : "none: it is let through whatever DMARC says");
  if (plan.owned)
    out += paragraph(session, "author",
                     *plan.owned == guard::Owned::unknown
                         ? "whether he is its writer's own is not known: guard.senders_file has no line"
                     : *plan.owned == guard::Owned::yes ? "its writer's own (guard.senders_file)"
                                                        : "not its writer's own (guard.senders_file)");
  for (const auto& words : guard::plan_lines(plan)) out += paragraph(session, plan.adds, words);
  return out;
}

// As guard.listen has it; nothing: the guard does not listen there.
Result<std::string> listener_of(const Question& question, const guard::Settings& settings) {
  if (question.listener.empty()) return std::string();
  const auto wrong = [&](std::string_view what) {
    return base::fail(base::ErrorKind::usage,
                      fmt::format("\"{}\" {}", base::excerpt(question.listener, 80), what), "--listener",
                      "rampart config explain guard.listen says where it listens");
  };
  constexpr std::string_view kRole = " role=";
  const auto text = std::string_view(question.listener);
  const auto at = text.find(kRole);
  const auto place = guard::milter::parse_listen(base::trim(text.substr(0, at)));
  if (!place || std::ranges::find(settings.listen, *place) == settings.listen.end())
    return wrong("is no place of guard.listen");
  if (at != std::string_view::npos) {
    const auto role = guard::parse_declared_role(base::trim(text.substr(at + kRole.size())));
    if (!role || role != guard::declared_role(settings.rules.roles.listeners, place->text()))
      return wrong("has another role in guard.listen");
  }
  return place->text();
}

Result<Exit> run_explain(Session& session, const Question& question) {
  const auto* config = TRY(session.config());
  auto settings = TRY(guard_settings(*config));
  for (const auto& address : question.recipients)
    if (!mail::parse_address(address))
      return base::fail(base::ErrorKind::usage,
                        fmt::format("\"{}\" is no address", base::excerpt(address, 80)), "--rcpt",
                        "such as a@bank.example");
  const auto listener = TRY(listener_of(question, settings));
  if (!question.daemon.empty() && !guard::declared_role(settings.rules.roles.daemons, question.daemon))
    session.note(fmt::format("no entry of guard.daemon_roles has the name {}, so that it counts for nothing",
                             base::excerpt(question.daemon, 80)));
  guard::Peer peer{.client = {},
                   .helo = question.helo,
                   .authenticated = question.authenticated || !question.user.empty(),
                   .recipients = question.recipients,
                   .listener = listener,
                   .daemon = question.daemon};
  if (!question.ip.empty()) {
    peer.client = base::IpAddress::parse(question.ip);
    if (!peer.client)
      return base::fail(base::ErrorKind::usage,
                        fmt::format("\"{}\" is no address", base::excerpt(question.ip, 80)), "--ip",
                        "such as 192.0.2.25 or 2001:db8::25");
  }
  std::unique_ptr<Mail> mail;
  if (!question.file.empty()) mail = TRY(read_mail(question.file));
  const mail::Header none;
  const auto standing = guard::stand(peer, mail ? mail->message.header : none, settings.rules.roles);
  GuardLists lists([&](const std::string& line) { session.note(line); });
  settings.block_files.clear();
  settings.allow_files.clear();
  lists.set_files(settings);
  settings.rules.signing.owners = lists.owners();
  FolderRing ring(*config);
  mail::Author author;
  if (mail) author = mail::read_author(mail->message.header);
  if (!question.from.empty()) {
    mail::Author named;
    mail::read_addresses(question.from, named);
    if (named.domains.empty())
      return base::fail(base::ErrorKind::usage,
                        fmt::format("\"{}\" is no address", base::excerpt(question.from, 80)), "--from",
                        "such as a@bank.example");
    mail::read_addresses(question.from, author);
  }
  auto plan = guard::plan_signing({.standing = standing,
                                   .message = mail ? &mail->message : nullptr,
                                   .author = author,
                                   .writer = {.user = question.user, .client = peer.client},
                                   .recipients = question.recipients,
                                   .now = base::now()},
                                  ring, settings.rules.signing, settings.rules.roles.gateway.domains,
                                  settings.authserv_id);
  if (plan.none == guard::kNoAuthor) plan.none += ": name him with --from";
  TRY(session.print(question.format == "json"
                        ? explain_json(standing, plan)
                        : explain_text(session, standing, plan, settings.rules.inspection.is_on)));
  return Exit::clean;
}

CLI::Option* add_format(CLI::App& command, std::string& format) {
  return command.add_option("--format", format, "text or json [text]")
      ->type_name("FORMAT")
      ->check(one_of({"text", "json"}));
}

}  // namespace

void add_guard_explain_commands(CLI::App& guard, Session& session) {
  auto format = std::make_shared<std::string>("text");
  auto* policy = guard.add_subcommand("policy", "Print what is done with mail in which case");
  add_format(*policy, *format);
  policy->footer(
      "Each case is put before the policy with your own domains, exceptions and trusted sealers, so what is "
      "printed "
      "is what happens.\n"
      "Most often: rampart guard policy");
  session.on_run(*policy, [format](Session& s) { return run_policy(s, *format); });

  auto question = std::make_shared<Question>();
  auto* explain =
      guard.add_subcommand("explain", "Print in what part a message comes, why, and which keys sign it");
  explain
      ->add_option("--ip", question->ip,
                   "The client's address; without it the message is made on this machine")
      ->type_name("ADDRESS");
  explain->add_option("--helo", question->helo, "What the client said in HELO")->type_name("NAME");
  explain->add_flag("--auth", question->authenticated, "The client authenticated itself to the mail server");
  explain->add_option("--user", question->user, "The name that it logged in with; means --auth")
      ->type_name("NAME");
  explain
      ->add_option("--listener", question->listener,
                   "Where the mail server asks, as guard.listen has it, which may give a role")
      ->type_name("ADDRESS");
  explain
      ->add_option("--daemon-name", question->daemon,
                   "The name of the mail server's service ({daemon_name}), as guard.daemon_roles has it")
      ->type_name("NAME");
  explain->add_option("--from", question->from, "The message's author, for which keys sign it")
      ->type_name("ADDRESS");
  explain->add_option("--rcpt", question->recipients, "A recipient; may be given several times")
      ->type_name("ADDRESS");
  explain
      ->add_option("--file", question->file,
                   "The message, whose Received fields tell what relays saw; - reads it")
      ->type_name("FILE");
  add_format(*explain, question->format);
  session.add_setting(*explain, "dkim.keys");
  session.add_setting(*explain, "dkim.seal_file");
  explain->footer("Most often: rampart guard explain --ip 192.0.2.25");
  session.on_run(*explain, [question](Session& s) { return run_explain(s, *question); });
}

}  // namespace rampart::cli
