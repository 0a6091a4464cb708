// rampart init: a configuration to begin with.
#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>

#include "base/config.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/help.h"
#include "dns/domain.h"
#include "server/schema.h"
#include "server/setup/store_url.h"

namespace rampart::cli {
namespace {

using base::ErrorKind;
using base::Result;

struct Request {
  std::string file = "rampart.toml";
  std::string domain;
  std::string mta = "postfix";
  std::string state;
  std::string url;
};

std::string as_toml(std::string_view text) {
  return base::format_value(base::SettingValue(std::string(text)));
}

// The comment of a setting is its line of help: what is written here and what `config explain` says is the same.
std::string line(std::string_view key, const std::string& value, bool on = true) {
  const auto* setting = server::schema().find(key);
  return fmt::format("# {}.\n{}{} = {}\n", setting == nullptr ? key : setting->brief, on ? "" : "# ",
                     base::name_of(key), value);
}

std::string text_of(const Request& request, const std::string& domain, const std::string& state) {
  const bool postfix = request.mta == "postfix";
  std::string out = fmt::format(
      "# Rampart for {}. Every setting: rampart config reference; one of them: rampart config explain KEY.\n"
      "# What is wrong with this file: rampart config check. What is missing around it: rampart doctor.\n\n",
      domain);
  out += "[server]\n";
  out += line("server.listen", R"(["localhost:8899"])");
  out += request.url.empty() ? line("server.public_url", as_toml("https://rampart." + domain), false)
                             : line("server.public_url", as_toml(request.url));
  out += line("server.behind_proxy", "true", false);
  out += line("server.trusted_proxies", R"(["127.0.0.1"])", false);
  out += "\n[store]\n" + line("store.url", as_toml("sqlite:" + state + "/rampart.db"));
  out += "\n[guard]\n";
  if (postfix)
    out += line("guard.listen", R"(["inet:127.0.0.1:8891"])");
  else
    out += line("guard.listen", R"(["inet:127.0.0.1:8891"])", false);
  out +=
      "# It begins with watching: mail passes as before, and rampart guard rehearse says what enforce would "
      "do.\n";
  out += line("guard.mode", as_toml("monitor"));
  out += line("guard.own_domains", fmt::format("[{}]", as_toml(domain)));
  out += line("guard.quarantine", as_toml(state + "/quarantine"));
  out += "# (umask 077; head -c 32 /dev/urandom | base64 > FILE)\n";
  out += line("guard.seal_file", as_toml(state + "/seal.key"), false);
  out += line("guard.reports", as_toml(state + "/reports"), false);
  out += "\n[dkim]\n" + line("dkim.keys", as_toml(state + "/dkim"));
  out += "\n[reports]\n";
  out += line("reports.imap_server", as_toml("imap." + domain), false);
  out += line("reports.imap_user", as_toml("dmarc@" + domain), false);
  out += line("reports.imap_password_file", as_toml(state + "/imap.password"), false);
  out += "\n[report_mail]\n";
  out += line("report_mail.organisation", as_toml(domain), false);
  out += line("report_mail.email", as_toml("dmarc@" + domain), false);
  return out;
}

// Where state goes when nothing is said: the system's folder for root and the package's user, else this user's own.
std::string state_folder(const std::string& named) {
  if (!named.empty()) return std::filesystem::absolute(named).lexically_normal().string();
  const std::string system = "/var/lib/rampart";
  return ::geteuid() == 0 || ::access(system.c_str(), W_OK) == 0 ? system : server::data_folder();
}

Result<Exit> run_init(Session& session, const Request& request) {
  auto domain = dns::parse_domain(request.domain);
  if (!domain) {
    domain.error().kind = ErrorKind::usage;
    return std::unexpected(domain.error());
  }
  const auto text = text_of(request, domain->text(), state_folder(request.state));
  // What is written has to be what is read.
  base::Config config(server::schema());
  if (auto errors = config.load(text, request.file); !errors.empty()) return std::unexpected(errors.front());
  std::error_code error;
  if (std::filesystem::exists(request.file, error))
    return base::fail(ErrorKind::usage, "is there already, and stays as it is", base::printable(request.file),
                      "name another file: rampart init --domain DOMAIN FILE");
  TRY(base::write_file(request.file, text));
  // Which files hold secrets stands in it. In /etc/rampart, which the package makes, it is of the services' group.
  constexpr mode_t kOwnerAndGroup = 0640;
  if (::chmod(request.file.c_str(), kOwnerAndGroup) != 0)
    return base::fail(ErrorKind::io, "its permissions cannot be set", base::printable(request.file),
                      fmt::format("chmod 640 {}", base::printable(request.file)));
  TRY(session.print(fmt::format("{} is written\n", base::printable(request.file))));
  session.note(fmt::format("next: rampart doctor --config {0}, and then rampart serve --config {0}",
                           base::printable(request.file)));
  if (request.mta == "postfix")
    session.note(
        fmt::format("what Postfix is told: rampart guard setup --config {}", base::printable(request.file)));
  return Exit::clean;
}

}  // namespace

void add_init_command(CLI::App& root, Session& session) {
  auto* init = root.add_subcommand("init", "Write a configuration to begin with");
  const auto request = std::make_shared<Request>();
  init->add_option("FILE", request->file, "The file, which must not be there [rampart.toml]");
  init->add_option("--domain", request->domain, "The domain whose mail is looked after")
      ->type_name("DOMAIN")
      ->required();
  init->add_option("--mta", request->mta, "The mail server beside it: postfix, or none [postfix]")
      ->type_name("NAME")
      ->check(one_of({"postfix", "none"}));
  init->add_option("--state", request->state, "The folder of the store, keys and quarantine")
      ->type_name("DIR");
  init->add_option("--url", request->url, "Where people's browsers will reach the console")->type_name("URL");
  init->footer(
      "Exit status: 0 written, 2 wrong usage, or the file is there.\n"
      "Most often: rampart init --domain bank.example /etc/rampart/rampart.toml");
  session.on_run(*init, [request](Session& s) { return run_init(s, *request); });
}

}  // namespace rampart::cli
