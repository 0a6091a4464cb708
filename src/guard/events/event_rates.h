// How many messages there were, by minute or hour and by what was done: counted as events are recorded, so that nobody adds them up
// again. Of all, and of each domain of ours.
//
//   const auto buckets = TRY(read_rates(database, {.span = std::chrono::hours(1), .from = from, .to = to, .domains = {}}));
//
// A message counts for a domain by its recipients where it comes from outside, and by its author where it is ours; for several of them,
// once each. So the sum over several domains may count one message more than once.
#pragma once

#include <array>
#include <chrono>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "guard/gate/gate.h"
#include "store/database.h"

namespace rampart::guard {

inline constexpr std::chrono::seconds kMinuteSpan{60};
inline constexpr std::chrono::seconds kHourSpan{3600};
inline constexpr std::size_t kActionKinds = 4;
inline constexpr std::size_t kMaxRateDomains = 500;  // that are added up; our own

// What a batch of events adds.
class RateCounts {
 public:
  void add(const Event& event);
  void write(soci::session& sql) const;

 private:
  std::map<std::tuple<long long, std::string, long long, std::string>, long long>
      counts_;  // span, domain, begun, action
};

struct RateBucket {
  base::Time begun{};
  std::array<std::uint64_t, kActionKinds> messages{};  // by Action
};

struct RateQuestion {
  std::chrono::seconds span = kHourSpan;  // one of the two
  base::Time from{};
  base::Time to{};                                       // before
  std::optional<std::vector<std::string>> domains = {};  // nothing: all; the first kMaxRateDomains
};
// Every bucket of the time in order, those without messages among them; the first is the one that `from` is in.
base::Result<std::vector<RateBucket>> read_rates(store::Database& database, const RateQuestion& question);

}  // namespace rampart::guard
