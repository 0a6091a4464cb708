// Sixteen bytes looked at at once, in words that every processor's compiler knows. A comparison of two Lanes gives a mask:
// 0xff in the lanes where it holds, 0 elsewhere.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace rampart::base {

inline constexpr std::size_t kLane = 16;
using Lanes = unsigned char __attribute__((vector_size(kLane)));

// The kLane bytes from `at` on, which need not be aligned.
inline Lanes load_lanes(const char* at) {
  Lanes out;
  std::memcpy(&out, at, kLane);
  return out;
}

// One bit for each lane of a mask that is set, the first lowest.
inline std::uint32_t lane_bits(Lanes mask) {
  using Flags = bool __attribute__((ext_vector_type(kLane)));
  return __builtin_bit_cast(std::uint16_t, __builtin_convertvector(mask, Flags));
}

inline bool any_lane(Lanes mask) { return lane_bits(mask) != 0; }

// The first lane of a mask that is set; kLane when none is.
inline std::size_t first_lane(Lanes mask) {
  return static_cast<std::size_t>(std::countr_zero(lane_bits(mask) | 1U << kLane));
}

// Whether two texts of the same short length are the same: without a call, for names that are compared all the time.
inline bool same_bytes(const char* a, const char* b, std::size_t size) {
  const auto eight = [](const char* at) {
    std::uint64_t out = 0;
    std::memcpy(&out, at, sizeof out);
    return out;
  };
  const auto four = [](const char* at) {
    std::uint32_t out = 0;
    std::memcpy(&out, at, sizeof out);
    return out;
  };
  if (size >= 8) {
    std::size_t at = 0;
    for (; at + 8 < size; at += 8) {
      if (eight(a + at) != eight(b + at)) return false;
    }
    return eight(a + size - 8) == eight(b + size - 8);
  }
  if (size >= 4) return four(a) == four(b) && four(a + size - 4) == four(b + size - 4);
  for (std::size_t at = 0; at < size; ++at) {
    if (a[at] != b[at]) return false;
  }
  return true;
}

inline bool same_bytes(std::string_view a, std::string_view b) {
  return a.size() == b.size() && same_bytes(a.begin(), b.begin(), a.size());
}

}  // namespace rampart::base
