// How long to wait before something is tried again that has failed.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace rampart::base {

// `first`, then twice as long after each of `failures` (at least 1), kLongestBackoff at most; less up to a quarter, by `spread`, so
// that many do not come at once.
inline constexpr std::chrono::seconds kLongestBackoff{4 * 3600};
inline std::chrono::seconds backoff(unsigned failures, std::uint64_t spread,
                                    std::chrono::seconds first = std::chrono::seconds(60)) {
  using std::chrono::seconds;
  auto wait = std::clamp(first, seconds(1), kLongestBackoff);
  for (unsigned i = 1; i < failures && wait < kLongestBackoff; ++i) wait *= 2;
  wait = std::min(wait, kLongestBackoff);
  return wait - seconds(static_cast<std::int64_t>(spread % 1024) * (wait.count() / 4) / 1024);
}

}  // namespace rampart::base
