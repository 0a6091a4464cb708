#include "cli/update_server.h"

#include <iostream>

#include <unistd.h>

#include "base/text.h"
#include "cli/interrupt.h"

namespace rampart::cli {

using base::ErrorKind;
using base::Result;

Result<UpdateServer> update_server(const base::Config& config,
                                   const std::optional<base::Endpoint>& recorded) {
  constexpr std::uint16_t kPort = 53;
  const auto& named = config.text("fix.server");
  const auto at = named.empty() ? recorded : base::parse_endpoint(named, kPort);
  if (!at)
    return base::fail(ErrorKind::usage, "no server was named that takes updates of the zone", {},
                      "name the zone's primary with --server ADDRESS, or as server in [fix] of the "
                      "configuration");
  const auto& file = config.text("fix.key_file");
  if (file.empty())
    return base::fail(
        ErrorKind::usage, "no key was named that signs updates", {},
        "name the TSIG key's file with --key FILE, or as key_file in [fix] of the configuration");
  net::TcpOptions tcp;
  tcp.timeout = config.duration("fix.timeout");
  tcp.stop = [] { return interrupted() != 0; };
  return UpdateServer{*at, TRY(net::load_tsig_key(file)), std::move(tcp)};
}

void add_server_options(CLI::App& command, Session& session) {
  session.add_setting(command, "fix.server");
  session.add_setting(command, "fix.key_file");
  session.add_setting(command, "fix.wait");
}

Result<bool> confirmed(Session& session, std::string_view question, bool yes) {
  if (yes) return true;
  if (::isatty(STDIN_FILENO) == 0)
    return base::fail(ErrorKind::usage, "nothing was changed, as nobody is there to be asked", {},
                      "--yes does it without asking");
  TRY(session.print(fmt::format("{} [y/N] ", question)));
  std::string answer;
  std::getline(std::cin, answer);
  return base::iequals(base::trim(answer), "y") || base::iequals(base::trim(answer), "yes");
}

}  // namespace rampart::cli
