#include "guard/release/settings.h"

#include <array>

#include "dns/domain.h"
#include "net/outgoing.h"

namespace rampart::guard {
namespace {

using base::Setting;
using base::SettingType;

constexpr std::array<std::string_view, 3> kTls{"starttls", "implicit", "none"};

constexpr std::array kSettings{
    Setting{
        .key = "guard.release_server",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "The mail server that takes released messages, HOST or HOST:PORT",
        .detail =
            "Port 587, or 465 with guard.release_tls = \"implicit\", when none is named. It may be the one "
            "that the guard works for: a released message carries a pass that the guard honours once.",
        .option = "--relay",
        .value_name = "HOST[:PORT]",
        .example = R"("127.0.0.1:25")",
        .check = net::check_server_setting,
    },
    Setting{
        .key = "guard.release_tls",
        .type = SettingType::text,
        .standard = "\"starttls\"",
        .brief = "How the connection to that server is protected",
        .detail =
            "starttls is required, not tried; implicit is TLS from the first byte; both from TLS 1.2 on. "
            "none is for a server on this machine or a network that is trusted.",
        .choices = kTls,
    },
    Setting{
        .key = "guard.release_user",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "The user at that server; none when empty",

    },
    Setting{
        .key = "guard.release_password_file",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "A file with that user's password; only its owner may read it",

        .example = R"("/etc/rampart/release.password")",
    },
    Setting{
        .key = "guard.release_hello",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "What EHLO says to that server; guard.authserv_id when empty",

        .check = dns::check_domain_setting,
    },
    Setting{
        .key = "guard.release_key_file",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "A file with 32 bytes in base64, by which the guard knows what was released",
        .detail =
            "Only its owner may read it. Without one the key is made of that in guard.seal_file. The guard "
            "and whoever releases need the same.",
        .example = R"("/etc/rampart/release.key")",
    },
};

}  // namespace

std::span<const Setting> release_settings() { return kSettings; }

}  // namespace rampart::guard
