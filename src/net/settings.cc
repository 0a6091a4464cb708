#include "net/settings.h"

#include "base/ip.h"

namespace rampart::net {
namespace {

using base::Setting;
using base::SettingType;

std::string check_resolver(std::string_view text) {
  constexpr std::uint16_t kDnsPort = 53;
  return base::parse_endpoint(text, kDnsPort) ? ""
                                              : "is not ADDRESS or ADDRESS:PORT ([ADDRESS]:PORT for IPv6)";
}

constexpr std::array kSettings{
    Setting{
        .key = "dns.resolvers",
        .type = SettingType::list,
        .standard = "[]",
        .brief = "The resolvers to ask; the system's own when empty",
        .detail =
            "Addresses, with a port where it is not 53. Names are not possible: something would have to "
            "resolve them. With several, a question that one cannot answer goes to the next. Each is "
            "examined "
            "before it is believed: one that rewrites missing names or cuts answers short is named.",
        .option = "--resolver",
        .value_name = "ADDRESS[:PORT]",
        .max = 16,
        .example = R"(["192.0.2.53", "[2001:db8::53]:5353"])",
        .check = check_resolver,
    },
    Setting{
        .key = "dns.trust_ad",
        .type = SettingType::boolean,
        .standard = "false",
        .brief = "Believe the resolvers when they say that DNSSEC vouches for an answer",
        .detail = "The AD bit of an answer proves nothing unless the resolver validates and the way to it is "
                  "safe. It is "
                  "always believed from a resolver on this machine (127.0.0.0/8, ::1), and from others only "
                  "with this.",
        .option = "--trust-ad",
    },
    Setting{
        .key = "dns.authoritative",
        .type = SettingType::boolean,
        .standard = "false",
        .brief = "Ask each zone's own name servers instead of a cache",
        .detail = "Shows a change at once, without waiting for caches to forget the old answer. DNSSEC is "
                  "then not judged, "
                  "as the AD bit is a resolver's.",
        .option = "--authoritative",
    },
    Setting{
        .key = "dns.timeout",
        .type = SettingType::duration,
        .standard = "\"2s\"",
        .brief = "How long to wait for one reply before trying again",
        .detail =
            "The first try waits half as long, the second three quarters, later ones up to twice as long.",
        .option = "--dns-timeout",
        .min = 50,
        .max = 60'000,
    },
    Setting{
        .key = "dns.tries",
        .type = SettingType::integer,
        .standard = "4",
        .brief = "How often a question is sent, over all resolvers, before its answer is unknown",
        .detail =
            "With one packet in a hundred lost, four tries leave one unknown answer in a hundred million.",
        .unit = "tries",
        .min = 1,
        .max = 10,
    },
    Setting{
        .key = "dns.max_outstanding",
        .type = SettingType::integer,
        .standard = "2000",
        .brief = "The most questions that one resolver may have to answer at a time",
        .detail = "The real number adapts below this: it starts at 100, grows while nothing is lost and is "
                  "halved on loss.",
        .unit = "questions",
        .min = 1,
        .max = 10'000,
    },
    Setting{
        .key = "dns.questions_per_domain",
        .type = SettingType::integer,
        .standard = "500",
        .brief = "The most questions that one domain may cost",
        .detail =
            "A hostile zone could lead from name to name for ever. What is still open after this is unknown.",
        .unit = "questions",
        .min = 50,
        .max = 100'000,
    },
    Setting{
        .key = "dns.time_per_domain",
        .type = SettingType::duration,
        .standard = "\"30s\"",
        .brief = "The longest that one domain may take",
        .detail = "What is still open after this is unknown.",
        .min = 1'000,
        .max = 3'600'000,
    },
    Setting{
        .key = "probe.timeout",
        .type = SettingType::duration,
        .standard = "\"10s\"",
        .brief = "How long one HTTPS or SMTP probe may take",
        .min = 500,
        .max = 300'000,
    },
    Setting{
        .key = "probe.allow_private",
        .type = SettingType::boolean,
        .standard = "false",
        .brief = "Let probes connect to addresses that are not public",
        .detail = "Whoever runs an audited domain chooses the addresses that probes connect to. Without "
                  "this, private, loopback "
                  "and other special addresses are refused, so that a stranger's zone cannot make Rampart "
                  "knock at doors "
                  "inside your network. For tests, and for audits of an internal network. It also lets "
                  "--authoritative ask name servers at such addresses.",
        .option = "--allow-private",
    },
};

}  // namespace

std::span<const Setting> settings() { return kSettings; }

}  // namespace rampart::net
