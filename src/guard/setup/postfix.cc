#include "guard/setup/postfix.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/columns.h"
#include "base/text.h"

namespace rampart::guard {
namespace {

using base::Result;

// As Postfix writes it. Nothing that a shell or main.cf reads as anything else is let in.
Result<std::string> other_milter(std::string_view text) {
  const auto plain = [](char c) { return base::is_alnum(c) || std::string_view("/.:_-[]").contains(c); };
  const auto wrong = [&] {
    return base::fail(base::ErrorKind::usage,
                      fmt::format("\"{}\" is no place of a milter", base::excerpt(text, 80)), "--after",
                      "write 127.0.0.1:11332, or /run/rspamd/milter.sock");
  };
  if (text.empty() || !std::ranges::all_of(text, plain)) return wrong();
  if (text.starts_with('/')) return "unix:" + std::string(text);
  if (text.starts_with("unix:") || text.starts_with("inet:")) return std::string(text);
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || !base::parse_number(text.substr(colon + 1))) return wrong();
  return "inet:" + std::string(text);
}

struct Place {
  std::string text;  // for Postfix
  std::string note;  // what has to be seen to; comment lines
};

// Lines of a comment.
std::string comment(std::string_view text) {
  constexpr std::size_t kWidth = 78;
  std::string out;
  for (const auto& line : base::wrap(text, kWidth)) out += "# " + line + "\n";
  return out;
}

// As Postfix writes it; in main.cf with spaces, which postconf takes for no setting of master.cf.
enum class Spaces : std::uint8_t { some, none };
std::string milter_text(std::string_view place, const PostfixSetup& setup, Spaces spaces) {
  // In a monitor nobody waits for a guard that hangs.
  const auto* const action =
      setup.mode == Mode::monitor
          ? "default_action=accept, connect_timeout=2s, command_timeout=5s, content_timeout=10s"
          : "default_action=tempfail";
  auto out = fmt::format("{{ {}, {} }}", place, action);
  if (spaces == Spaces::none) std::erase(out, ' ');
  return out;
}

std::string below_queue(std::string_view path, const PostfixSetup& setup) {
  const auto below = setup.queue_directory + "/";
  return std::string(path.starts_with(below) ? path.substr(below.size()) : path);
}

// A service that usually is for it.
std::string_view service_for(Role role) {
  if (role == Role::submission) return "submission/inet";
  return role == Role::local ? "127.0.0.1:10026/inet" : "smtp/inet";
}

struct RoleLines {
  std::string set;   // comments
  std::string undo;  // comments
};

// Which services are for what stands in master.cf, and only their administrator knows their names: lines to be read before they are run.
RoleLines role_lines(const PostfixSetup& setup, const std::string& before) {
  std::string out;
  std::string undo;
  const auto add = [&](const DeclaredRole& one, std::string_view key, std::string_view parameter,
                       std::string_view value) {
    const auto service = service_for(one.role);
    out +=
        comment(fmt::format("{} is for {} ({}). Take the # from this line, and write each service of "
                            "master.cf that is for that in the place of {}:",
                            one.name, to_string(one.role), key, service));
    out += fmt::format("# postconf -P '{}/{}={}'\n", service, parameter, value);
    undo += fmt::format("# postconf -PX '{}/{}'\n", service, parameter);
  };
  for (const auto& one : setup.daemons) add(one, "guard.daemon_roles", "milter_macro_daemon_name", one.name);
  for (const auto& one : setup.listeners) {
    auto place = one.name;
    if (constexpr std::string_view kUnix = "unix:"; place.starts_with(kUnix))
      place = "unix:" + below_queue(std::string_view(place).substr(kUnix.size()), setup);
    add(one, "guard.listen", "smtpd_milters",
        fmt::format("{}{}{}", before, before.empty() ? "" : ",", milter_text(place, setup, Spaces::none)));
  }
  const auto unexamined = [](const DeclaredRole& one) { return one.role != Role::inbound; };
  if (std::ranges::any_of(setup.daemons, unexamined) || std::ranges::any_of(setup.listeners, unexamined))
    out += comment(
        "What comes to a service for submission or local is held to no policy: let in only who logs in, or "
        "the filter.");
  if (const auto role = declared_role(setup.listeners, setup.listen.text()); role && *role != Role::inbound)
    out +=
        comment(fmt::format("Every listener has a role: with the line of smtpd_milters above all that "
                            "Postfix takes is taken for {}.",
                            to_string(*role)));
  if (!undo.empty()) undo.insert(0, comment("Of the lines of master.cf above those that were run:"));
  return {.set = std::move(out), .undo = std::move(undo)};
}

Place place_of(const PostfixSetup& setup) {
  const auto& path = setup.listen.path;
  if (path.empty()) return {.text = setup.listen.text(), .note = {}};
  const auto below = setup.queue_directory + "/";
  if (path.starts_with(below)) {
    return {
        .text = "unix:" + path.substr(below.size()),
        .note =
            comment("The socket is below Postfix's queue directory, where a chrooted smtpd finds it too.") +
            comment(
                fmt::format("Its user has to be let in, by the group of {}: see guard.socket_mode.", path))};
  }
  return {
      .text = "unix:" + path,
      .note = fmt::format("# Where smtpd is chrooted (Debian's master.cf does so), it cannot reach {}.\n"
                          "# guard.listen = [\"unix:{}rampart/guard.sock\"] can be reached in both cases.\n",
                          path, below)};
}

// What has to be so, that signatures are made and hold.
std::string signing_notes(const PostfixSetup& setup) {
  if (!setup.signs && !setup.seals) return {};
  std::string out;
  if (setup.signs) {
    if (setup.listeners.empty())
      out += comment(
          "To be signed, mail of users has to come by the guard: no smtpd_milters= may stand with "
          "submission and smtps in master.cf (postconf -P shows it).");
    if (!setup.signs_local)
      out += comment(
          "What this machine makes itself (cron, sendmail) is not signed: 127.0.0.1 is not in "
          "guard.trusted_networks.");
    if (!setup.after.empty())
      out += comment("A milter that signs, too, such as opendkim, would sign a second time.");
  }
  out += comment(
      "Mail in 8 bits is written anew for servers without 8BITMIME, and no signature holds then. So that "
      "it is not, run this, too:");
  out += "# postconf -e disable_mime_output_conversion=yes\n";
  return out;
}

}  // namespace

const milter::ListenAddress& general_listener(const std::vector<milter::ListenAddress>& all,
                                              const std::vector<DeclaredRole>& roles) {
  const auto first = [&](std::optional<Role> wanted) {
    return std::ranges::find_if(all,
                                [&](const auto& one) { return declared_role(roles, one.text()) == wanted; });
  };
  auto found = first(std::nullopt);
  if (found == all.end()) found = first(Role::inbound);
  return found == all.end() ? all.front() : *found;
}

Result<std::string> postfix_setup(const PostfixSetup& setup) {
  const auto place = place_of(setup);
  const auto before = setup.after.empty() ? std::string() : TRY(other_milter(setup.after));
  const bool monitors = setup.mode == Mode::monitor;
  std::string out = fmt::format(
      "# {}\n", monitors ? "Monitor: whatever becomes of the guard, Postfix takes the mail."
                         : "Enforce: while the guard cannot be asked, senders are told to try again.");
  out += place.note;
  if (before.empty())
    out += "# What is set now would be lost: see postconf smtpd_milters, and name it with --after.\n";
  out += fmt::format("postconf -e 'smtpd_milters = {}{}{}'\n", before, before.empty() ? "" : ", ",
                     milter_text(place.text, setup, Spaces::some));
  if (setup.signs_local) out += "postconf -e 'non_smtpd_milters = $smtpd_milters'\n";
  const auto roles = role_lines(setup, before);
  out += signing_notes(setup) + roles.set;
  out += "postfix reload\n";
  out += "\n# Undo:\n";
  if (setup.signs_local) out += "postconf -X non_smtpd_milters\n";
  out += before.empty() ? std::string("postconf -X smtpd_milters\n")
                        : fmt::format("postconf -e 'smtpd_milters = {}'\n", before);
  out += roles.undo;
  out += "postfix reload\n";
  return out;
}

}  // namespace rampart::guard
