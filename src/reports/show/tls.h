// The pages of the TLS reports: how sessions to a domain's mail servers went, for people, as JSON and as CSV.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/archive/tls_history.h"

namespace rampart::reports {

std::string format_tls(std::string_view domain, const TlsHistory& history);
std::string format_tls_json(std::string_view domain, const TlsHistory& history);  // "rampart.reports-tls/1"
// A line for each day, reporter, policy and result.
std::string format_tls_csv(std::string_view domain, const TlsHistory& history);

std::string format_tls_domains(const std::vector<TlsDomain>& domains);
std::string format_tls_domains_json(
    const std::vector<TlsDomain>& domains);  // "rampart.reports-tls-domains/1"
std::string format_tls_domains_csv(const std::vector<TlsDomain>& domains);

}  // namespace rampart::reports
