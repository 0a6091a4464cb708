// What the TLS reports in the store say of a domain's mail servers in some days.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "reports/archive/archive.h"
#include "reports/archive/history.h"
#include "reports/tls/report.h"
#include "store/database.h"

namespace rampart::reports {

// Sessions of a day that ended alike, as one reporter tells it.
struct TlsSeen {
  std::int64_t day = 0;  // since 1970
  std::string reporter;
  TlsPolicyType type = TlsPolicyType::unknown;
  std::string
      result;  // of those that failed, in the report's word; empty where they succeeded, or where it has none
  bool failed = false;
  std::string host;  // the MX, of those that failed; empty: not said
  std::uint64_t sessions = 0;
  bool estimated = false;  // of a report over several days
};

struct TlsHistory {
  std::int64_t from = 0;  // both days inside
  std::int64_t to = 0;
  std::uint64_t reports = 0;    // whose time is in these days, at least in part; those that count
  std::uint64_t uncounted = 0;  // and those that do not
  std::vector<TlsSeen> seen;    // of reports that count, by day and then as the members stand
};

// Of a policy domain (RFC 8460 section 4.4): the one whose mail servers it is about.
base::Result<TlsHistory> read_tls_history(store::Database& database, std::string_view domain,
                                          std::int64_t from, std::int64_t to,
                                          const HeedReporter& heed = heed_all_that_count);

// The domains that TLS reports speak of, by their names, with the sessions of reports that count and have their end in these days.
struct TlsDomain {
  std::string domain;
  std::uint64_t reports = 0;
  std::uint64_t successful = 0;
  std::uint64_t failed = 0;
  std::int64_t last_day = 0;
};
base::Result<std::vector<TlsDomain>> read_tls_domains(store::Database& database, std::int64_t from,
                                                      std::int64_t to);

// As read_known_days(), of TLS reports.
base::Result<std::optional<KnownDays>> read_known_tls_days(store::Database& database,
                                                           std::optional<std::string_view> domain);

}  // namespace rampart::reports
