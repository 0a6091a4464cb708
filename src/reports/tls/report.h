// A TLS report (RFC 8460), read: how one sender's sessions to a domain's mail servers went in a day or so.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/defect.h"

namespace rampart::reports {

// RFC 8460 section 4.4, "policy-type".
enum class TlsPolicyType : std::uint8_t { unknown, tlsa, sts, no_policy_found };
std::string_view to_string(TlsPolicyType type);  // "no-policy-found"

// RFC 8460 section 4.3.
enum class TlsResult : std::uint8_t {
  unknown,
  starttls_not_supported,
  certificate_host_mismatch,
  certificate_expired,
  certificate_not_trusted,
  validation_failure,
  tlsa_invalid,
  dnssec_invalid,
  dane_required,
  sts_policy_fetch_error,
  sts_policy_invalid,
  sts_webpki_invalid,
};
std::string_view to_string(TlsResult result);  // "starttls-not-supported"
std::optional<TlsResult> parse_tls_result(std::string_view text);
std::string_view describe(TlsResult result);  // what it means and what mends it, for people

// Texts are as clean() makes them and empty where nothing was said; addresses are as IpAddress::text() writes them.
struct TlsFailure {
  TlsResult result = TlsResult::unknown;
  std::string result_text;  // as it was written, in lower case
  std::string sending_address;
  std::string receiving_host;  // the name of an MX; lower case
  std::string receiving_helo;
  std::string receiving_address;
  std::uint64_t sessions = 0;
  std::string information;  // where more is said: a URI, as it was written
  std::string reason;       // failure-reason-code

  friend bool operator==(const TlsFailure&, const TlsFailure&) = default;
};

struct TlsPolicy {
  TlsPolicyType type = TlsPolicyType::unknown;
  std::string domain;              // lower case
  std::vector<std::string> lines;  // of the policy that was found
  std::vector<std::string> hosts;  // that the policy names; lower case, may begin with "*."
  std::uint64_t successful = 0;    // sessions
  std::uint64_t failed = 0;        // sessions
  std::vector<TlsFailure> failures;

  friend bool operator==(const TlsPolicy&, const TlsPolicy&) = default;
};

struct TlsReport {
  std::string organisation;
  std::string contact;
  std::string report_id;
  std::int64_t begin = 0;  // seconds since 1970, both inside
  std::int64_t end = 0;
  std::vector<TlsPolicy> policies;
  std::vector<Defect> defects;

  [[nodiscard]] std::uint64_t successful() const;  // sessions, at most kMaxSum
  [[nodiscard]] std::uint64_t failed() const;
};

}  // namespace rampart::reports
