#include "reports/write/settings.h"

#include <array>

#include "dns/domain.h"
#include "mail/compose.h"
#include "net/outgoing.h"

namespace rampart::reports {
namespace {

using base::Setting;
using base::SettingType;

constexpr std::array<std::string_view, 3> kTls{"starttls", "implicit", "none"};
constexpr std::int64_t kHour = 3600LL * 1000;  // milliseconds

constexpr std::array kSettings{
    Setting{
        .key = "report_mail.organisation",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "The name of whoever writes reports, as they show it",
        .option = "--org",
        .value_name = "NAME",
        .example = R"("Ministry of Finance")",
    },
    Setting{
        .key = "report_mail.email",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "The address that reports come from, and that answers questions about them",
        .detail =
            "Its domain signs with its DKIM keys of the key folder, and has to pass DMARC (RFC 9990 section "
            "3.5.2).",
        .option = "--email",
        .value_name = "ADDRESS",
        .example = R"("dmarc@ministry.example")",
        .check = mail::check_address_setting,
    },
    Setting{
        .key = "report_mail.contact",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "More about whom to ask, such as a page",
        .option = "--contact",
        .value_name = "TEXT",
        .example = R"("https://ministry.example/dmarc")",
    },
    Setting{
        .key = "report_mail.submitter",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "The domain that received the mail; that of report_mail.email when empty",
        .detail = "It stands in the names of files and the subjects of mails.",
        .option = "--submitter",
        .value_name = "DOMAIN",
        .example = R"("mx.ministry.example")",
        .check = dns::check_domain_setting,
    },
    Setting{
        .key = "report_mail.server",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "The mail server that takes reports, HOST or HOST:PORT",
        .detail = "Port 587, or 465 with report_mail.tls = \"implicit\", when none is named.",
        .option = "--relay",
        .value_name = "HOST[:PORT]",
        .example = R"("mail.ministry.example:587")",
        .check = net::check_server_setting,
    },
    Setting{
        .key = "report_mail.tls",
        .type = SettingType::text,
        .standard = "\"starttls\"",
        .brief = "How the connection to the mail server is protected",
        .detail = "starttls is required, not tried; implicit is TLS from the first byte; both from TLS 1.2 "
                  "on. none is "
                  "for a server on this machine or a network that is trusted.",
        .choices = kTls,
    },
    Setting{
        .key = "report_mail.user",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "The user at the mail server; none when empty",
    },
    Setting{
        .key = "report_mail.password_file",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "A file with the user's password; only its owner may read it",
        .example = R"("/etc/rampart/report-mail.password")",
    },
    Setting{
        .key = "report_mail.hello",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "What EHLO says; the domain of report_mail.email when empty",
        .check = dns::check_domain_setting,
    },
    Setting{
        .key = "report_mail.retry_after",
        .type = SettingType::duration,
        .standard = "\"15m\"",
        .brief = "How long to wait before a report that was not taken, or whose destination is unknown, is "
                 "tried again",
        .detail = "Twice as long each time, up to four hours.",
        .min = 1'000,
        .max = 4 * kHour,
    },
    Setting{
        .key = "report_mail.give_up_after",
        .type = SettingType::duration,
        .standard = "\"5d\"",
        .brief = "How long a report is tried before it is given up",
        .detail = "As mail servers do (RFC 5321 section 4.5.4.1). What is given up is named.",
        .min = kHour,
        .max = 30 * 24 * kHour,
    },
};

}  // namespace

std::span<const Setting> write_settings() { return kSettings; }

}  // namespace rampart::reports
