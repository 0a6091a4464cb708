// What looking at the files of one message may cost. All limits are our own; what would go beyond is said in FileFacts::unknown.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace rampart::guard::files {

inline constexpr std::size_t kMaxDepth = 4;             // a file in a file
inline constexpr std::size_t kMaxRatio = 250;           // bytes unpacked for each packed …
inline constexpr std::size_t kRatioFrom = 4U << 20U;    // … of what has grown to so many
inline constexpr std::size_t kMaxOneFile = 32U << 20U;  // bytes unpacked of one file within another
inline constexpr std::size_t kMaxPixels = 40'000'000;   // of one image
inline constexpr std::size_t kMaxPdfObjects = 100'000;

struct Budget {
  std::uint64_t bytes = 96U << 20U;  // unpacked
  std::uint64_t entries = 10'000;    // of archives, whether unpacked or not
  std::uint64_t files = 500;         // looked at
  std::uint64_t pixels = 2 * kMaxPixels;
  std::uint64_t scanned = 64U << 20U;  // bytes given to YARA
  // Nothing new is begun after it; what is under way is bounded by the rest.
  std::chrono::steady_clock::time_point until = std::chrono::steady_clock::time_point::max();

  // Whether there was so much of it; what there was is gone afterwards.
  static bool take(std::uint64_t& of, std::uint64_t much) {
    const bool enough = of >= much;
    of -= std::min(of, much);
    return enough;
  }
  [[nodiscard]] bool is_late() const {
    return until != std::chrono::steady_clock::time_point::max() && std::chrono::steady_clock::now() >= until;
  }
};

}  // namespace rampart::guard::files
