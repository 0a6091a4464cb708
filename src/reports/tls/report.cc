#include "reports/tls/report.h"

#include <algorithm>
#include <array>

namespace rampart::reports {
namespace {

constexpr std::array<std::string_view, 4> kTypes{"unknown", "tlsa", "sts", "no-policy-found"};
constexpr std::array<std::string_view, 12> kResults{"unknown",
                                                    "starttls-not-supported",
                                                    "certificate-host-mismatch",
                                                    "certificate-expired",
                                                    "certificate-not-trusted",
                                                    "validation-failure",
                                                    "tlsa-invalid",
                                                    "dnssec-invalid",
                                                    "dane-required",
                                                    "sts-policy-fetch-error",
                                                    "sts-policy-invalid",
                                                    "sts-webpki-invalid"};

// In the order of kResults.
constexpr std::array<std::string_view, 12> kMeanings{
    "the reporter does not say what failed, or in a word of its own",
    "the server did not offer STARTTLS: mail went unencrypted, or not at all. Turn TLS on at that server",
    "the server's certificate is for another name. Issue one for the name that the MX record gives",
    "the server's certificate has expired. Renew it, and watch that it is renewed",
    "the server's certificate comes from nobody the sender trusts, or lacks an intermediate one. Send the "
    "whole "
    "chain, of a public authority",
    "something else about TLS failed. The reporter's code says more, where it gives one",
    "no TLSA record fits the certificate. Publish the new record before the certificate changes",
    "the DNSSEC signatures of the server's records did not verify. Ask who runs the DNS",
    "the sender insists on DANE, and there are no TLSA records for this server that it can use",
    "the MTA-STS policy could not be fetched. Look at https://mta-sts.DOMAIN/.well-known/mta-sts.txt",
    "the MTA-STS policy was fetched and is not well-formed. Compare it with RFC 8461 section 3.2",
    "the web server of the MTA-STS policy has a certificate that does not verify. Renew or mend it",
};

std::uint64_t sum(const std::vector<TlsPolicy>& policies, std::uint64_t TlsPolicy::* member) {
  std::uint64_t out = 0;
  for (const auto& policy : policies) out = std::min(out + policy.*member, kMaxSum);
  return out;
}

}  // namespace

std::string_view to_string(TlsPolicyType type) { return kTypes[static_cast<std::size_t>(type)]; }
std::string_view to_string(TlsResult result) { return kResults[static_cast<std::size_t>(result)]; }
std::optional<TlsResult> parse_tls_result(std::string_view text) {
  const auto found = std::ranges::find(kResults, text);
  if (found == kResults.end()) return std::nullopt;
  return static_cast<TlsResult>(found - kResults.begin());
}
std::string_view describe(TlsResult result) { return kMeanings[static_cast<std::size_t>(result)]; }

std::uint64_t TlsReport::successful() const { return sum(policies, &TlsPolicy::successful); }
std::uint64_t TlsReport::failed() const { return sum(policies, &TlsPolicy::failed); }

}  // namespace rampart::reports
