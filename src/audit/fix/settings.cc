#include "audit/fix/settings.h"

#include <array>

#include "base/ip.h"

namespace rampart::audit::fix {
namespace {

using base::Setting;
using base::SettingType;

std::string check_server(std::string_view text) {
  return text.empty() || base::parse_endpoint(text, 53)
             ? ""
             : "is not ADDRESS or ADDRESS:PORT ([ADDRESS]:PORT for IPv6)";
}

constexpr std::array kSettings{
    Setting{
        .key = "fix.server",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "The zone's primary server, to which updates (RFC 2136) are sent",
        .detail = "It is never taken from the zone itself.",
        .option = "--server",
        .value_name = "ADDRESS[:PORT]",
        .example = R"("192.0.2.53")",
        .check = check_server,
    },
    Setting{
        .key = "fix.key_file",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "The file with the TSIG key that signs updates; only its owner may read it",
        .detail = "As tsig-keygen writes it: key \"NAME\" { algorithm hmac-sha256; secret \"BASE64\"; };",
        .option = "--key",
        .value_name = "FILE",
        .example = R"("/etc/rampart/update.key")",
    },
    Setting{
        .key = "fix.timeout",
        .type = SettingType::duration,
        .standard = "\"10s\"",
        .brief = "How long a name server may take to answer an update or a question about it",
        .min = 100,
        .max = 5LL * 60 * 1000,
    },
    Setting{
        .key = "fix.wait",
        .type = SettingType::duration,
        .standard = "\"2m\"",
        .brief = "How long to wait until every server of the zone serves a change",
        .option = "--wait",
        .min = 0,
        .max = 24LL * 3600 * 1000,
    },
};

}  // namespace

std::span<const Setting> settings() { return kSettings; }

}  // namespace rampart::audit::fix
