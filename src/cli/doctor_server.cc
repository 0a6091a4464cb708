#include "cli/doctor_server.h"

#include <algorithm>
#include <ctime>

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <unistd.h>

#include "base/text.h"
#include "base/time.h"
#include "dns/domain.h"
#include "net/http/tls.h"
#include "server/settings.h"
#include "server/setup/fact_source.h"

namespace rampart::cli {
namespace {

using guard::Check;
using State = Check::State;
using Checks = std::vector<Check>;

// Our own.
constexpr std::chrono::seconds kPatience{5};
constexpr double kMostError =
    0.5;  // seconds that a clock may be wrong by: codes of 30 s and signatures' times bear more

void say(Checks& out, State state, std::string what, std::string fix = {}) {
  out.push_back({.state = state, .what = std::move(what), .fix = std::move(fix)});
}

std::string start_hint() {
  return "start it: rampart serve; its standard error says what keeps it from that";
}

// Whether somebody accepts connections there.
bool answers(const std::string& host, const std::string& port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) return false;
  const int socket = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  timeval patience{.tv_sec = kPatience.count(), .tv_usec = 0};
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const bool out = socket >= 0 && ::connect(socket, found->ai_addr, found->ai_addrlen) == 0;
  if (socket >= 0) ::close(socket);
  ::freeaddrinfo(found);
  return out;
}

void check_places(Checks& out, const server::ServerSettings& settings) {
  for (const auto* places : {&settings.listen, &settings.public_listen}) {
    for (const auto& place : *places) {
      if (place.starts_with("unix:")) continue;
      auto host = place.substr(0, place.rfind(':'));
      const auto port = place.substr(place.rfind(':') + 1);
      if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
      if (host == "localhost" || host == "0.0.0.0") host = "127.0.0.1";
      if (host == "::") host = "::1";
      if (answers(host, port))
        say(out, State::good, fmt::format("somebody answers at {}", place));
      else
        say(out, State::failed, fmt::format("nobody answers at {}", place), start_hint());
    }
  }
}

void check_folder(Checks& out, const server::ServerSettings& settings) {
  struct stat status{};
  const auto shown = base::printable(settings.folder);
  if (::stat(settings.folder.c_str(), &status) != 0)
    return say(out, State::failed,
               fmt::format("the server's folder {} is not there, or not for this user", shown),
               "start rampart serve once, which makes it; or run this as its user");
  if ((status.st_mode & 077U) != 0)
    return say(out, State::failed,
               fmt::format("the server's folder {} may be looked into by others (mode {:04o})", shown,
                           status.st_mode & 07777U),
               fmt::format("chmod 700 {}", shown));
  say(out, State::good, fmt::format("the server's folder {} is its owner's alone", shown));
  for (const auto* name : {"accounts.key", "audit-log.pem"}) {
    const auto path = fmt::format("{}/accounts/{}", settings.folder, name);
    if (::stat(path.c_str(), &status) != 0) continue;  // made by the first start
    if ((status.st_mode & 077U) != 0)
      say(out, State::failed, fmt::format("the key {} may be read by others", base::printable(path)),
          fmt::format("chmod 600 {}", base::printable(path)));
    else
      say(out, State::good, fmt::format("the key {} is its owner's alone", base::printable(path)));
  }
}

void check_tls(Checks& out, const server::ServerSettings& settings) {
  if (settings.certificate.empty()) return;
  const auto loaded = net::http::ServerTls::load({.certificate = settings.certificate, .key = settings.key});
  if (!loaded)
    return say(
        out, State::failed, loaded.error().message(),
        loaded.error().hint.empty() ? "server.tls_certificate and server.tls_key" : loaded.error().hint);
  say(out, State::good,
      fmt::format("the certificate {} and its key can be used", base::printable(settings.certificate)));
}

// Whether the system keeps its clock: codes, signatures and sessions go by it.
void check_clock(Checks& out) {
  timex state{};
  const int got = ::adjtimex(&state);
  const double error = static_cast<double>(state.maxerror) / 1e6;
  if (got < 0)
    say(out, State::noted, "whether the clock is right is not known: the system does not tell",
        "timedatectl");
  else if (got == TIME_ERROR || (static_cast<unsigned>(state.status) & STA_UNSYNC) != 0)
    say(out, State::noted, "whether the clock is right is not known: nothing sets it",
        "apt install systemd-timesyncd, or chrony; in a container its host does it");
  else if (error > kMostError)
    say(out, State::failed, fmt::format("the clock may be wrong by {:.1f} s", error),
        "timedatectl timesync-status");
  else
    say(out, State::good, "the clock is kept right");
}

void check_dns(Checks& out, const base::Config& config) {
  const auto source = server::open_fact_source({.live = true}, config);
  if (!source) return say(out, State::failed, source.error().message(), "dns.resolvers");
  if (const auto ready = (*source)->prepare(*dns::Name::try_parse("example.com")); !ready)
    return say(out, State::failed, ready.error().message(),
               ready.error().hint.empty() ? "dns.resolvers" : ready.error().hint);
  say(out, State::good, "DNS answers");
  for (const auto& note : (*source)->about().notes)
    say(out, State::unknown, note, "dns.resolvers: name another one");
}

}  // namespace

void check_server(Checks& out, const base::Config& config) {
  const auto settings = server::read_server_settings(config);
  if (!settings)
    return say(out, State::failed, settings.error().message(),
               settings.error().hint.empty() ? "rampart config check" : settings.error().hint);
  // Whoever set nothing of a server runs none.
  const auto& all = config.schema().settings();
  const bool has_server = std::ranges::any_of(all, [&](const base::Setting* setting) {
    return base::section_of(setting->key) == "server" &&
           config.origin(setting->key).from != base::Origin::From::standard;
  });
  if (has_server && settings->has(server::Role::api)) {
    check_places(out, *settings);
    check_folder(out, *settings);
    check_tls(out, *settings);
  }
  check_clock(out);
  check_dns(out, config);
}

}  // namespace rampart::cli
