#include "guard/memory/memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/store_test.h"

namespace rampart::guard {
namespace {

using std::chrono::hours;

constexpr base::Time kNow{std::chrono::seconds(1'795'000'000)};
const auto kBank = *dns::Name::parse("bank.example");
const auto kClient = *base::IpAddress::parse("192.0.2.25");
const auto kNeighbour = *base::IpAddress::parse("192.0.2.200");
const auto kElsewhere = *base::IpAddress::parse("198.51.100.1");

class MemoryTest : public store::OnBothDatabases {
 protected:
  void SetUp() override {
    OnBothDatabases::SetUp();
    if (!IsSkipped()) database_.emplace(open());
  }
  static std::optional<bool> passed(const SenderMemory& memory, const base::IpAddress& client,
                                    base::Time now) {
    return memory.recall({.author = &kBank, .client = client, .exchange = {}}, now).passed_from_here;
  }

  std::optional<store::Database> database_;
};

TEST(Networks, AServersNeighboursAreItsOwn) {
  EXPECT_EQ(network_of(kClient).text(), "192.0.2.0");
  EXPECT_EQ(network_of(*base::IpAddress::parse("::ffff:192.0.2.9")).text(), "192.0.2.0");
  EXPECT_EQ(network_of(*base::IpAddress::parse("2001:db8:1:2::3")).text(), "2001:db8:1::");
}

TEST(Exchange, RecipientsInAnyOrder) {
  const std::vector<std::string> one{"a@x.example", "B@x.example"};
  const std::vector<std::string> two{"b@x.example", "a@x.example"};
  EXPECT_EQ(exchange_of("s@y.example", one), exchange_of("S@y.example", two));
  EXPECT_NE(exchange_of("s@y.example", one), exchange_of("t@y.example", one));
}

TEST_P(MemoryTest, NeverIsSaidOnlyByAMemoryThatIsOldEnough) {
  SenderMemory unloaded;
  EXPECT_EQ(passed(unloaded, kClient, kNow), std::nullopt);
  SenderMemory memory;
  ASSERT_TRUE(memory.load(*database_, kNow));
  EXPECT_EQ(passed(memory, kClient, kNow + hours(1)), std::nullopt);
  EXPECT_EQ(passed(memory, kClient, kNow + kMemoryAge), false);
  memory.note_pass(kBank, kClient, kNow);
  EXPECT_EQ(passed(memory, kNeighbour, kNow), true);
  EXPECT_EQ(passed(memory, kElsewhere, kNow + kMemoryAge), false);
  EXPECT_EQ(memory.recall({.author = nullptr, .client = kClient, .exchange = {}}, kNow + kMemoryAge)
                .passed_from_here,
            std::nullopt);
  EXPECT_EQ(
      memory.recall({.author = &kBank, .client = {}, .exchange = {}}, kNow + kMemoryAge).passed_from_here,
      std::nullopt);
}

TEST_P(MemoryTest, ItOutlivesAProcess) {
  {
    SenderMemory memory;
    ASSERT_TRUE(memory.load(*database_, kNow));
    memory.note_pass(kBank, kClient, kNow);
    memory.note_pass(kBank, kNeighbour, kNow + hours(1));
    memory.note_deferral("e1", kNow);
    memory.note_deferral("e1", kNow + hours(3));
    memory.note_deferral("e2", kNow);
    ASSERT_TRUE(memory.save(*database_, kNow + hours(1)));
    memory.note_answer("e2");
    ASSERT_TRUE(memory.save(*database_, kNow + hours(1)));
  }
  SenderMemory memory;
  ASSERT_TRUE(memory.load(*database_, kNow + hours(24 * 30)));
  EXPECT_EQ(memory.senders(), 1U);
  EXPECT_EQ(passed(memory, kClient, kNow + hours(24 * 30)), true);
  EXPECT_EQ(passed(memory, kElsewhere, kNow + hours(24 * 30)), false) << "it began a month ago";
  EXPECT_EQ(memory.recall({.author = nullptr, .client = {}, .exchange = "e1"}, kNow).deferred_since, kNow);
  EXPECT_EQ(memory.recall({.author = nullptr, .client = {}, .exchange = "e2"}, kNow).deferred_since,
            std::nullopt);
  ASSERT_TRUE(memory.save(*database_, kNow + hours(24 * 401)));
  EXPECT_EQ(memory.senders(), 0U) << "what was not seen for so long is forgotten";
}

TEST_P(MemoryTest, WhatItHasNoRoomForItDoesNotCallNew) {
  SenderMemory memory({.senders = 1});
  ASSERT_TRUE(memory.load(*database_, kNow));
  memory.note_pass(kBank, kClient, kNow);
  EXPECT_EQ(passed(memory, kElsewhere, kNow + kMemoryAge), false);
  memory.note_pass(kBank, kElsewhere, kNow);
  EXPECT_EQ(passed(memory, kElsewhere, kNow + kMemoryAge), std::nullopt);
  EXPECT_EQ(passed(memory, kClient, kNow + kMemoryAge), true);
}

INSTANTIATE_TEST_SUITE_P(Databases, MemoryTest,
                         testing::Values(store::Backend::sqlite, store::Backend::postgresql),
                         store::backend_name);

}  // namespace
}  // namespace rampart::guard
