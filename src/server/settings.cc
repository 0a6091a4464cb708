#include "server/settings.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "server/setup/store_url.h"

namespace rampart::server {
namespace {

using base::ErrorKind;
using base::Result;
using base::Setting;
using base::SettingType;

constexpr std::int64_t kMinute = 60'000;  // milliseconds
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::array<std::string_view, 4> kRoles{"all", "api", "guard", "worker"};
constexpr std::array<std::string_view, 2> kFields{"x-forwarded", "forwarded"};
constexpr std::array<std::string_view, 2> kLogs{"text", "json"};
constexpr std::int64_t kMostPlaces = 16;
constexpr std::int64_t kMostNetworks = 1'000;

// ADDRESS:PORT, localhost:PORT or unix:/PATH.
std::string check_place(std::string_view text) {
  constexpr std::string_view kUnix = "unix:";
  if (text.starts_with(kUnix)) return text.substr(kUnix.size()).starts_with('/') ? "" : "is no whole path";
  const auto colon = text.rfind(':');
  const auto port =
      colon == std::string_view::npos ? std::nullopt : base::parse_number(text.substr(colon + 1));
  constexpr std::uint64_t kMaxPort = 65'535;
  if (!port || *port > kMaxPort) return "has no port, such as 127.0.0.1:8899";
  const auto host = text.substr(0, colon);
  if (host == "localhost") return "";
  const bool six = host.starts_with('[') && host.ends_with(']');
  const auto address = base::IpAddress::parse(six ? host.substr(1, host.size() - 2) : host);
  if (!address || (host.find(':') != std::string_view::npos && !six))
    return "is no address, such as 127.0.0.1:8899, [::1]:8899 or localhost:8899";
  return "";
}

std::string check_network(std::string_view text) {
  return net::http::parse_network(text) ? "" : "is no address or network, such as 192.0.2.0/24";
}

std::string check_url(std::string_view text) {
  if (text.empty()) return "";
  const bool secure = text.starts_with("https://");
  if (!secure && !text.starts_with("http://"))
    return "is no address of a web page, such as https://rampart.example";
  const auto rest = text.substr(text.find("//") + 2);
  const auto host = rest.substr(0, rest.find(':'));
  if (rest.empty() || rest.find_first_of("/?#@ ") != std::string_view::npos)
    return "has to end behind the name and port, such as https://rampart.example";
  if (!secure && host != "localhost" && !host.ends_with(".localhost"))
    return "has to begin with https://, for browsers keep passkeys and cookies from all else but localhost";
  if (base::IpAddress::parse(host) || host.starts_with('['))
    return "needs a name, for passkeys are bound to one and not to an address";
  return "";
}

constexpr std::array kSettings{
    Setting{
        .key = "server.role",
        .type = SettingType::text,
        .standard = "\"all\"",
        .brief = "Which parts this process has: all, api (console and API), guard or worker",
        .detail =
            "A worker audits by interval, reads reports out of the mailbox, writes and sends reports, "
            "rotates "
            "keys and sends digests, each as far as it is set up. Parts in several processes share a store.",
        .option = "--role",
        .value_name = "ROLE",
        .choices = kRoles,
    },
    Setting{
        .key = "server.listen",
        .type = SettingType::list,
        .standard = "[\"localhost:8899\"]",
        .brief = "Where the console and the API are answered: ADDRESS:PORT, localhost:PORT or unix:/PATH",
        .detail =
            "localhost is 127.0.0.1 and ::1. An address that others reach needs server.tls_certificate, or a "
            "proxy with TLS in front and server.behind_proxy.",
        .value_name = "ADDRESS",
        .min = 1,
        .max = kMostPlaces,
        .example = R"(["localhost:8899"])",
        .check = check_place,
    },
    Setting{
        .key = "server.public_url",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "Where people's browsers reach the console",
        .detail = "Passkeys are bound to its name: another one kills every passkey. When it is empty, it is "
                  "http://localhost with the port of server.listen.",
        .value_name = "URL",
        .example = R"("https://rampart.bank.example")",
        .check = check_url,
    },
    Setting{
        .key = "server.public_listen",
        .type = SettingType::list,
        .standard = "[]",
        .brief =
            "Where strangers may come: links of digests, and TLS reports by HTTPS; nobody signs in there",
        .detail = "Any address is allowed, as there is nothing else. TLS as for server.listen.",
        .value_name = "ADDRESS",
        .max = kMostPlaces,
        .example = R"(["0.0.0.0:8443"])",
        .check = check_place,
    },
    Setting{
        .key = "server.behind_proxy",
        .type = SettingType::boolean,
        .standard = "false",
        .brief = "A proxy in front speaks TLS, so that others' addresses may be listened on in clear",
        .detail = "Name it in server.trusted_proxies, or every visitor has its address.",
    },
    Setting{
        .key = "server.trusted_proxies",
        .type = SettingType::list,
        .standard = "[]",
        .brief = "Proxies that are believed when they say whom they ask for",
        .detail = {},
        .value_name = "NETWORK",
        .max = kMostNetworks,
        .example = R"(["127.0.0.1"])",
        .check = check_network,
    },
    Setting{
        .key = "server.proxy_field",
        .type = SettingType::text,
        .standard = "\"x-forwarded\"",
        .brief = "Which field the proxies write: X-Forwarded-For, or Forwarded (RFC 7239)",
        .detail = "The other one is not read, as a proxy hands on what a client wrote into it.",
        .choices = kFields,
    },
    Setting{
        .key = "server.tls_certificate",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "The certificate in PEM, with those between it and its root; read again when it changes",
        .detail = {},
        .value_name = "FILE",
        .example = R"("/etc/rampart/tls.pem")",
    },
    Setting{
        .key = "server.tls_key",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "Its private key in PEM; when empty, it is in the certificate's file",
        .detail = {},
        .value_name = "FILE",
        .example = R"("/etc/rampart/tls.key")",
    },
    Setting{
        .key = "server.metrics_from",
        .type = SettingType::list,
        .standard = "[\"127.0.0.0/8\", \"::1\"]",
        .brief = "Who may read /metrics; for all others it is not there",
        .detail = {},
        .value_name = "NETWORK",
        .max = kMostNetworks,
        .check = check_network,
    },
    Setting{
        .key = "server.folder",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "The folder of the server's own keys and of uploads under way",
        .detail = "It is made, for its owner alone. When it is empty, it is server beside the store, or in "
                  "$XDG_DATA_HOME/rampart where that is a database.",
        .value_name = "DIR",
        .example = R"("/var/lib/rampart/server")",
    },
    Setting{
        .key = "server.threads",
        .type = SettingType::integer,
        .standard = "4",
        .brief = "How many requests are answered at the same time",
        .detail = {},
        .unit = "threads",
        .min = 1,
        .max = 64,
    },
    Setting{
        .key = "server.connections",
        .type = SettingType::integer,
        .standard = "512",
        .brief = "How many connections there may be at a time",
        .detail = {},
        .unit = "connections",
        .min = 8,
        .max = 10'000,
    },
    Setting{
        .key = "server.connections_per_address",
        .type = SettingType::integer,
        .standard = "64",
        .brief = "How many of them may come from one address; trusted proxies are not counted",
        .detail = {},
        .unit = "connections",
        .min = 1,
        .max = 10'000,
    },
    Setting{
        .key = "server.session_idle",
        .type = SettingType::duration,
        .standard = "\"30m\"",
        .brief = "After how long without a request a session ends",
        .detail = {},
        .min = kMinute,
        .max = kDay,
    },
    Setting{
        .key = "server.session_absolute",
        .type = SettingType::duration,
        .standard = "\"12h\"",
        .brief = "After how long a session ends at the latest",
        .detail = {},
        .min = 5 * kMinute,
        .max = 30 * kDay,
    },
    Setting{
        .key = "server.breached_passwords",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "A file of passwords that nobody may take",
        .detail = "Such as the sorted SHA-1 list of haveibeenpwned.com; nothing is asked over the network.",
        .value_name = "FILE",
    },
    Setting{
        .key = "server.grace",
        .type = SettingType::duration,
        .standard = "\"20s\"",
        .brief = "How long what is under way may take when the server is told to stop",
        .detail = {},
        .min = 1'000,
        .max = 10 * kMinute,
    },
    Setting{
        .key = "server.report_every",
        .type = SettingType::duration,
        .standard = "\"1h\"",
        .brief = "How often aggregate reports are written and sent, where guard.reports and report_mail are "
                 "set up",
        .detail = {},
        .min = 5 * kMinute,
        .max = kDay,
    },
    Setting{
        .key = "server.digest_every",
        .type = SettingType::duration,
        .standard = "\"1h\"",
        .brief = "How often digests are sent, where guard.digest_from and guard.release_server are set",
        .detail = "Nobody gets more than one an hour.",
        .min = kHour,
        .max = 7 * kDay,
    },
    Setting{
        .key = "server.rotate_every",
        .type = SettingType::duration,
        .standard = "\"6h\"",
        .brief = "How often keys are looked after that rotate, where fix.server publishes their records",
        .detail = {},
        .min = 10 * kMinute,
        .max = kDay,
    },
    Setting{
        .key = "server.log",
        .type = SettingType::text,
        .standard = "\"text\"",
        .brief = "How the log is written, to standard error: text, or one JSON object a line",
        .detail = {},
        .value_name = "FORMAT",
        .choices = kLogs,
    },
};

bool is_public(std::string_view place) {
  if (place.starts_with("unix:") || place.starts_with("localhost:")) return false;
  const auto host = place.substr(0, place.rfind(':'));
  const auto address = base::IpAddress::parse(host.starts_with('[') ? host.substr(1, host.size() - 2) : host);
  const auto four = *base::IpAddress::parse("127.0.0.0");
  const auto six = *base::IpAddress::parse("::1");
  return !address || !(address->unmapped().in_prefix(four, 8) || *address == six);
}

Result<std::vector<net::http::Network>> networks(const base::Config& config, std::string_view key) {
  std::vector<net::http::Network> out;
  for (const auto& text : config.list(key))
    out.push_back(*net::http::parse_network(text));  // check_network()
  return out;
}

// Where the console is when nothing else says so.
std::string local_url(const std::vector<std::string>& listen) {
  for (const auto& place : listen)
    if (!place.starts_with("unix:")) return "http://localhost" + place.substr(place.rfind(':'));
  return "http://localhost";
}

Result<std::string> folder_of(const base::Config& config) {
  if (const auto& named = config.text("server.folder"); !named.empty()) return named;
  const auto url = TRY(store_url(config));
  if (url.backend != store::Backend::sqlite) return data_folder() + "/server";
  const auto slash = url.target.rfind('/');
  return (slash == std::string::npos ? std::string(".") : url.target.substr(0, slash)) + "/server";
}

// What settings say together.
Result<> check_together(const base::Config& config, const ServerSettings& settings) {
  const auto wrong = [&](std::string_view key, std::string what,
                         std::string hint) -> std::unexpected<base::Error> {
    return std::unexpected(
        of_setting(config, key, {ErrorKind::config, std::move(what), {}, std::move(hint)}));
  };
  if (settings.certificate.empty() && !settings.key.empty())
    return wrong("server.tls_key", "is set without a certificate", "set server.tls_certificate, too");
  const bool clear = settings.certificate.empty();
  for (const auto& place : settings.listen)
    if (is_public(place) && clear && !settings.behind_proxy)
      return wrong(
          "server.listen",
          fmt::format("{} is reached by others, and passwords would go there in clear", place),
          "set server.tls_certificate; or put a proxy with TLS in front and set server.behind_proxy");
  for (const auto& place : settings.public_listen) {
    if (std::ranges::find(settings.listen, place) != settings.listen.end() && !place.ends_with(":0"))
      return wrong("server.public_listen", fmt::format("{} is the console's place", place),
                   "name another port: strangers must not reach the console");
    if (is_public(place) && clear && !settings.behind_proxy)
      return wrong(
          "server.public_listen", fmt::format("{} would be answered in clear", place),
          "set server.tls_certificate; or put a proxy with TLS in front and set server.behind_proxy");
  }
  if (settings.behind_proxy && settings.proxies.empty())
    return wrong("server.behind_proxy", "needs to know which proxy",
                 "name its address in server.trusted_proxies, so that a visitor's address is his own");
  if (settings.idle > settings.absolute)
    return wrong("server.session_idle", "is longer than server.session_absolute",
                 "a session that may be idle for longer than it may last is never idle");
  const bool named = !config.text("server.public_url").empty();
  if (named && settings.public_url.starts_with("http://") && !clear)
    return wrong("server.public_url", "begins with http://, and server.tls_certificate is set",
                 "write https://");
  if (!named && std::ranges::any_of(settings.listen, is_public))
    return wrong("server.public_url", "has to be set where others reach the console",
                 "such as https://rampart.bank.example: passkeys are bound to that name");
  return {};
}

}  // namespace

std::span<const Setting> settings() { return kSettings; }

std::string_view to_string(Role role) {
  switch (role) {
    case Role::api:
      return "api";
    case Role::guard:
      return "guard";
    case Role::worker:
      break;
  }
  return "worker";
}

bool ServerSettings::has(Role role) const { return std::ranges::find(roles, role) != roles.end(); }

base::Error of_setting(const base::Config& config, std::string_view key, base::Error error) {
  const auto& origin = config.origin(key);
  error.what = fmt::format("{} {}", key, error.what);
  error.where = origin.from == base::Origin::From::standard ? std::string() : origin.where;
  return error;
}

Result<ServerSettings> read_server_settings(const base::Config& config) {
  ServerSettings out;
  const auto& role = config.text("server.role");
  for (const auto one : {Role::api, Role::guard, Role::worker})
    if (role == "all" || role == to_string(one)) out.roles.push_back(one);
  out.listen = config.list("server.listen");
  out.public_listen = config.list("server.public_listen");
  out.public_url = config.text("server.public_url");
  if (out.public_url.empty()) out.public_url = local_url(out.listen);
  out.proxies = TRY(networks(config, "server.trusted_proxies"));
  out.metrics_from = TRY(networks(config, "server.metrics_from"));
  if (config.text("server.proxy_field") == "forwarded") out.proxy_field = net::http::ForwardField::forwarded;
  out.behind_proxy = config.boolean("server.behind_proxy");
  out.certificate = config.text("server.tls_certificate");
  out.key = config.text("server.tls_key");
  out.folder = TRY(folder_of(config));
  out.threads = static_cast<std::size_t>(config.integer("server.threads"));
  out.connections = static_cast<std::size_t>(config.integer("server.connections"));
  out.connections_of_address = static_cast<std::size_t>(config.integer("server.connections_per_address"));
  out.idle = std::chrono::ceil<std::chrono::minutes>(config.duration("server.session_idle"));
  out.absolute = std::chrono::ceil<std::chrono::minutes>(config.duration("server.session_absolute"));
  out.breached_passwords = config.text("server.breached_passwords");
  const auto seconds = [&](std::string_view key) {
    return std::chrono::ceil<std::chrono::seconds>(config.duration(key));
  };
  out.grace = seconds("server.grace");
  out.report_every = seconds("server.report_every");
  out.digest_every = seconds("server.digest_every");
  out.rotate_every = seconds("server.rotate_every");
  out.json_log = config.text("server.log") == "json";
  TRY(check_together(config, out));
  return out;
}

}  // namespace rampart::server
