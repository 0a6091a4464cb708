// TLS reports for the store and back: what one says of a policy domain, in JSON, and who says it.
//
// The same report is the one with the same organisation, report id, period, policy domain and domain of its contact (RFC 8460
// section 4.3 wants ids to be unique; the rest keeps two reporters' apart). The same again is a duplicate, another text is a
// correction and replaces it where its sender may (claim.h), and else is kept beside it. Who says it is the domain that signed its
// mail, where that is known; what a report calls itself anybody may write.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/limits.h"
#include "reports/tls/report.h"

namespace rampart::reports {

// What a report says of one policy domain.
struct TlsFacts {
  std::vector<TlsPolicy> policies;  // without their domain

  [[nodiscard]] std::uint64_t successful() const;  // at most kMaxCount each
  [[nodiscard]] std::uint64_t failed() const;
};

// By policy domain. Failures that say the same are one, and counts are clamped. A policy that counts no failure but describes
// some has as many as they count.
std::map<std::string, TlsFacts> facts_by_domain(const TlsReport& report);

// As kept in the store.
std::string format_tls_facts(const TlsFacts& facts);
// What format_tls_facts() made; nothing for any other text.
std::optional<TlsFacts> parse_tls_facts(std::string_view text);

}  // namespace rampart::reports
