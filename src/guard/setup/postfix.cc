#include "guard/setup/postfix.h"

#include <algorithm>

#include <fmt/format.h>

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

Place place_of(const PostfixSetup& setup) {
  const auto& path = setup.listen.path;
  if (path.empty()) return {.text = setup.listen.text(), .note = {}};
  const auto below = setup.queue_directory + "/";
  if (path.starts_with(below)) {
    return {.text = "unix:" + path.substr(below.size()),
            .note = fmt::format(
                "# The socket is below Postfix's queue directory, where a chrooted smtpd finds it too.\n"
                "# Its user has to be let in, by the group of {}: see guard.socket_mode.\n",
                path)};
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
    out +=
        "# To be signed, mail of users has to come by the guard: no smtpd_milters= may stand with submission "
        "and\n"
        "# smtps in master.cf (postconf -P shows it).\n";
    if (!setup.signs_local)
      out +=
          "# What this machine makes itself (cron, sendmail) is not signed: 127.0.0.1 is not in "
          "guard.trusted_networks.\n";
    if (!setup.after.empty())
      out += "# A milter that signs, too, such as opendkim, would sign a second time.\n";
  }
  out +=
      "# Mail in 8 bits is written anew for servers without 8BITMIME, and no signature holds then. So that "
      "it is not:\n"
      "# postconf -e disable_mime_output_conversion=yes\n";
  return out;
}

}  // namespace

Result<std::string> postfix_setup(const PostfixSetup& setup) {
  const auto place = place_of(setup);
  const auto before = setup.after.empty() ? std::string() : TRY(other_milter(setup.after));
  const bool monitors = setup.mode == Mode::monitor;
  // In a monitor nobody waits for a guard that hangs.
  const auto* const action =
      monitors ? "default_action=accept, connect_timeout=2s, command_timeout=5s, content_timeout=10s"
               : "default_action=tempfail";
  std::string out = fmt::format(
      "# {}\n", monitors ? "Monitor: whatever becomes of the guard, Postfix takes the mail."
                         : "Enforce: while the guard cannot be asked, senders are told to try again.");
  out += place.note;
  if (before.empty())
    out += "# What is set now would be lost: see postconf smtpd_milters, and name it with --after.\n";
  out += fmt::format("postconf -e 'smtpd_milters = {}{}{{ {}, {} }}'\n", before, before.empty() ? "" : ", ",
                     place.text, action);
  if (setup.signs_local) out += "postconf -e 'non_smtpd_milters = $smtpd_milters'\n";
  out += "postfix reload\n";
  out += signing_notes(setup);
  out += "\n# Undo:\n";
  if (setup.signs_local) out += "postconf -X non_smtpd_milters\n";
  out += before.empty() ? std::string("postconf -X smtpd_milters\n")
                        : fmt::format("postconf -e 'smtpd_milters = {}'\n", before);
  out += "postfix reload\n";
  return out;
}

}  // namespace rampart::guard
