#include "reports/sources/settings.h"

#include <array>

#include "dns/domain.h"

namespace rampart::reports {
namespace {

using base::Setting;
using base::SettingType;

std::string check_domain(std::string_view text) {
  return dns::parse_domain(text) ? "" : "is not a domain name";
}
std::string check_file(std::string_view text) { return text.empty() ? "names no file" : ""; }

constexpr std::array kSettings{
    Setting{
        .key = "reports.own_domains",
        .type = SettingType::list,
        .standard = "[]",
        .brief = "Other domains of yours: a server whose reverse name is in one of them is your own",
        .detail =
            "The domain that reports are read of, and what is below its organisation, is yours without this.",
        .option = "--own-domain",
        .value_name = "DOMAIN",
        .max = 1000,
        .example = R"(["bank-mail.example"])",
        .check = check_domain,
    },
    Setting{
        .key = "reports.providers",
        .type = SettingType::list,
        .standard = "[]",
        .brief = "Files with senders of your own, in the form of the built-in registry",
        .detail = "docs/sources.md has the form. An entry takes the place of a built-in one with its id.",
        .option = "--providers",
        .value_name = "FILE",
        .max = 20,
        .example = R"(["/etc/rampart/providers.toml"])",
        .check = check_file,
    },
    Setting{
        .key = "reports.reporters",
        .type = SettingType::list,
        .standard = "[]",
        .brief =
            "Receivers whose verified reports rampart advise goes by, beside the large ones that it knows",
        .detail = "By the domain that rampart advise shows. Anybody can send a report of his own domain, so "
                  "name those whom you "
                  "know, and none in whose domain strangers have addresses. Reports that you import as files "
                  "always count.",
        .option = "--reporter",
        .value_name = "DOMAIN",
        .max = 1000,
        .example = R"(["mx.isp.example"])",
        .check = check_domain,
    },
    Setting{
        .key = "reports.asn_database",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief =
            "A database of autonomous systems in MaxMind's format (.mmdb), for the network of an address",
        .detail =
            "GeoLite2-ASN, DB-IP's and IPinfo's are read. A network is shown beside a source; it names none.",
        .option = "--asn-database",
        .value_name = "FILE",
        .example = R"("/var/lib/GeoIP/GeoLite2-ASN.mmdb")",
    },
    Setting{
        .key = "reports.lookups",
        .type = SettingType::integer,
        .standard = "2000",
        .brief = "The most addresses of a domain that DNS is asked about in one run",
        .detail = "Those with most messages come first; how many were left out is said.",
        .option = "--lookups",
        .unit = "addresses",
        .min = 0,
        .max = 100'000,
    },
};

}  // namespace

std::span<const Setting> source_settings() { return kSettings; }

}  // namespace rampart::reports
