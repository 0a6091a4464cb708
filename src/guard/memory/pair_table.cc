#include "guard/memory/pair_table.h"

#include <algorithm>
#include <array>
#include <bit>
#include <tuple>

namespace rampart::guard {
namespace {

// What goes first compares as less.
auto worth(const PairEntry& entry, std::uint32_t expired) {
  const int kind = entry.replied != 0 ? 2 : entry.messages > 1 ? 1 : 0;
  return std::tuple(entry.active() >= expired, kind, entry.active());
}

}  // namespace

PairTable::PairTable(std::size_t slots)
    : entries_(std::bit_ceil(std::max(slots, kWays))), mask_(entries_.size() / kWays - 1) {}

std::size_t PairTable::bucket(std::uint64_t fingerprint, bool second) const {
  return (second ? fingerprint >> 32U : fingerprint) & mask_;
}

const PairEntry* PairTable::find(std::uint64_t fingerprint) const {
  for (const bool second : {false, true}) {
    const auto* begin = entries_.data() + bucket(fingerprint, second) * kWays;
    const auto* end = begin + kWays;
    const auto* found =
        std::find_if(begin, end, [&](const PairEntry& entry) { return entry.fingerprint == fingerprint; });
    if (found != end) return found;
  }
  return nullptr;
}

PairTable::Place PairTable::put(std::uint64_t fingerprint, bool replied, std::uint32_t expired) {
  std::array<PairEntry*, 2> free{};
  std::array<std::size_t, 2> room{};
  PairEntry* victim = nullptr;
  for (const std::size_t second : {0U, 1U}) {
    auto* begin = entries_.data() + bucket(fingerprint, second != 0) * kWays;
    for (auto* entry = begin; entry != begin + kWays; ++entry) {
      if (entry->fingerprint == fingerprint) return {.entry = entry};
      if (entry->fingerprint == 0) {
        free[second] = entry;
        ++room[second];
      } else if (victim == nullptr || worth(*entry, expired) < worth(*victim, expired)) {
        victim = entry;
      }
    }
  }
  // Into the emptier of the two, so that both are full only when nearly all are.
  if (auto* entry = free[room[1] > room[0] ? 1 : 0]; entry != nullptr) {
    *entry = {.fingerprint = fingerprint};
    ++size_;
    return {.entry = entry};
  }
  const bool old = victim->active() < expired;
  if (!old && victim->replied != 0 && !replied) return {.entry = nullptr, .lost = true};
  *victim = {.fingerprint = fingerprint};
  return {.entry = victim, .lost = !old};
}

std::size_t PairTable::forget(std::uint32_t expired, std::size_t from, std::size_t most) {
  const auto end = std::min(entries_.size(), from + most);
  for (; from < end; ++from) {
    auto& entry = entries_[from];
    if (entry.fingerprint == 0 || entry.active() >= expired) continue;
    entry = {};
    --size_;
  }
  return from == entries_.size() ? 0 : from;
}

}  // namespace rampart::guard
