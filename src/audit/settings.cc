#include "audit/settings.h"

#include "audit/profile/profile.h"
#include "audit/selectors.h"
#include "dns/domain.h"

namespace rampart::audit {
namespace {

using base::Setting;
using base::SettingType;

constexpr std::array<std::string_view, 6> kLevels{"critical", "high", "medium", "low", "info", "never"};
constexpr std::array<std::string_view, 2> kProbes{"https", "smtp"};

std::string check_name(std::string_view text) {
  return dns::parse_domain(text) ? "" : "is not a domain name";
}

// A selector is one or more labels below _domainkey (RFC 6376 3.1).
std::string check_selector(std::string_view text) {
  if (text.find("_domainkey") != std::string_view::npos)
    return "is more than a selector: leave out ._domainkey and what follows";
  return is_selector(text) ? ""
                           : "is not a selector, which is letters, digits, - and _, such as s1 or mail2026";
}

constexpr std::array kSettings{
    Setting{
        .key = "audit.fail_on",
        .type = SettingType::text,
        .standard = "\"high\"",
        .brief = "Exit with 1 when a finding is at or above this level",
        .detail = "The finding's effective level counts: what a stranger can do, which may be less than the "
                  "severity that the "
                  "advisory gives the weakness. With never the exit status tells of findings no more.",
        .option = "--fail-on",
        .value_name = "LEVEL",
        .choices = kLevels,
    },
    Setting{
        .key = "audit.max_unknown",
        .type = SettingType::integer,
        .standard = "0",
        .brief = "Exit with 3 when more than this share of the domains stayed unknown",
        .detail = "A domain is unknown when SPF or DMARC, and so whether it can be spoofed, could not be "
                  "found out. DKIM "
                  "keys whose selectors nobody told us do not count.",
        .option = "--max-unknown",
        .unit = "percent",
        .max = 100,
    },
    Setting{
        .key = "audit.selectors",
        .type = SettingType::list,
        .standard = "[]",
        .brief = "DKIM selectors to look for at every domain, before the common ones",
        .detail = "DNS cannot list the selectors that a domain uses, so those that nobody names may stay "
                  "unseen. Find yours in "
                  "the s= tag of a DKIM-Signature field.",
        .option = "--selector",
        .max = 100,
        .example = R"(["s1", "mail2026"])",
        .check = check_selector,
    },
    Setting{
        .key = "audit.profiles",
        .type = SettingType::list,
        .standard = "[]",
        .brief = "The profiles by which domains are judged: names of rampart profile list, or files",
        .detail = "A name with a slash, or that ends in .toml, is a file.",
        .option = "--profile",
        .value_name = "NAME|FILE",
        .max = kMaxProfiles,
        .example = R"(["nca-34.061725", "/etc/rampart/house-rules.toml"])",
    },
    Setting{
        .key = "audit.key_max_age",
        .type = SettingType::duration,
        .standard = "\"31d\"",
        .brief = "After how long a DKIM key is to be replaced; 0d for never",
        .detail = "The advisory asks for a new key each month. How old a key is is known only with a store "
                  "(store.url): "
                  "its age counts from the first audit that saw it.",
        .min = 0,
    },
    Setting{
        .key = "audit.probe",
        .type = SettingType::list,
        .standard = "[]",
        .brief = "What to try beyond DNS: https (MTA-STS policies), smtp (STARTTLS and certificates)",
        .detail = "Probes connect to servers of the audited domain. SMTP probes need an outgoing port 25 "
                  "that is open, which "
                  "many networks close.",
        .option = "--probe",
        .value_name = "https,smtp",
        .max = 2,
        .choices = kProbes,
        .example = R"(["https"])",
    },
    Setting{
        .key = "audit.block_lists",
        .type = SettingType::list,
        .standard = "[]",
        .brief = "DNS block lists in which to look for the domain and its mail servers",
        .detail = "None is asked by default: most have terms of use, and many refuse public resolvers.",
        .option = "--block-list",
        .value_name = "ZONE",
        .max = 16,  // transport::kMaxBlockLists
        .example = R"(["dnsbl.example"])",
        .check = check_name,
    },
    Setting{
        .key = "audit.parallel",
        .type = SettingType::integer,
        .standard = "300",
        .brief = "How many domains are audited at the same time",
        .option = "--parallel",
        .unit = "domains",
        .min = 1,
        .max = 5'000,
    },
    Setting{
        .key = "audit.threads",
        .type = SettingType::integer,
        .standard = "0",
        .brief = "How many threads audit; 0 for one on each processor, eight at most",
        .detail = "Each asks through sockets and a cache of its own. With probes, or with --authoritative, "
                  "there is "
                  "one thread, so that no server is asked twice.",
        .option = "--threads",
        .unit = "threads",
        .min = 0,
        .max = 64,
    },
    Setting{
        .key = "lookalikes.limit",
        .type = SettingType::integer,
        .standard = "10000",
        .brief = "How many names like a domain are looked up, the likeliest first",
        .option = "--limit",
        .unit = "names",
        .min = 1,
        .max = 100'000,  // lookalikes::GenerateOptions::kMaxCandidates
    },
    Setting{
        .key = "lookalikes.max_unknown",
        .type = SettingType::integer,
        .standard = "5",
        .brief = "Exit with 3 when more than this share of the names stayed unknown",
        .detail = "A name is unknown when nothing proves that it is registered, nor that it is not. Of "
                  "thousands of "
                  "names some always stay so.",
        .option = "--max-unknown",
        .unit = "percent",
        .max = 100,
    },
};

}  // namespace

std::span<const Setting> settings() { return kSettings; }

}  // namespace rampart::audit
