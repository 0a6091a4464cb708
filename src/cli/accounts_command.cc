// rampart accounts: who has an account, on the host and without the server.
#include "base/columns.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/accounts_desk.h"
#include "cli/commands.h"
#include "cli/help.h"

namespace rampart::cli {
namespace {

using accounts::Account;
using accounts::Link;
using base::ErrorKind;
using base::Result;

struct Request {
  std::string address;
  std::string role;
  std::string name;
  std::string language = "en";
  std::vector<std::string> organisations;
  bool all = false;
  std::string list;
  bool dry_run = false;
  std::string format = "text";
};

constexpr std::size_t kMostListed = 1000;

std::string minute(base::Time time) {
  auto text = base::format_time(time).substr(0, 16);
  text[10] = ' ';
  return text;
}

std::string factors_of(const Account& one) {
  std::vector<std::string> out;
  if (one.totp) out.emplace_back("app");
  if (one.keys != 0) out.push_back(fmt::format("{} {}", one.keys, one.keys == 1 ? "key" : "keys"));
  if (out.empty()) return "none";
  return base::join(out, ", ");
}

// Organisations by name; what is no more is shown as its id.
Result<std::string> scope_text(AccountsDesk& opened, const accounts::Scope& scope) {
  if (scope.everything) return std::string("all");
  std::vector<std::string> names;
  for (const auto& id : scope.organisations) {
    const auto found = TRY(opened.desk->organisations.find({.everything = true}, id));
    names.push_back(base::printable(found ? found->name : id));
  }
  return names.empty() ? std::string("none") : base::join(names, ", ");
}

Result<std::vector<Account>> all_accounts(AccountsDesk& opened) {
  std::vector<Account> out;
  accounts::AccountFilter filter{.most = kMostListed};
  for (;;) {
    auto page = TRY(opened.desk->accounts.list(local_principal(), filter));
    const bool more = page.size() == kMostListed;
    if (!page.empty()) filter.after = page.back().address;
    for (auto& one : page) out.push_back(std::move(one));
    if (!more) return out;
  }
}

Result<Exit> run_list(Session& session, const Request& request) {
  auto opened = TRY(open_accounts(session));
  const auto all = TRY(all_accounts(opened));
  std::string out;
  if (request.format == "json") {
    base::JsonWriter json(out, base::JsonStyle::pretty);
    json.begin_object().member("schema", "rampart.accounts/1").key("accounts").begin_array();
    for (const auto& one : all) {
      json.begin_object().member("id", one.id).member("address", one.address).member("name", one.name);
      json.member("role", to_string(one.role)).member("state", to_string(one.state));
      json.member("everything", one.scope.everything).member_array("organisations", one.scope.organisations);
      json.member("totp", one.totp).member("keys", one.keys).member("recovery_codes", one.codes_left);
      json.key("last_sign_in");
      if (one.last_sign_in) {
        json.value(base::format_time(*one.last_sign_in));
      } else {
        json.null();
      }
      json.end_object();
    }
    json.end_array().end_object();
    TRY(session.print(out + '\n'));
    return Exit::clean;
  }
  if (all.empty()) {
    TRY(session.print("Nobody has an account yet; rampart serve prints the link of the first owner.\n"));
    return Exit::clean;
  }
  std::size_t width = 7;
  for (const auto& one : all) width = std::max(width, base::display_width(one.address));
  out += fmt::format("{}  role           state          factors      last sign-in      sees\n",
                     base::pad_right("account", width));
  for (const auto& one : all)
    out += fmt::format(
        "{}  {:<13}  {:<13}  {:<11}  {:<16}  {}\n", base::pad_right(base::printable(one.address), width),
        to_string(one.role), to_string(one.state), factors_of(one),
        one.last_sign_in ? minute(*one.last_sign_in) : "never", TRY(scope_text(opened, one.scope)));
  TRY(session.print(out));
  return Exit::clean;
}

// The link is the one secret that these commands print, on standard output and nowhere else.
Result<> print_link(Session& session, const AccountsDesk& opened, const std::string& address,
                    const Link& link) {
  auto url = opened.common->policy.public_url;
  while (url.ends_with('/')) url.pop_back();
  return session.print(
      fmt::format("{}\n  {}/enrol#{}\n  counts once, for the first browser that opens it, until {} UTC\n",
                  base::printable(address), url, link.token, minute(link.expires)));
}

Result<Exit> invite_one(Session& session, AccountsDesk& opened, const Request& request) {
  const auto role = accounts::parse_role(request.role);
  if (!role)
    return base::fail(ErrorKind::usage, "say which role the account has", "--role", "such as --role analyst");
  const auto invited = TRY(opened.desk->accounts.invite(local_principal(),
                                                        {.address = request.address,
                                                         .name = request.name,
                                                         .role = *role,
                                                         .everything = request.all,
                                                         .organisations = request.organisations,
                                                         .language = request.language},
                                                        base::now()));
  if (!invited) return std::unexpected(error_of(invited.error()));
  TRY(print_link(session, opened, invited->account.address, invited->link));
  return Exit::clean;
}

Result<Exit> invite_list(Session& session, AccountsDesk& opened, const Request& request) {
  const auto text = TRY(base::read_file(request.list, accounts::kMaxListBytes));
  const auto done =
      TRY(opened.desk->accounts.invite_list(local_principal(), text, request.dry_run, base::now()));
  if (!done) return std::unexpected(error_of(done.error()));
  if (!done->faults.empty()) {
    for (const auto& fault : done->faults)
      session.note(fmt::format("{}:{}{}: {}", base::printable(request.list), fault.line,
                               fault.column == 0 ? std::string() : fmt::format(":{}", fault.column),
                               fault.text));
    return base::fail(ErrorKind::input, fmt::format("nobody was invited: {} faults", done->faults.size()),
                      base::printable(request.list), "mend them, and try again");
  }
  if (request.dry_run) {
    TRY(session.print(fmt::format("{} people would be invited; nothing was done\n", done->rows.size())));
    return Exit::clean;
  }
  for (const auto& row : done->rows)
    if (row.link) TRY(print_link(session, opened, row.address, *row.link));
  return Exit::clean;
}

Result<Exit> run_invite(Session& session, const Request& request) {
  if (request.address.empty() == request.list.empty())
    return base::fail(ErrorKind::usage, "name one person, or a list", {},
                      "rampart accounts invite ADDRESS --role analyst --all, or --list FILE");
  auto opened = TRY(open_accounts(session));
  return request.list.empty() ? invite_one(session, opened, request) : invite_list(session, opened, request);
}

Result<Account> find(AccountsDesk& opened, const std::string& address) {
  auto found = TRY(opened.desk->accounts.find_by_address(local_principal(), address));
  if (found) return *std::move(found);
  return base::fail(ErrorKind::usage, fmt::format("there is no account {}", base::printable(address)), {},
                    "rampart accounts list shows them");
}

Result<Exit> run_disabled(Session& session, const Request& request, bool disabled) {
  auto opened = TRY(open_accounts(session));
  const auto account = TRY(find(opened, request.address));
  const auto done =
      TRY(opened.desk->accounts.change(local_principal(), account.id, {.disabled = disabled}, base::now()));
  if (!done) return std::unexpected(error_of(done.error()));
  TRY(session.print(fmt::format("{} is {}\n", base::printable(account.address), to_string(done->state))));
  return Exit::clean;
}

Result<Exit> run_leave(Session& session, const Request& request) {
  auto opened = TRY(open_accounts(session));
  const auto account = TRY(find(opened, request.address));
  const auto done = TRY(opened.desk->accounts.leave(local_principal(), account.id, {}, base::now()));
  if (!done) return std::unexpected(error_of(done.error()));
  TRY(session.print(
      fmt::format("{} has left: sessions, tokens and factors ended\n", base::printable(account.address))));
  return Exit::clean;
}

Result<Exit> run_recover(Session& session, const Request& request) {
  auto opened = TRY(open_accounts(session));
  const auto done = TRY(opened.desk->accounts.recover(local_principal(), request.address, base::now()));
  if (!done) return std::unexpected(error_of(done.error()));
  session.note(
      "everything that the account could sign in with ended; every administrator sees that you did this");
  TRY(print_link(session, opened, done->account.address, done->link));
  return Exit::clean;
}

Result<Exit> run_roles(Session& session) {
  std::size_t width = 10;
  for (std::size_t i = 0; i < accounts::kPermissions; ++i)
    width = std::max(width, to_string(static_cast<accounts::Permission>(i)).size());
  std::string out = base::pad_right("permission", width);
  for (std::size_t r = 0; r < accounts::kRoles; ++r)
    out += fmt::format("  {:<13}", to_string(static_cast<accounts::Role>(r)));
  out += "  remarks\n";
  for (std::size_t i = 0; i < accounts::kPermissions; ++i) {
    const auto permission = static_cast<accounts::Permission>(i);
    out += base::pad_right(to_string(permission), width);
    for (std::size_t r = 0; r < accounts::kRoles; ++r)
      out += fmt::format("  {:<13}", accounts::may(static_cast<accounts::Role>(r), permission) ? "yes" : "-");
    std::vector<std::string> remarks;
    if (accounts::needs_step_up(permission)) remarks.emplace_back("a factor within 5 minutes");
    if (accounts::is_system_wide(permission)) remarks.emplace_back("only who sees everything");
    out += "  " + base::join(remarks, "; ") + '\n';
  }
  TRY(session.print(out));
  return Exit::clean;
}

CLI::App* add_one(CLI::App& accounts, Session& session, const std::string& name, const std::string& help,
                  const std::shared_ptr<Request>& request, Session::Action action) {
  auto* command = accounts.add_subcommand(name, help);
  command->add_option("ADDRESS", request->address, "The account's address")->required();
  session.add_setting(*command, "store.url");
  session.on_run(*command, std::move(action));
  return command;
}

void add_invite(CLI::App& accounts, Session& session, const std::shared_ptr<Request>& request) {
  auto* invite = accounts.add_subcommand("invite", "Invite one person, or the people of a list");
  invite->add_option("ADDRESS", request->address, "The person's e-mail address, which is the login name");
  invite->add_option("--role", request->role, "owner, administrator, analyst, auditor or helpdesk")
      ->type_name("ROLE")
      ->check(one_of({"owner", "administrator", "analyst", "auditor", "helpdesk"}));
  invite
      ->add_option("--organisation", request->organisations,
                   "What the account sees; may be given several times")
      ->type_name("NAME");
  invite->add_flag("--all", request->all, "It sees every organisation");
  invite->add_option("--name", request->name, "The person's name")->type_name("NAME");
  invite->add_option("--language", request->language, "en or ur [en]")
      ->type_name("CODE")
      ->check(one_of({"en", "ur"}));
  invite->add_option("--list", request->list, "A CSV file: address,name,role,organisations,language")
      ->type_name("FILE");
  invite->add_flag("--dry-run", request->dry_run, "Only say what is wrong with the list");
  session.add_setting(*invite, "store.url");
  invite->footer("Each link counts once and for seven days. It is printed here and nowhere else.");
  session.on_run(*invite, [request](Session& s) { return run_invite(s, *request); });
}

}  // namespace

void add_accounts_command(CLI::App& root, Session& session) {
  auto* accounts = root.add_subcommand("accounts", "Who has an account: list, invite, stop, recover");
  accounts->require_subcommand(1);
  auto request = std::make_shared<Request>();

  auto* list = accounts->add_subcommand("list", "Show every account, its role and its factors");
  list->add_option("--format", request->format, "text or json [text]")
      ->type_name("FORMAT")
      ->check(one_of({"text", "json"}));
  session.add_setting(*list, "store.url");
  session.on_run(*list, [request](Session& s) { return run_list(s, *request); });

  add_invite(*accounts, session, request);
  add_one(*accounts, session, "disable", "Stop an account: its sessions end, its tokens do nothing", request,
          [request](Session& s) { return run_disabled(s, *request, true); });
  add_one(*accounts, session, "enable", "Let a stopped account go on", request,
          [request](Session& s) { return run_disabled(s, *request, false); });
  add_one(*accounts, session, "leave", "Somebody has left: end all that the account has, for good", request,
          [request](Session& s) { return run_leave(s, *request); });
  add_one(*accounts, session, "recover", "End all factors of an account, and print a link to enrol anew",
          request, [request](Session& s) { return run_recover(s, *request); })
      ->footer("Every administrator sees that the account was recovered, by whom and when.");

  auto* roles = accounts->add_subcommand("roles", "Show what each role may");
  session.on_run(*roles, [](Session& s) { return run_roles(s); });
}

}  // namespace rampart::cli
