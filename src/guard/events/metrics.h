// What the guard has done since it began, in numbers, as Prometheus reads them (text format 0.0.4).
//
//   metrics.note(event);                     // from any thread
//   metrics.text(gauges)                     // "rampart_guard_messages_total{action=\"accept\",asked=\"reject\"} 3\n…"
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "guard/gate/gate.h"

namespace rampart::guard {

inline constexpr std::size_t kMaxCounted = 100;  // codes of causes; our own

// What is asked for when it is read.
struct Gauges {
  std::string version;
  Mode mode = Mode::monitor;
  std::size_t in_flight = 0;
  std::size_t most_in_flight = 0;
  std::size_t senders = 0;         // that the memory knows, each at a network
  std::size_t correspondents = 0;  // pairs of who writes to whom, and one for each author
  std::vector<std::pair<std::string, std::size_t>> lists;  // path of a file, and its indicators
  std::optional<std::uint64_t> kept;                       // messages in quarantine
  std::uint64_t kept_bytes = 0;
};

class Metrics {
 public:
  enum class Lost : std::uint8_t { printed, stored };

  void note(const Event& event);
  void note_failure(Trouble trouble);
  void note_lost(Lost where, std::uint64_t events) { lost_[static_cast<std::size_t>(where)] += events; }
  [[nodiscard]] std::string text(const Gauges& gauges) const;

 private:
  static constexpr std::size_t kActions = 4;
  // Upper ends in microseconds; an MTA waits for 30 s and more.
  static constexpr std::array<std::int64_t, 13> kBounds{1'000,     2'500,     5'000,     10'000,  25'000,
                                                        50'000,    100'000,   250'000,   500'000, 1'000'000,
                                                        2'500'000, 5'000'000, 10'000'000};
  using Counter = std::atomic<std::uint64_t>;

  std::array<std::array<Counter, kActions>, kActions> messages_{};  // by what was done and what was asked for
  std::array<Counter, kBounds.size() + 1> took_{};                  // each by its own bucket alone
  Counter took_sum_{0};                                             // microseconds
  Counter octets_{0};
  Counter signed_{0};
  Counter sealed_{0};
  std::array<Counter, 2> failures_{};
  std::array<Counter, 2> lost_{};
  mutable std::mutex mutex_;
  std::map<std::string, std::uint64_t> causes_;  // under the mutex, with all below
  std::map<std::string, std::uint64_t> roles_;
};

}  // namespace rampart::guard
