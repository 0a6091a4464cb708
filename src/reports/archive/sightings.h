// What the reports that count say of a domain's mail, by the address that sent it: for those who look at senders and not at
// reports. Each outcome once, however many addresses share it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "reports/aggregate/outcome.h"
#include "reports/archive/numbers.h"
#include "store/database.h"

namespace rampart::reports {

struct Sighting {
  std::uint32_t address = 0;  // its place in Sightings::addresses
  std::uint32_t outcome = 0;  // in Sightings::outcomes
  std::uint64_t messages = 0;
  std::int64_t first_day = 0;  // since 1970, both inside
  std::int64_t last_day = 0;
};

struct Sightings {
  std::int64_t from = 0;  // both days inside
  std::int64_t to = 0;
  std::int64_t first_day = 0;  // of which a report that counts speaks, within them; 0 when none does
  std::int64_t last_day = 0;
  std::vector<std::int64_t> days;        // of which reports that count speak, in order
  std::uint64_t reports = 0;             // that count, whose time is in these days at least in part
  std::uint64_t uncounted = 0;           // reports that do not
  std::uint64_t uncounted_messages = 0;  // and what they tell
  std::uint64_t reporters = 0;           // that count
  std::uint64_t messages = 0;            // of all rows
  std::uint64_t estimated = 0;           // of `messages`: whose day is an estimate
  std::uint64_t unaddressed = 0;       // messages of which no address was said: in no row, not in `messages`
  std::vector<std::string> addresses;  // in the order of their texts
  std::vector<std::int64_t> since;     // by address: the first day that it was ever seen
  std::vector<Outcome> outcomes;
  std::vector<Sighting> rows;  // by address, outcome and days
};

// Of a domain at which receivers found a policy; without rows when nothing is known of it. `borders`: days before the last
// day at which rows are split ({7, 35}: the last 7 days, the 28 before, and what is older are rows of their own), in
// ascending order.
base::Result<Sightings> read_sightings(store::Database& database, std::string_view domain, std::int64_t from,
                                       std::int64_t to, std::span<const std::int64_t> borders = {},
                                       const HeedReporter& heed = heed_all_that_count);

}  // namespace rampart::reports
