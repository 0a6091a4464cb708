// What reports that count say of a domain, day by day: what advice is made of. history.h has the same days added up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "reports/aggregate/outcome.h"
#include "reports/archive/archive.h"
#include "reports/archive/numbers.h"
#include "store/database.h"

namespace rampart::reports {

// Messages of a day from one address with one outcome, as one reporter saw them.
struct DailyRow {
  std::int32_t day = 0;        // since 1970
  std::uint32_t address = 0;   // its place in Daily::addresses
  std::uint32_t outcome = 0;   // in Daily::outcomes
  std::uint32_t reporter = 0;  // in Daily::reporters
  std::uint64_t messages = 0;
  std::uint64_t estimated = 0;  // of `messages`: whose day is an estimate
};

// The policy that receivers found, as a report says it; as it was written, empty: not said.
struct PolicySeen {
  std::int32_t day = 0;        // on which the report's time ends
  std::uint32_t reporter = 0;  // its place in Daily::reporters
  std::string p, sp, np, pct, testing;

  // t=y, or a pct below 100.
  [[nodiscard]] bool softened() const;
};

// Of which days a report with messages speaks; both inside.
struct ReportSpan {
  std::uint32_t reporter = 0;  // its place in Daily::reporters
  std::int32_t first_day = 0;
  std::int32_t last_day = 0;
};

inline constexpr std::int32_t kRecentMonth = 30;  // days, before the last one

// One who reports. Who is verified for some of its reports and known from files for others is there twice.
struct ReporterSeen {
  std::string name;
  Trust trust = Trust::imported;  // or verified
  std::uint64_t messages = 0;
  std::uint64_t recent = 0;  // of them: of the last kRecentMonth days
  std::int32_t first_day = 0;
  std::int32_t last_day = 0;
  bool rfc9990 =
      false;  // its latest report has what RFC 9990 added: the namespace, `testing` or `discovery_method`
  bool says_pct = false;  // its latest report repeats pct, which RFC 9990 took out
  bool tested = false;    // it said policy_test_mode: t=y was honoured
  bool sampled = false;   // it said sampled_out: pct was
  bool acts = false;      // it quarantined or rejected something that failed
};

struct Daily {
  std::int32_t from = 0;  // both days inside
  std::int32_t to = 0;
  std::vector<std::string> addresses;  // empty: the report did not say
  std::vector<Outcome> outcomes;
  std::vector<DailyRow> rows;           // by day
  std::vector<ReporterSeen> reporters;  // most messages first
  std::vector<PolicySeen> policies;     // one of each day and reporter, by day
  std::vector<ReportSpan> spans;        // of every report with messages
  std::uint64_t reports = 0;
  // Of reports that do not count.
  std::uint64_t uncounted_reports = 0;
  std::uint64_t uncounted_messages = 0;
  std::uint64_t uncounted_days = 0;
};

// Of a domain at which receivers found a policy; an empty one when nothing is known of it. Memory: some 40 bytes for each day
// and each address, outcome and reporter of it. Here all are heard whose reports are verified or were given: who of them deserves
// belief, advise/reporters.h decides.
//
// Anybody can have reports verified, and fill the store with them: of a reporter that is not heeded no more than so many rows are
// read, the oldest first.
inline constexpr std::size_t kMaxUnheededRows = 300'000;  // our own: some 750 a day
struct Hearing {
  HeedReporter heed = heed_all_that_count;
  std::size_t most_of_others = kMaxUnheededRows;
};
base::Result<Daily> read_daily(store::Database& database, std::string_view domain, std::int32_t from,
                               std::int32_t to, const Hearing& hearing = {});

// Whether any report, whether it counts or not, speaks of the domain.
base::Result<bool> is_reported(store::Database& database, std::string_view domain);

}  // namespace rampart::reports
