#include "reports/mailbox/settings.h"

#include <array>

#include "base/text.h"
#include "dns/domain.h"
#include "net/imap/client.h"
#include "net/imap/command.h"
#include "net/outgoing.h"

namespace rampart::reports {
namespace {

using base::Setting;
using base::SettingType;

constexpr std::array<std::string_view, 2> kTls{"implicit", "starttls"};
constexpr std::array<std::string_view, 2> kDone{"move", "flag"};

std::string check_user(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) return "holds a control character";
  }
  return {};
}
std::string check_mailbox(std::string_view text) {
  if (text.empty() || !check_user(text).empty() || net::imap::mailbox_name(text).empty())
    return "is no name of a mailbox";
  return text.find_first_of("*%") == std::string_view::npos ? "" : "holds * or %, which stand for any name";
}
std::string check_id(std::string_view text) { return dns::parse_domain(text) ? "" : "is not a host's name"; }

constexpr std::array kSettings{
    Setting{
        .key = "reports.authserv_ids",
        .type = SettingType::list,
        .standard = "[]",
        .brief = "The names with which your own mail servers sign Authentication-Results",
        .detail = "What such a server found when a report's mail came counts as much as its signature, where "
                  "the field is the topmost "
                  "of its kind. Name only servers that take fields with their name out of what strangers "
                  "send (RFC 8601 section 5).",
        .option = "--authserv-id",
        .value_name = "NAME",
        .max = 16,
        .example = R"(["mx.bank.example"])",
        .check = check_id,
    },
    Setting{
        .key = "reports.imap_server",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "The IMAP server with the mailbox that reports come to, HOST or HOST:PORT",
        .detail = "Port 993, or 143 with reports.imap_tls = \"starttls\", when none is named.",
        .option = "--imap",
        .value_name = "HOST[:PORT]",
        .example = R"("mail.bank.example")",
        .check = net::check_server_setting,
    },
    Setting{
        .key = "reports.imap_tls",
        .type = SettingType::text,
        .standard = "\"implicit\"",
        .brief = "How the connection to the IMAP server is protected",
        .detail = "implicit is TLS from the first byte; starttls is required, not tried. TLS is 1.2 or "
                  "newer, and the certificate has to "
                  "be good for the host. There is no way without.",
        .choices = kTls,
    },
    Setting{
        .key = "reports.imap_user",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "The user at the IMAP server",
        .option = "--imap-user",
        .value_name = "USER",
        .example = R"("dmarc-reports@bank.example")",
        .check = check_user,
    },
    Setting{
        .key = "reports.imap_password_file",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "A file with the user's password; only its owner may read it",
        .example = R"("/etc/rampart/imap.password")",
    },
    Setting{
        .key = "reports.imap_token_file",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "A file with an OAuth 2.0 access token, instead of a password; only its owner may read it",
        .detail = "It is read anew for every connection, so that whatever renews the token only has to write "
                  "the file. It goes to this "
                  "server alone, as OAUTHBEARER or else as XOAUTH2.",
        .example = R"("/run/rampart/imap.token")",
    },
    Setting{
        .key = "reports.imap_mailbox",
        .type = SettingType::text,
        .standard = "\"INBOX\"",
        .brief = "The mailbox that is read",
        .option = "--mailbox",
        .value_name = "NAME",
        .check = check_mailbox,
    },
    Setting{
        .key = "reports.imap_done",
        .type = SettingType::text,
        .standard = "\"move\"",
        .brief = "What becomes of a mail once its reports are in the store: move or flag",
        .detail =
            "move puts it into reports.imap_done_mailbox, or, when no report could be read out of it, into "
            "reports.imap_aside_mailbox. flag leaves it where it is, with the keyword $RampartRead or "
            "$RampartAside.",
        .choices = kDone,
    },
    Setting{
        .key = "reports.imap_done_mailbox",
        .type = SettingType::text,
        .standard = "\"Rampart-Read\"",
        .brief = "The mailbox for mails that were read; made when it is not there",
        .check = check_mailbox,
    },
    Setting{
        .key = "reports.imap_aside_mailbox",
        .type = SettingType::text,
        .standard = "\"Rampart-Aside\"",
        .brief = "The mailbox for mails without a report that could be read; made when it is not there",
        .check = check_mailbox,
    },
    Setting{
        .key = "reports.imap_poll",
        .type = SettingType::duration,
        .standard = "\"5m\"",
        .brief = "How often a watched mailbox is looked at where the server does not tell of new mail (IDLE)",
        .min = 1'000,
        .max = 24LL * 3600 * 1000,
    },
};

}  // namespace

std::span<const Setting> mailbox_settings() { return kSettings; }

}  // namespace rampart::reports
