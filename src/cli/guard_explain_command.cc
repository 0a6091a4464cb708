// rampart guard policy and explain: what is done in which case, and in what part a message comes.
#include <unistd.h>

#include "base/columns.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/folder_ring.h"
#include "cli/guard_commands.h"
#include "cli/guard_lists.h"
#include "cli/guard_settings.h"
#include "cli/help.h"
#include "cli/mail_options.h"
#include "guard/policy/cases.h"
#include "mail/compose.h"

namespace rampart::cli {
namespace {

using base::Result;

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
  const auto settings = TRY(guard_settings(*config));
  const auto cases = guard::policy_cases(settings.rules.local, base::now());
  TRY(session.print(format == "json" ? policy_json(settings, cases) : policy_text(session, settings, cases)));
  return Exit::clean;
}

struct Question {
  std::string ip;
  std::string helo;
  bool authenticated = false;
  std::string user;
  std::string from;
  std::vector<std::string> recipients;
  std::string file;
  std::string format = "text";
};

bool is_held(guard::Role role) { return role == guard::Role::inbound || role == guard::Role::relayed; }

// What is added to the message, and with whose keys.
struct Addition {
  std::string_view what;             // "signed", "sealed"; empty: nothing is added to what comes in that part
  std::vector<guard::RingKey> keys;  // none: `none` says why
  std::string none;                  // printable
  std::optional<guard::Owned>
      owned;  // whether the author is its writer's own; nothing: that is not asked here
};

Addition addition_of(guard::KeyRing& ring, const guard::Settings& settings, const guard::Standing& standing,
                     const Question& question, const mail::Header* header) {
  const auto& rules = settings.rules.signing;
  Addition out;
  const auto take = [&](Result<guard::FoundKeys> found) {
    out.none = found ? std::move(found->none) : found.error().message();
    if (found) out.keys = std::move(found->keys);
  };
  if (guard::is_of_ours(standing.role)) {
    if (!rules.sign && !rules.owners) return out;
    out.what = "signed";
    mail::Author author;
    if (header != nullptr) author = mail::read_author(*header);
    if (!question.from.empty()) mail::read_addresses(question.from, author);
    if (author.addresses.size() != 1 || author.domains.size() != 1) {
      out.none = author.addresses.empty() ? "its author is not known: name him with --from"
                                          : "it has several authors";
      return out;
    }
    const auto plain = guard::plain_address(author.addresses.front());
    if (rules.owners)
      out.owned =
          rules.owners->check({.user = question.user, .client = base::IpAddress::parse(question.ip)}, plain);
    const auto whose = header == nullptr || !question.user.empty()
                           ? std::string_view()
                           : guard::whose_else(*header, settings.authserv_id, rules.sealer);
    if (!rules.sign)
      out.none = "guard.sign is false";
    else if (!whose.empty())
      out.none = whose;
    else if (!rules.sign_unowned && out.owned != guard::Owned::yes)
      out.none = guard::why_unowned(out.owned.value_or(guard::Owned::unknown));
    else
      take(ring.for_author(plain, author.domains.front()));
  } else if (is_held(standing.role) && rules.sealer &&
             guard::any_within(question.recipients, settings.rules.roles.gateway.domains)) {
    out.what = "sealed";
    take(ring.for_domain(*rules.sealer));
    if (!out.keys.empty()) out.keys = {guard::sealing_key(out.keys)};
  }
  return out;
}

std::string_view to_string(guard::Owned owned) {
  if (owned == guard::Owned::unknown) return "unknown";
  return owned == guard::Owned::yes ? "yes" : "no";
}

std::string key_words(const guard::RingKey& key) {
  const bool rsa = key.key->type() == crypto::SignKey::Type::rsa;
  return fmt::format("as {} with {} ({})", key.domain.text(), key.selector,
                     rsa ? fmt::format("RSA, {} bits", key.key->bits()) : "Ed25519");
}

std::string explain_json(const guard::Standing& standing, const Addition& addition) {
  std::string out;
  base::JsonWriter json(out, base::JsonStyle::pretty);
  json.begin_object()
      .member("schema", "rampart.guard-role/1")
      .member("role", guard::to_string(standing.role))
      .member("why", standing.why)
      .member("held_to_policy", is_held(standing.role));
  json.key("ip");
  if (standing.ip)
    json.value(standing.ip->text());
  else
    json.null();
  json.member("helo", standing.helo);
  json.member("adds", addition.what.empty() ? "nothing" : addition.what);
  json.key("keys").begin_array();
  for (const auto& key : addition.keys)
    json.begin_object()
        .member("domain", key.domain.text())
        .member("selector", key.selector)
        .member("type", key.key->type() == crypto::SignKey::Type::rsa ? "rsa" : "ed25519")
        .member("bits", static_cast<std::int64_t>(key.key->bits()))
        .end_object();
  json.end_array().member("no_keys", addition.none);
  json.key("owned");
  if (addition.owned)
    json.value(to_string(*addition.owned));
  else
    json.null();
  json.end_object();
  return out + "\n";
}

std::string explain_text(const Session& session, const guard::Standing& standing, const Addition& addition) {
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
  out += paragraph(session, "policy",
                   held ? "that of the author's domain, and ours (rampart guard policy)"
                        : "none: it is let through whatever DMARC says");
  if (addition.owned)
    out += paragraph(session, "author",
                     *addition.owned == guard::Owned::unknown
                         ? "whether he is its writer's own is not known: guard.senders_file has no line"
                     : *addition.owned == guard::Owned::yes ? "its writer's own (guard.senders_file)"
                                                            : "not its writer's own (guard.senders_file)");
  if (addition.what.empty()) return out;
  for (const auto& key : addition.keys) out += paragraph(session, addition.what, key_words(key));
  if (addition.keys.empty())
    out += paragraph(session, addition.what, "by nobody: " + base::printable(addition.none));
  return out;
}

Result<Exit> run_explain(Session& session, const Question& question) {
  const auto* config = TRY(session.config());
  auto settings = TRY(guard_settings(*config));
  for (const auto& address : question.recipients)
    if (!mail::parse_address(address))
      return base::fail(base::ErrorKind::usage,
                        fmt::format("\"{}\" is no address", base::excerpt(address, 80)), "--rcpt",
                        "such as a@bank.example");
  guard::Peer peer{.client = {},
                   .helo = question.helo,
                   .authenticated = question.authenticated || !question.user.empty(),
                   .recipients = question.recipients};
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
  const auto addition =
      addition_of(ring, settings, standing, question, mail ? &mail->message.header : nullptr);
  TRY(session.print(question.format == "json" ? explain_json(standing, addition)
                                              : explain_text(session, standing, addition)));
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
