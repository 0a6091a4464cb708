// When a domain's turn is: once every interval, at a place in it that a hash of its name gives, so that forty
// thousand domains are spread over the day and each comes at its own hour.
//
// The turns of a domain lie on a grid: 1970 + place + n * interval. A domain is due when a turn came since it was
// last looked at, however many: a machine that was off for a week looks once. Pure: the clock is given.
#pragma once

#include <chrono>
#include <optional>

#include "base/backoff.h"
#include "base/time.h"
#include "dns/name.h"

namespace rampart::audit::watch {

class Schedule {
 public:
  static constexpr std::chrono::seconds kLeast{1};

  // An interval below kLeast is kLeast.
  explicit Schedule(std::chrono::seconds interval);

  // 0 ≤ place < interval; the same in every process, for ever.
  [[nodiscard]] std::chrono::seconds place(const dns::Name& domain) const;
  // The last turn at or before `now`, and the first after it.
  [[nodiscard]] base::Time last_turn(const dns::Name& domain, base::Time now) const;
  [[nodiscard]] base::Time next_turn(const dns::Name& domain, base::Time now) const;

  // When to look again at a domain that was last looked at then, or never: a time at or before `now` means now.
  // A look that lies ahead was noted by a clock that has been set back since: it counts as just now, and one that
  // lies more than an interval ahead as none.
  [[nodiscard]] base::Time due(const dns::Name& domain, std::optional<base::Time> last, base::Time now) const;

  [[nodiscard]] std::chrono::seconds interval() const { return interval_; }

 private:
  std::chrono::seconds interval_;
};

using base::backoff;
using base::kLongestBackoff;

// A number that depends on the text alone, the same in every process.
std::uint64_t stable_hash(std::string_view text);

}  // namespace rampart::audit::watch
