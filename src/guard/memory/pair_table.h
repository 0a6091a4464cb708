// Pairs of addresses in a fixed amount of memory, by fingerprints. Each has two places (buckets of kWays), and where both are full the
// entry that is worth least goes: what nobody here replied to before what somebody did, once seen before often seen, old before new.
// Fingerprints are seeded, so that nobody can choose addresses which fall into one place.
//
//   PairTable table(1 << 20);
//   const auto place = table.put(fingerprint, false, expired);
//   if (place.entry != nullptr) place.entry->last = now;
//   if (place.lost) …                                        // something that was known is not any more, or it had no room
//
// Not safe for threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace rampart::guard {

// Times are seconds since 1970; 0 for never. They end in 2106.
struct PairEntry {
  std::uint64_t fingerprint = 0;  // 0: free
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  std::uint32_t replied = 0;
  std::uint32_t messages : 31 = 0;
  std::uint32_t wide : 1 = 0;  // as Seen has it

  [[nodiscard]] std::uint32_t active() const { return last > replied ? last : replied; }
};
static_assert(sizeof(PairEntry) == 24);

inline constexpr std::uint32_t kMostCounted = (1U << 31U) - 1;  // messages of a pair; more are not counted

class PairTable {
 public:
  static constexpr std::size_t kWays = 8;  // entries of a bucket

  // Room for `slots` entries, rounded up to a power of two; at least one bucket.
  explicit PairTable(std::size_t slots);

  [[nodiscard]] const PairEntry* find(std::uint64_t fingerprint) const;

  struct Place {
    PairEntry* entry = nullptr;  // nullptr: all that is there is worth more. Valid until the next call
    bool lost = false;
  };
  // The entry; a new one, with nothing but its fingerprint, where there was none. `replied`: what is to come in it was replied to.
  // What was last active before `expired` goes first, and is no loss.
  Place put(std::uint64_t fingerprint, bool replied, std::uint32_t expired);

  // Takes out what was last active before `expired`, from the entry `from` on and at most `most` of them. The entry to go on at; 0 at the end.
  std::size_t forget(std::uint32_t expired, std::size_t from, std::size_t most);

  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  [[nodiscard]] std::size_t bucket(std::uint64_t fingerprint, bool second) const;

  std::vector<PairEntry> entries_;
  std::size_t mask_;  // of buckets
  std::size_t size_ = 0;
};

}  // namespace rampart::guard
