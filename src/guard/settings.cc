#include "guard/settings.h"

#include <algorithm>
#include <array>
#include <thread>

#include <fmt/format.h>

#include "base/text.h"
#include "dns/domain.h"
#include "guard/inspect/settings.h"

namespace rampart::guard {
namespace {

using base::ErrorKind;
using base::Result;
using base::Setting;
using base::SettingType;

constexpr std::array<std::string_view, 2> kModes{"monitor", "enforce"};
constexpr std::array<std::string_view, 2> kBlocked{"quarantine", "reject"};
constexpr std::size_t kMaxListFiles = 16;
constexpr std::size_t kMaxNetworks = 1'000;
constexpr std::size_t kMaxDaemonRoles = 100;
constexpr std::size_t kMaxThreads = 64;
constexpr std::int64_t kDay = 24LL * 3600 * 1000;  // milliseconds

// What is wrong with a text, as a setting's check says it.
template <class T>
std::string fault(const Result<T>& parsed) {
  return parsed ? std::string() : parsed.error().what;
}

// A place, and the role of what comes there, where it is said.
struct ListenSetting {
  milter::ListenAddress address;
  std::optional<Role> role;
};
Result<ListenSetting> parse_listen_setting(std::string_view text) {
  constexpr std::string_view kRole = " role=";
  const auto at = text.find(kRole);
  ListenSetting out{.address = {}, .role = {}};
  const auto address = milter::parse_listen(base::trim(text.substr(0, at)));
  if (!address)
    return base::fail(ErrorKind::config, "is not inet:ADDRESS:PORT or unix:/PATH", {}, address.error().hint);
  out.address = *address;
  // A path takes any text, and a role that is misspelt would be part of it, and not hold.
  if (out.address.path.find_first_of(" \t\r\n") != std::string::npos)
    return base::fail(
        ErrorKind::config,
        "has a space in its path; behind it stands nothing but role=inbound, submission or local");
  if (at == std::string_view::npos) return out;
  const auto word = base::trim(text.substr(at + kRole.size()));
  out.role = parse_declared_role(word);
  if (!out.role)
    return base::fail(ErrorKind::config,
                      fmt::format("has role=\"{}\", which is no role to give: inbound, submission or local",
                                  base::excerpt(word, 80)));
  return out;
}
std::string check_listen(std::string_view text) { return fault(parse_listen_setting(text)); }
std::string check_daemon_role(std::string_view text) { return fault(parse_daemon_role(text)); }
std::string check_network(std::string_view text) {
  return parse_network(text) ? "" : "is no network, such as 192.0.2.0/24, nor an address";
}
std::string check_override(std::string_view text) { return fault(parse_override(text)); }

std::string check_whole_path(std::string_view text) {
  return text.starts_with('/') ? "" : "is no whole path, such as /etc/rampart/block.txt";
}
std::string check_enforcement(std::string_view text) { return fault(parse_enforcement(text)); }

std::string check_owners_file(std::string_view text) { return text.empty() ? "" : check_whole_path(text); }
std::string check_sealer(std::string_view text) {
  return text.empty() ? "" : dns::check_domain_setting(text);
}

// "NAME: VALUE", both of visible characters.
std::optional<std::pair<std::string_view, std::string_view>> parse_field(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto name = base::trim(text.substr(0, colon));
  const auto value = base::trim(text.substr(colon + 1));
  const bool visible = std::ranges::all_of(name, [](unsigned char c) { return c > ' ' && c < 0x7f; }) &&
                       std::ranges::all_of(value, [](unsigned char c) { return c >= ' ' && c < 0x7f; });
  return visible && !name.empty() && !value.empty() ? std::optional(std::pair(name, value)) : std::nullopt;
}
std::string check_field(std::string_view text) {
  return text.empty() || parse_field(text) ? "" : "is no field, such as X-OriginatorOrg: bank.example";
}

std::optional<unsigned> parse_mode(std::string_view text) {
  const bool octal = !text.empty() && text.size() <= 4 &&
                     std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '7'; });
  if (!octal) return std::nullopt;
  unsigned mode = 0;
  for (const char c : text) mode = mode * 8 + static_cast<unsigned>(c - '0');
  return mode <= 0777 ? std::optional(mode) : std::nullopt;
}
std::string check_mode(std::string_view text) {
  return parse_mode(text) ? "" : "is not the permissions of a file, such as 0660";
}

// A token of RFC 2045, or what a host's name may hold (RFC 8601 section 2.5).
std::string check_authserv_id(std::string_view text) {
  const auto allowed = [](char c) { return base::is_alnum(c) || c == '.' || c == '-' || c == '_'; };
  return text.size() <= 255 && std::ranges::all_of(text, allowed)
             ? ""
             : "is no authserv-id: letters, digits, dots and hyphens";
}

constexpr std::array kSettings{
    Setting{
        .key = "guard.listen",
        .type = SettingType::list,
        .standard = R"(["inet:127.0.0.1:8891"])",
        .brief = "Where the mail server finds the guard: inet:ADDRESS:PORT or unix:/PATH, role=ROLE behind",
        .detail = "Postfix's smtpd runs chrooted on Debian, and reaches a socket only below its queue "
                  "directory. rampart guard setup postfix prints what Postfix has to be told. Behind it may "
                  "stand role=inbound, submission or local: all that comes there is that, as with "
                  "guard.daemon_roles, before which it counts. No place is named twice.",
        .option = "--listen",
        .value_name = "ADDRESS",
        .min = 1,
        .max = 16,
        .example = R"(["inet:127.0.0.1:8891", "inet:127.0.0.1:8893 role=submission"])",
        .check = check_listen,
    },
    Setting{
        .key = "guard.daemon_roles",
        .type = SettingType::list,
        .standard = "[]",
        .brief = "What the mail server's services are for, NAME=ROLE, by the name that each goes by",
        .detail =
            "The name is {daemon_name}, in Postfix milter_macro_daemon_name of the service in master.cf; "
            "upper and lower case are the same. inbound: from outside, whoever comes, also who logged in. "
            "submission: from users, held to no "
            "policy; signed is only who logged in or is in guard.trusted_networks. local: what a content "
            "filter puts back, held to no policy and never signed. Who is let in at a service of the last "
            "two without being a user or a filter passes unexamined: have the mail server let in nobody "
            "else.",
        .max = kMaxDaemonRoles,
        .example = R"(["ORIGINATING=submission", "reinject=local"])",
        .check = check_daemon_role,
    },
    Setting{
        .key = "guard.socket_mode",
        .type = SettingType::text,
        .standard = "\"0660\"",
        .brief = "The permissions of unix sockets",
        .detail = "Who may write to a socket may connect to it: the mail server's user has to be in the "
                  "socket's group.",
        .check = check_mode,
    },
    Setting{
        .key = "guard.mode",
        .type = SettingType::text,
        .standard = "\"monitor\"",
        .brief = "Whether what the policy asks for is done, or only told",
        .detail =
            "monitor changes no message, delays none for long, and whatever goes wrong lets mail through. "
            "enforce rejects, quarantines and puts off; whatever goes wrong there is a temporary failure, "
            "so that nothing passes unexamined.",
        .option = "--mode",
        .choices = kModes,
    },
    Setting{
        .key = "guard.authserv_id",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "By what name our Authentication-Results fields go; guard.HOSTNAME when empty",
        .detail =
            "Fields of this name that came with a message are forged, and are removed. So it has to differ "
            "from the name that other filters on this machine use, which is the host's.",
        .option = "--authserv-id",
        .value_name = "NAME",
        .example = R"("guard.mx.bank.example")",
        .check = check_authserv_id,
    },
    Setting{
        .key = "guard.trusted_networks",
        .type = SettingType::list,
        .standard = "[]",
        .brief = "Networks whose machines send as users of ours do, such as printers",
        .detail =
            "Their mail is held to no policy. Clients that authenticate themselves to the mail server need "
            "not be named.",
        .max = kMaxNetworks,
        .example = R"(["192.0.2.0/24"])",
        .check = check_network,
    },
    Setting{
        .key = "guard.trusted_relays",
        .type = SettingType::list,
        .standard = "[]",
        .brief = "Machines that take mail from outside for us: a secondary MX, a load balancer, a filter",
        .detail = "SPF is then about whom they had the message from, which their Received fields say.",
        .max = kMaxNetworks,
        .example = R"(["198.51.100.7"])",
        .check = check_network,
    },
    Setting{
        .key = "guard.sign",
        .type = SettingType::boolean,
        .standard = "false",
        .brief = "Sign what users of ours write (DKIM), in both modes",
        .detail =
            "With the keys of the key folder (dkim.keys): those that its signing table names for the author, "
            "or, without a table, those of the author's domain. A key that has to sign and cannot be "
            "read: the message is put off in mode enforce, and goes unsigned in mode monitor.",
    },
    Setting{
        .key = "guard.senders_file",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "The file that says in whose name each user may write; not known when empty",
        .detail =
            "A line has the name that a user logs in with, or the network of a machine that does not, then "
            "addresses, @DOMAIN or *; # begins a comment. Who writes in a name that is not his is told of. A "
            "file "
            "that changes counts within a second.",
        .value_name = "FILE",
        .example = R"("/etc/rampart/senders.txt")",
        .check = check_owners_file,
    },
    Setting{
        .key = "guard.sign_unowned",
        .type = SettingType::boolean,
        .standard = "true",
        .brief = "Sign also what is written in a name that guard.senders_file does not give to its writer",
        .detail = "When false, who has no line there is not signed for, and the guard does not begin without "
                  "that file.",
    },
    Setting{
        .key = "guard.gateway_networks",
        .type = SettingType::list,
        .standard = "[]",
        .brief = "Networks of mail systems behind this machine that send out through it, such as Exchange",
        .detail =
            "What they send to others than guard.relay_domains is signed as that of users, and held to no "
            "policy. Networks of a hosted service are its other customers', too: see "
            "guard.gateway_field.",
        .max = kMaxNetworks,
        .example = R"(["192.0.2.25"])",
        .check = check_network,
    },
    Setting{
        .key = "guard.gateway_field",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief =
            "A field that messages from guard.gateway_networks must have to count as ours; none when empty",
        .detail = "Without one, whoever else the service at those networks lets send has his mail signed in "
                  "your name. "
                  "The service has to remove it from what its other customers write.",
        .value_name = "FIELD",
        .example = R"("X-OriginatorOrg: bank.example")",
        .check = check_field,
    },
    Setting{
        .key = "guard.relay_domains",
        .type = SettingType::list,
        .standard = "[]",
        .brief = "Domains whose mail is handed on to a system behind this machine, such as Exchange",
        .detail =
            "With everything below them. It is held to policy here, and ARC-sealed as guard.arc_domain.",
        .max = kMaxOverrides,
        .example = R"(["bank.example"])",
        .check = dns::check_domain_setting,
    },
    Setting{
        .key = "guard.arc_domain",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief =
            "The domain that seals mail for guard.relay_domains (ARC), in both modes; no seals when empty",
        .detail =
            "Its keys are in the key folder (dkim.keys). The system behind has to trust it as a sealer.",
        .value_name = "DOMAIN",
        .example = R"("bank.example")",
        .check = check_sealer,
    },
    Setting{
        .key = "guard.trusted_sealers",
        .type = SettingType::list,
        .standard = "[]",
        .brief = "Domains whose ARC seals are believed when they say that a message passed DMARC",
        .max = kMaxNetworks,
        .example = R"(["lists.example"])",
        .check = dns::check_domain_setting,
    },
    Setting{
        .key = "guard.trusted_milters",
        .type = SettingType::list,
        .standard = "[]",
        .brief = "By what names the Authentication-Results fields go of filters that have each message "
                 "before the guard",
        .detail =
            "opendkim, opendmarc and rspamd use the host's name. What they found out is told with the "
            "message "
            "(rampart trace, rampart scan) and decides nothing. Name only filters that take out what others "
            "forge in their name, and never the guard itself (guard.authserv_id).",
        .max = kMaxNetworks,
        .example = R"(["mx.bank.example"])",
        .check = check_authserv_id,
    },
    Setting{
        .key = "guard.own_domains",
        .type = SettingType::list,
        .standard = "[]",
        .brief = "Domains of ours: mail from outside in their name that is not authenticated is told of",
        .detail = "With everything below them.",
        .max = kMaxOverrides,
        .example = R"(["bank.example"])",
        .check = dns::check_domain_setting,
    },
    Setting{
        .key = "guard.enforced_domains",
        .type = SettingType::list,
        .standard = "[]",
        .brief =
            "Domains of ours whose name is not to be used from outside, whatever their DMARC record says",
        .detail = "Unauthenticated mail from outside in their name is quarantined, and rejected where their "
                  "record says p=reject. Have a look at what guard.own_domains tells first.",
        .max = kMaxOverrides,
        .example = R"(["bank.example"])",
        .check = dns::check_domain_setting,
    },
    Setting{
        .key = "guard.overrides",
        .type = SettingType::list,
        .standard = "[]",
        .brief = "Exceptions: accept or enforce, for whom, and why",
        .detail =
            "Each is accept (whatever DMARC asks for) or enforce (p=reject rejects without a second fact), "
            "then at least one of from=DOMAIN, mail_from=ADDRESS or mail_from=@DOMAIN, "
            "network=NETWORK, which all have to hold; then, as needed, until=DAY and by=WHO; and last "
            "reason=TEXT. The first that matches counts, and every event that it decides names it.",
        .max = kMaxOverrides,
        .example = R"(["accept from=partner.example network=192.0.2.0/24 until=2026-12-31 by=soc )"
                   R"(reason=their relay breaks signatures"])",
        .check = check_override,
    },
    Setting{
        .key = "guard.block_files",
        .type = SettingType::list,
        .standard = "[]",
        .brief = "Files of whom to block: an address, a domain or a network a line",
        .detail = "Behind it may stand until=DAY, by=WHO and, last, reason=TEXT; # begins a comment. It is "
                  "looked for as "
                  "author, as envelope sender and as client. A file that changes counts within a second.",
        .max = kMaxListFiles,
        .example = R"(["/etc/rampart/block.txt"])",
        .check = check_whole_path,
    },
    Setting{
        .key = "guard.allow_files",
        .type = SettingType::list,
        .standard = "[]",
        .brief = "Files of whom to let through, as guard.block_files are written",
        .detail = "A network counts as it is; a domain or an address only where it is proven: the author's "
                  "by DMARC, the "
                  "envelope sender's by SPF. It lifts blocks, too. For senders who cannot prove who they are "
                  "there is "
                  "guard.overrides.",
        .max = kMaxListFiles,
        .example = R"(["/etc/rampart/allow.txt"])",
        .check = check_whole_path,
    },
    Setting{
        .key = "guard.blocked",
        .type = SettingType::text,
        .standard = "\"quarantine\"",
        .brief = "What is done with mail of whom is blocked",
        .choices = kBlocked,
    },
    Setting{
        .key = "guard.enforce",
        .type = SettingType::list,
        .standard = "[]",
        .brief = "For whom mode enforce does what the policy asks for; for everybody when empty",
        .detail = "Each is at least one of to=DOMAIN (of recipients, with everything below it), "
                  "action=quarantine|tempfail|reject (quarantine takes rejects, too, as quarantines), "
                  "signal=CODE (a cause "
                  "that rampart guard policy names) and percent=1..100 (of messages; the same ones when they "
                  "are tried "
                  "again, and the same and more when it is raised), which all have to hold. Where several "
                  "hold, the "
                  "strictest counts. What none covers is let through, and told of.",
        .max = kMaxEnforcements,
        .example =
            R"(["to=bank.example action=quarantine", "to=shop.example signal=dmarc-reject percent=10"])",
        .check = check_enforcement,
    },
    Setting{
        .key = "guard.quarantine",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "The folder of quarantined messages; enforce mode needs it",
        .detail = "Only its owner may look into it. What is in it is listed in the store (store.url).",
        .option = "--quarantine",
        .value_name = "DIR",
        .example = R"("/var/lib/rampart/quarantine")",
    },
    Setting{
        .key = "guard.seal_file",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief =
            "The file with the key under which quarantined messages are encrypted; without it they are not",
        .detail = "32 random bytes in base64: (umask 077; head -c 32 /dev/urandom | base64 > FILE). Only its "
                  "owner may read it.",
        .value_name = "FILE",
        .example = R"("/etc/rampart/guard.seal")",
    },
    Setting{
        .key = "guard.quarantine_entries",
        .type = SettingType::integer,
        .standard = "20000",
        .brief = "The most messages that are kept for one recipient domain at a time",
        .detail = "Past it, what would be quarantined is put off (451).",
        .unit = "messages",
        .min = 1,
        .max = 100'000'000,
    },
    Setting{
        .key = "guard.quarantine_size",
        .type = SettingType::integer,
        .standard = "10240",
        .brief = "The most that quarantined messages may come to, as they came",
        .unit = "MiB",
        .min = 1,
        .max = 1'000'000'000,
    },
    Setting{
        .key = "guard.quarantine_keep",
        .type = SettingType::duration,
        .standard = "\"30d\"",
        .brief = "How long a message stays in quarantine",
        .min = 3600LL * 1000,
        .max = 3660 * kDay,
    },
    Setting{
        .key = "guard.keep_events",
        .type = SettingType::duration,
        .standard = "\"90d\"",
        .brief = "How long the store keeps what became of each message",
        .min = 3600LL * 1000,
        .max = 3660 * kDay,
    },
    Setting{
        .key = "guard.remember_correspondents",
        .type = SettingType::boolean,
        .standard = "true",
        .brief = "Whether the store keeps who writes to whom, by their addresses, to know who is new",
        .detail = "For 400 days since they last wrote to each other. When false, what was kept is taken out "
                  "of the store at "
                  "the next start, and nothing is known of who is new.",
    },
    Setting{
        .key = "guard.reports",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "A folder for what the owners of domains are told of their mail; none when empty",
        .detail =
            "The results of each day, of which rampart reports write --output DIR makes aggregate reports. "
            "Results are kept for 14 days.",
        .example = R"("/var/lib/rampart/reports")",
    },
    Setting{
        .key = "guard.failure_reports",
        .type = SettingType::boolean,
        .standard = "false",
        .brief = "Tell owners who ask for it (ruf) of single messages that failed, without people's names",
        .detail = "They wait in the folder guard.reports until rampart reports write --send sends them (RFC "
                  "9991). Ask "
                  "whoever looks after privacy first.",
    },
    Setting{
        .key = "guard.http_listen",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief =
            "Where the guard answers HTTP: /metrics for Prometheus, POST /api/v1/scan, GET /api/v1/events, "
            "and the links of digests; nowhere when empty",
        .detail = "An address of this machine alone, as there is no TLS: put a proxy before it where others "
                  "are to reach it.",
        .option = "--http-listen",
        .value_name = "ADDRESS",
        .example = R"("127.0.0.1:8892")",
    },
    Setting{
        .key = "guard.api_token_file",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief =
            "The file with the token that /api/v1/scan and /api/v1/events ask for; nobody may when empty",
        .detail = "At least 16 characters, such as 32 random bytes in base64: (umask 077; head -c 32 "
                  "/dev/urandom | base64 > "
                  "FILE). Only its owner may read it.",
        .value_name = "FILE",
        .example = R"("/etc/rampart/api.token")",
    },
    Setting{
        .key = "guard.messages_in_flight",
        .type = SettingType::integer,
        .standard = "500",
        .brief = "How many messages are looked at at the same time, on all threads together",
        .detail =
            "Past it a message waits for a little, and is then let through (monitor) or put off (enforce).",
        .unit = "messages",
        .min = 1,
        .max = 1'000'000,
    },
    Setting{
        .key = "guard.threads",
        .type = SettingType::integer,
        .standard = "0",
        .brief = "How many threads work; 0 for one on each processor",
        .option = "--threads",
        .unit = "threads",
        .max = kMaxThreads,
    },
};

// One word of an override into it; false when it is none.
bool take_word(Override& rule, std::string_view name, std::string_view value) {
  if (value.empty()) return false;
  if (name == "from") {
    auto domain = dns::parse_domain(value);
    if (!domain) return false;
    rule.author = *std::move(domain);
  } else if (name == "mail_from") {
    if (value.find('@') == std::string_view::npos) return false;
    rule.mail_from = base::lower(value);
  } else if (name == "network") {
    const auto network = parse_network(value);
    if (!network) return false;
    rule.network = network->address;
    rule.prefix = network->prefix;
  } else if (name == "until") {
    const auto day = base::parse_time(std::string(value) + "T00:00:00Z");
    if (!day) return false;
    rule.until = *day + std::chrono::days(1);
  } else if (name == "by") {
    rule.by = value;
  } else {
    return false;
  }
  return true;
}

std::vector<dns::Name> names_of(const base::Config& config, std::string_view key) {
  std::vector<dns::Name> out;
  for (const auto& text : config.list(key))
    out.push_back(*dns::parse_domain(text));  // its check has passed it
  return out;
}

std::vector<Network> networks_of(const base::Config& config, std::string_view key) {
  std::vector<Network> out;
  for (const auto& text : config.list(key)) out.push_back(*parse_network(text));
  return out;
}

Rules read_rules(const base::Config& config) {
  Rules out;
  for (const auto& text : config.list("guard.listen")) {
    const auto one = *parse_listen_setting(text);
    if (one.role) out.roles.listeners.push_back({.name = one.address.text(), .role = *one.role});
  }
  for (const auto& text : config.list("guard.daemon_roles"))
    out.roles.daemons.push_back(*parse_daemon_role(text));
  out.roles.trusted = networks_of(config, "guard.trusted_networks");
  out.roles.relays = networks_of(config, "guard.trusted_relays");
  out.roles.gateway.networks = networks_of(config, "guard.gateway_networks");
  out.roles.gateway.domains = names_of(config, "guard.relay_domains");
  if (const auto field = parse_field(config.text("guard.gateway_field"))) {
    out.roles.gateway.field = field->first;
    out.roles.gateway.value = field->second;
  }
  out.signing.sign = config.boolean("guard.sign");
  out.signing.sign_unowned = config.boolean("guard.sign_unowned");
  if (const auto& sealer = config.text("guard.arc_domain"); !sealer.empty())
    out.signing.sealer = *dns::parse_domain(sealer);
  out.local.trusted_sealers = names_of(config, "guard.trusted_sealers");
  out.local.trusted_milters = config.list("guard.trusted_milters");
  for (const auto& domain : names_of(config, "guard.enforced_domains"))
    out.local.own.push_back({.domain = domain, .enforced = true});
  for (const auto& domain : names_of(config, "guard.own_domains")) {
    const bool known =
        std::ranges::any_of(out.local.own, [&](const OwnDomain& own) { return own.domain == domain; });
    if (!known) out.local.own.push_back({.domain = domain, .enforced = false});
  }
  for (const auto& text : config.list("guard.overrides"))
    out.local.overrides.push_back(*parse_override(text));
  out.local.reject_blocked = config.text("guard.blocked") == "reject";
  for (const auto& text : config.list("guard.enforce")) out.enforcement.push_back(*parse_enforcement(text));
  return out;
}

// One name has one role, or none, in whatever case it is written.
Result<> check_once(const std::vector<std::string>& names, std::string_view key) {
  for (auto at = names.begin(); at != names.end(); ++at)
    if (std::any_of(names.begin(), at, [&](const auto& before) { return base::iequals(before, *at); }))
      return base::fail(ErrorKind::config, fmt::format("names {} twice", base::printable(*at)),
                        std::string(key), "leave one of them");
  return {};
}

// What is ours in a message is ours of before, or forged, and taken out.
Result<> check_milters(const Settings& settings) {
  for (const auto& name : settings.rules.local.trusted_milters)
    if (base::iequals(name, settings.authserv_id))
      return base::fail(
          ErrorKind::config,
          fmt::format("names {}, which is the guard's own name (guard.authserv_id)", base::printable(name)),
          "guard.trusted_milters", "name other filters only, or give the guard another name");
  return {};
}

}  // namespace

std::span<const Setting> settings() { return kSettings; }

Result<Override> parse_override(std::string_view text) {
  const auto wrong = [](std::string_view what) {
    return base::fail(ErrorKind::config, std::string(what), {}, "rampart config explain guard.overrides");
  };
  Override out;
  auto rest = base::trim(text);
  const auto next_word = [&] {
    const auto word = rest.substr(0, rest.find(' '));
    rest = base::trim(rest.substr(word.size()));
    return word;
  };
  const auto says = next_word();
  if (says != "accept" && says != "enforce") return wrong("does not begin with accept or enforce");
  out.says = says == "accept" ? Override::Says::accept : Override::Says::enforce;
  while (!rest.empty() && !rest.starts_with("reason=")) {
    const auto word = next_word();
    const auto equals = word.find('=');
    if (equals == std::string_view::npos || !take_word(out, word.substr(0, equals), word.substr(equals + 1)))
      return wrong(
          fmt::format("has \"{}\", which is no from=DOMAIN, mail_from=ADDRESS, network=NETWORK, "
                      "until=YEAR-MONTH-DAY or by=WHO",
                      base::excerpt(word, 80)));
  }
  if (!out.author && out.mail_from.empty() && !out.network)
    return wrong("names nobody: from=, mail_from= or network= is needed");
  if (!rest.starts_with("reason=")) return wrong("ends in no reason=TEXT");
  out.reason = base::trim(rest.substr(std::string_view("reason=").size()));
  if (out.reason.empty()) return wrong("has an empty reason");
  if (out.by.empty()) out.by = "the configuration";
  return out;
}

Result<Settings> read_settings(const base::Config& config, std::string_view host) {
  Settings out;
  for (const auto& text : config.list("guard.listen"))
    out.listen.push_back(TRY(parse_listen_setting(text)).address);
  out.socket_mode = *parse_mode(config.text("guard.socket_mode"));
  out.mode = config.text("guard.mode") == "enforce" ? Mode::enforce : Mode::monitor;
  out.authserv_id = config.text("guard.authserv_id");
  if (out.authserv_id.empty()) out.authserv_id = fmt::format("guard.{}", host);
  out.rules = read_rules(config);
  std::vector<dns::Name> own = out.rules.roles.gateway.domains;
  for (const auto& one : out.rules.local.own) own.push_back(one.domain);
  const auto inspect = TRY(read_inspect_settings(config, std::move(own)));
  out.rules.inspection = inspect.rules;
  out.look_workers = inspect.workers;
  out.yara_rules = inspect.yara_rules;
  out.clamd = inspect.clamd;
  const auto names_of_roles = [](const auto& all, const auto& name) {
    std::vector<std::string> names;
    names.reserve(all.size());
    for (const auto& one : all) names.push_back(name(one));
    return names;
  };
  TRY(check_once(names_of_roles(out.rules.roles.daemons, [](const auto& one) { return one.name; }),
                 "guard.daemon_roles"));
  TRY(check_once(names_of_roles(out.listen, [](const auto& one) { return one.text(); }), "guard.listen"));
  TRY(check_milters(out));
  out.rules.mode = out.mode;
  out.block_files = config.list("guard.block_files");
  out.allow_files = config.list("guard.allow_files");
  out.senders_file = config.text("guard.senders_file");
  if (out.rules.signing.sign && !out.rules.signing.sign_unowned && out.senders_file.empty())
    return base::fail(ErrorKind::config, "signs nothing, as no file says in whose name users may write",
                      "guard.sign_unowned", "name it: guard.senders_file");
  if (out.rules.signing.sealer && out.rules.roles.gateway.domains.empty())
    return base::fail(ErrorKind::config, "seals nothing, as guard.relay_domains names nobody",
                      "guard.arc_domain", "name the domains whose mail is handed on: guard.relay_domains");
  out.quarantine = config.text("guard.quarantine");
  if (!out.quarantine.empty() && !out.quarantine.starts_with('/'))
    return base::fail(ErrorKind::config, "must be a whole path, such as /var/lib/rampart/quarantine",
                      "guard.quarantine", "rampart config explain guard.quarantine");
  out.seal_file = config.text("guard.seal_file");
  out.limits.entries_of_domain = static_cast<std::uint64_t>(config.integer("guard.quarantine_entries"));
  out.limits.bytes = static_cast<std::uint64_t>(config.integer("guard.quarantine_size")) << 20U;
  out.limits.keep = std::chrono::floor<std::chrono::hours>(config.duration("guard.quarantine_keep"));
  out.keep_events = std::chrono::floor<std::chrono::seconds>(config.duration("guard.keep_events"));
  out.remember_correspondents = config.boolean("guard.remember_correspondents");
  out.reports = config.text("guard.reports");
  out.failure_reports = config.boolean("guard.failure_reports");
  if (out.failure_reports && out.reports.empty())
    return base::fail(ErrorKind::config, "has no folder to put them in", "guard.failure_reports",
                      "name it: guard.reports");
  out.http_listen = config.text("guard.http_listen");
  out.api_token_file = config.text("guard.api_token_file");
  out.in_flight = static_cast<std::size_t>(config.integer("guard.messages_in_flight"));
  out.threads = static_cast<std::size_t>(config.integer("guard.threads"));
  if (out.threads == 0)
    out.threads = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kMaxThreads);
  return out;
}

}  // namespace rampart::guard
