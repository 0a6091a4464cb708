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

std::uint64_t sum(const std::vector<TlsPolicy>& policies, std::uint64_t TlsPolicy::* member) {
  std::uint64_t out = 0;
  for (const auto& policy : policies) out = std::min(out + policy.*member, kMaxCount);
  return out;
}

}  // namespace

std::string_view to_string(TlsPolicyType type) { return kTypes[static_cast<std::size_t>(type)]; }
std::string_view to_string(TlsResult result) { return kResults[static_cast<std::size_t>(result)]; }

std::uint64_t TlsReport::successful() const { return sum(policies, &TlsPolicy::successful); }
std::uint64_t TlsReport::failed() const { return sum(policies, &TlsPolicy::failed); }

}  // namespace rampart::reports
