#include "guard/memory/pair_table.h"

#include <gtest/gtest.h>

namespace rampart::guard {
namespace {

constexpr std::uint32_t kOld = 1'000;  // what was active before is expired

PairTable::Place put(PairTable& table, std::uint64_t fingerprint, std::uint32_t last, bool replied = false,
                     unsigned messages = 1) {
  const auto place = table.put(fingerprint, replied, kOld);
  if (place.entry != nullptr) {
    place.entry->last = last;
    place.entry->messages = messages & kMostCounted;
    if (replied) place.entry->replied = last;
  }
  return place;
}

// One bucket, which is full.
PairTable full(std::uint32_t last, bool replied = false, unsigned messages = 1) {
  PairTable table(PairTable::kWays);
  for (std::uint64_t i = 1; i <= PairTable::kWays; ++i)
    put(table, i, last + static_cast<std::uint32_t>(i), replied, messages);
  return table;
}

TEST(PairTable, HoldsWhatWasPut) {
  PairTable table(1'000);
  EXPECT_EQ(table.find(7), nullptr);
  put(table, 7, 2'000);
  ASSERT_NE(table.find(7), nullptr);
  EXPECT_EQ(table.find(7)->last, 2'000U);
  EXPECT_EQ(table.put(7, false, kOld).entry, table.find(7)) << "the same again";
  EXPECT_EQ(table.size(), 1U);
}

TEST(PairTable, LosesTheOldestOfThoseThatAreWorthLeast) {
  auto table = full(2'000);
  const auto place = put(table, 100, 3'000);
  EXPECT_TRUE(place.lost);
  EXPECT_EQ(table.find(1), nullptr);
  EXPECT_NE(table.find(2), nullptr);
  EXPECT_EQ(table.size(), PairTable::kWays);
}

TEST(PairTable, KeepsWhatIsSeenOftenFromWhatIsSeenOnce) {
  auto table = full(2'000, false, 5);
  put(table, 100, 3'000);
  EXPECT_EQ(table.find(1), nullptr) << "there was no other";
  for (std::uint64_t i = 101; i < 200; ++i) put(table, i, 3'000);
  for (std::uint64_t i = 2; i <= PairTable::kWays; ++i) EXPECT_NE(table.find(i), nullptr) << i;
}

TEST(PairTable, KeepsWhatWasRepliedToFromAllElse) {
  auto table = full(2'000, true);
  const auto place = put(table, 100, 3'000, false, 100);
  EXPECT_EQ(place.entry, nullptr);
  EXPECT_TRUE(place.lost);
  for (std::uint64_t i = 1; i <= PairTable::kWays; ++i) EXPECT_NE(table.find(i), nullptr) << i;
  put(table, 101, 3'000, true);
  EXPECT_EQ(table.find(1), nullptr) << "the oldest, for another that was";
  EXPECT_NE(table.find(101), nullptr);
}

TEST(PairTable, WhatIsExpiredIsNoLoss) {
  auto table = full(2'000, true);
  const_cast<PairEntry*>(table.find(5))->last = kOld - 1;
  const_cast<PairEntry*>(table.find(5))->replied = kOld - 1;
  const auto place = put(table, 100, 3'000);
  EXPECT_FALSE(place.lost);
  EXPECT_EQ(table.find(5), nullptr);
}

// Twice as many slots as rows of the store are made.
TEST(PairTable, LosesNothingWhileItIsLessThanTwoThirdsFull) {
  constexpr std::size_t kSlots = 1U << 14U;
  PairTable table(kSlots);
  std::uint64_t fingerprint = 1;
  std::size_t lost = 0;
  for (std::size_t i = 0; i < kSlots * 2 / 3; ++i) {
    fingerprint = fingerprint * 6'364'136'223'846'793'005ULL + 1'442'695'040'888'963'407ULL;
    const auto mixed = fingerprint ^ fingerprint >> 31U;
    lost += put(table, mixed, 2'000).lost ? 1 : 0;
  }
  EXPECT_EQ(lost, 0U);
  EXPECT_EQ(table.size(), kSlots * 2 / 3);
}

TEST(PairTable, ForgetsInSteps) {
  PairTable table(64);
  for (std::uint64_t i = 1; i <= 20; ++i) put(table, i << 32U | i, i % 2 == 0 ? 2'000 : 500);
  std::size_t from = 0;
  std::size_t steps = 0;
  do {
    from = table.forget(kOld, from, 10);
    ++steps;
  } while (from != 0);
  EXPECT_EQ(steps, 7U);
  EXPECT_EQ(table.size(), 10U);
}

}  // namespace
}  // namespace rampart::guard
