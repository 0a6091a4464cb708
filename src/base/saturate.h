// Sums of numbers that strangers chose: they stop at the largest and never begin anew.
#pragma once

#include <cstdint>
#include <limits>

namespace rampart::base {

constexpr std::uint64_t saturating_sum(std::uint64_t a, std::uint64_t b) {
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  return a > kMost - b ? kMost : a + b;
}
constexpr void saturating_add(std::uint64_t& to, std::uint64_t more) { to = saturating_sum(to, more); }

}  // namespace rampart::base
