#include "audit/watch/settings.h"

#include <array>

#include "audit/watch/sinks.h"
#include "base/ip.h"
#include "dns/domain.h"
#include "mail/compose.h"
#include "net/outgoing.h"

namespace rampart::audit::watch {
namespace {

using base::Setting;
using base::SettingType;

constexpr std::array<std::string_view, 5> kLevels{"info", "low", "medium", "high", "critical"};
constexpr std::array<std::string_view, 2> kLanguages{"en", "ur"};
constexpr std::array<std::string_view, 3> kTls{"starttls", "implicit", "none"};

std::string check_resolver(std::string_view text) {
  return base::parse_endpoint(text, 53) ? "" : "is not ADDRESS or ADDRESS:PORT ([ADDRESS]:PORT for IPv6)";
}
std::string check_url(std::string_view text) {
  return text.empty() || net::check_https_url(text) ? "" : "is not an https:// URL without user and fragment";
}

constexpr std::array kSettings{
    Setting{
        .key = "watch.every",
        .type = SettingType::duration,
        .standard = "\"24h\"",
        .brief = "How often each domain is looked at",
        .detail =
            "Each has its own time within this, which a hash of its name gives, so that many are spread "
            "evenly. A look that was missed is caught up once.",
        .option = "--every",
        .min = 1'000,
        .max = 31LL * 24 * 3600 * 1000,
    },
    Setting{
        .key = "watch.confirm_after",
        .type = SettingType::duration,
        .standard = "\"10m\"",
        .brief = "How long after the first look a missing record is looked for again",
        .detail = "Only when it is missing then, too, and a second resolver agrees, is it told.",
        .min = 1'000,
        .max = 24LL * 3600 * 1000,
    },
    Setting{
        .key = "watch.second_resolvers",
        .type = SettingType::list,
        .standard = "[]",
        .brief = "The resolvers that must agree that a record is missing",
        .detail =
            "When empty, those of dns.resolvers but the first; with one alone, the zones' own name servers.",
        .option = "--second-resolver",
        .value_name = "ADDRESS[:PORT]",
        .max = 16,
        .example = R"(["192.0.2.54"])",
        .check = check_resolver,
    },
    Setting{
        .key = "watch.unknown_looks",
        .type = SettingType::integer,
        .standard = "3",
        .brief = "After how many looks in a row that brought no answer this is told",
        .unit = "looks",
        .min = 1,
        .max = 100,
    },
    Setting{
        .key = "watch.level",
        .type = SettingType::text,
        .standard = "\"low\"",
        .brief = "The least level of a finding that is told",
        .detail = "Changes of records are told whatever this says.",
        .option = "--level",
        .value_name = "LEVEL",
        .choices = kLevels,
    },
    Setting{
        .key = "watch.sinks",
        .type = SettingType::list,
        .standard = "[\"terminal\"]",
        .brief = "Where changes are told",
        .detail =
            "terminal prints text and json a JSON object a line; webhook posts such an object; mail sends a "
            "digest to each contact of the list.",
        .option = "--sink",
        .max = 4,
        .choices = kSinkNames,
        .example = R"(["json", "mail"])",
    },
    Setting{
        .key = "watch.json_file",
        .type = SettingType::text,
        .standard = "\"-\"",
        .brief = "The file that JSON lines are appended to; - for standard output",
    },
    Setting{
        .key = "watch.webhook_url",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "The https:// URL that changes are posted to",
        .example = R"("https://hooks.cert.example/rampart")",
        .check = check_url,
    },
    Setting{
        .key = "watch.webhook_secret_file",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "A file with the secret that signs what is posted; only its owner may read it",
        .detail = "The header Rampart-Signature holds t=TIME,v1=HEX: HMAC-SHA256 over the time, a dot and "
                  "the body.",
        .example = R"("/etc/rampart/webhook.secret")",
    },
    Setting{
        .key = "watch.webhook_private",
        .type = SettingType::boolean,
        .standard = "false",
        .brief = "Let the webhook be at an address that is not public",
    },
    Setting{
        .key = "watch.mail_server",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "The mail server that takes what is to be sent, HOST or HOST:PORT",
        .detail = "Port 587, or 465 with watch.mail_tls = \"implicit\", when none is named.",
        .example = R"("mail.cert.example:587")",
        .check = net::check_server_setting,
    },
    Setting{
        .key = "watch.mail_tls",
        .type = SettingType::text,
        .standard = "\"starttls\"",
        .brief = "How the connection to the mail server is protected",
        .detail = "starttls is required, not tried; implicit is TLS from the first byte; none is for a "
                  "server on this "
                  "machine or a network that is trusted.",
        .choices = kTls,
    },
    Setting{
        .key = "watch.mail_user",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "The user at the mail server; none when empty",
    },
    Setting{
        .key = "watch.mail_password_file",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "A file with the user's password; only its owner may read it",
        .example = R"("/etc/rampart/mail.password")",
    },
    Setting{
        .key = "watch.mail_hello",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "What EHLO says; the domain of watch.mail_from when empty",
        .check = dns::check_domain_setting,
    },
    Setting{
        .key = "watch.mail_from",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "The address that mail comes from",
        .example = R"("rampart@cert.example")",
        .check = mail::check_address_setting,
    },
    Setting{
        .key = "watch.mail_to",
        .type = SettingType::list,
        .standard = "[]",
        .brief = "Who is told of trouble with the watch, and of domains whose list names no contact",
        .max = 16,
        .example = R"(["soc@cert.example"])",
        .check = mail::check_address_setting,
    },
    Setting{
        .key = "watch.mail_contacts",
        .type = SettingType::boolean,
        .standard = "true",
        .brief = "Send each organisation's digest to its contact",
        .detail = "Without this, watch.mail_to gets everything.",
    },
    Setting{
        .key = "watch.digest",
        .type = SettingType::duration,
        .standard = "\"24h\"",
        .brief = "At most one digest goes to a contact in this time",
        .detail = "The first change is sent at once; what comes after it waits for the next digest.",
        .min = 1'000,
        .max = 31LL * 24 * 3600 * 1000,
    },
    Setting{
        .key = "watch.language",
        .type = SettingType::text,
        .standard = "\"en\"",
        .brief = "The language of digests",
        .detail = "A column named language in the list overrides it for a contact.",
        .option = "--language",
        .value_name = "LANGUAGE",
        .choices = kLanguages,
    },
    Setting{
        .key = "watch.retry_after",
        .type = SettingType::duration,
        .standard = "\"1m\"",
        .brief = "How long to wait before something is sent again that could not be sent",
        .detail = "Twice as long each time, up to four hours.",
        .min = 1'000,
        .max = 4LL * 3600 * 1000,
    },
    Setting{
        .key = "watch.mails_per_hour",
        .type = SettingType::integer,
        .standard = "1000",
        .brief = "The most mails that are sent in an hour",
        .detail = "What is over waits.",
        .unit = "mails",
        .min = 1,
        .max = 1'000'000,
    },
};

}  // namespace

std::span<const Setting> settings() { return kSettings; }

}  // namespace rampart::audit::watch
