// What the reports in the store say of a domain in some days.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "reports/aggregate/outcome.h"
#include "reports/archive/numbers.h"
#include "store/database.h"

namespace rampart::reports {

// Messages from one address with one outcome, as one reporter saw them.
struct Seen {
  std::uint32_t address = 0;   // its place in History::addresses
  std::uint32_t outcome = 0;   // in History::outcomes
  std::uint32_t reporter = 0;  // in History::reporters
  std::uint64_t messages = 0;
  std::uint64_t estimated = 0;  // of `messages`: whose day is an estimate
  std::int64_t first_day = 0;   // since 1970
  std::int64_t last_day = 0;
};

// The messages of a day in reports that count.
struct DayTotal {
  std::int64_t day = 0;
  std::uint64_t dkim = 0;      // DKIM aligned and passed, SPF or not
  std::uint64_t spf_only = 0;  // SPF alone did
  std::uint64_t fail = 0;
  std::uint64_t estimated = 0;  // of all of them

  [[nodiscard]] std::uint64_t messages() const { return dkim + spf_only + fail; }
};

struct History {
  std::int64_t from = 0;  // both days inside
  std::int64_t to = 0;
  std::uint64_t reports = 0;           // whose time is in these days, at least in part; those that count
  std::uint64_t uncounted = 0;         // and those that do not
  std::vector<std::string> addresses;  // in the order of their texts; empty: the report did not say
  std::vector<Outcome> outcomes;
  std::vector<StoredReporter> reporters;  // one may be believed in several ways
  std::vector<Seen> seen;                 // of all reports, most messages first
  std::vector<DayTotal> days;             // in their order, without days of which nothing is said
};

// Of a domain at which receivers found a policy; an empty history when nothing is known of it.
base::Result<History> read_history(store::Database& database, std::string_view domain, std::int64_t from,
                                   std::int64_t to);

// The domains that reports speak of, with the messages of these days that count, most first. Those of which only reports of unknown
// origin speak come last, with nothing in `total`: anybody can send such reports, of any domain.
struct DomainTotal {
  std::string domain;
  DayTotal total;
  std::uint64_t uncounted = 0;  // messages in reports that do not count
  std::int64_t last_day = 0;    // of those that count, or, without any, of the others
};
base::Result<std::vector<DomainTotal>> read_domains(store::Database& database, std::int64_t from,
                                                    std::int64_t to,
                                                    const HeedReporter& heed = heed_all_that_count);

// The days that the reports in the store speak of, whether they count or not: of all domains, or of one. Nothing when there are
// none, or none of it has a message.
struct KnownDays {
  std::int64_t first = 0;  // since 1970, both inside
  std::int64_t last = 0;
};
base::Result<std::optional<KnownDays>> read_known_days(store::Database& database,
                                                       std::optional<std::string_view> domain);

}  // namespace rampart::reports
