// Messages that ended the process which looked at them, by the hash of what was looked at: an MTA that tries again with the same one
// ends nothing more.
//
//   killers.note(hash, now);              // it did, twice
//   if (killers.knows(hash, now)) …       // for kKillerAge
//
// Bounded: of kMaxKillers the oldest goes first. Not for several threads at once.
#pragma once

#include <chrono>
#include <deque>
#include <string>
#include <string_view>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/time.h"

namespace rampart::guard {

// Our own. MTAs try for five days (RFC 5321 section 4.5.4.1).
inline constexpr std::size_t kMaxKillers = 10'000;
inline constexpr std::chrono::hours kKillerAge{24 * 5};

class Killers {
 public:
  void note(std::string hash, base::Time now);
  [[nodiscard]] bool knows(std::string_view hash, base::Time now) const;
  [[nodiscard]] std::size_t size() const { return since_.size(); }

 private:
  boost::unordered_flat_map<std::string, base::Time> since_;
  std::deque<std::string> order_;  // the oldest first
};

}  // namespace rampart::guard
