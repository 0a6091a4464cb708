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
    return memory.recall({.author = &kBank, .client = client}, now).passed_from_here;
  }

  std::optional<store::Database> database_;
};

TEST(Networks, AServersNeighboursAreItsOwn) {
  EXPECT_EQ(network_of(kClient).text(), "192.0.2.0");
  EXPECT_EQ(network_of(*base::IpAddress::parse("::ffff:192.0.2.9")).text(), "192.0.2.0");
  EXPECT_EQ(network_of(*base::IpAddress::parse("2001:db8:1:2::3")).text(), "2001:db8:1::");
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
  EXPECT_EQ(memory.recall({.author = nullptr, .client = kClient}, kNow + kMemoryAge).passed_from_here,
            std::nullopt);
  EXPECT_EQ(memory.recall({.author = &kBank, .client = {}}, kNow + kMemoryAge).passed_from_here,
            std::nullopt);
}

TEST_P(MemoryTest, ItOutlivesAProcess) {
  {
    SenderMemory memory;
    ASSERT_TRUE(memory.load(*database_, kNow));
    memory.note_pass(kBank, kClient, kNow);
    memory.note_pass(kBank, kNeighbour, kNow + hours(1));
    ASSERT_TRUE(memory.save(*database_, kNow + hours(1)));
  }
  SenderMemory memory;
  ASSERT_TRUE(memory.load(*database_, kNow + hours(24 * 30)));
  EXPECT_EQ(memory.senders(), 1U);
  EXPECT_EQ(passed(memory, kClient, kNow + hours(24 * 30)), true);
  EXPECT_EQ(passed(memory, kElsewhere, kNow + hours(24 * 30)), false) << "it began a month ago";
  ASSERT_TRUE(memory.save(*database_, kNow + hours(24 * 401)));
  EXPECT_EQ(memory.senders(), 0U) << "what was not seen for so long is forgotten";
}

TEST_P(MemoryTest, SinceWhenAPairIsPutOff) {
  const std::vector<std::string> one{"a@x.example"};
  const std::vector<std::string> two{"A@X.example", "b@x.example"};
  const auto since = [](const SenderMemory& memory, std::string_view sender,
                        std::span<const std::string> recipients, base::Time now) {
    return memory.recall({.author = nullptr, .client = {}, .sender = sender, .recipients = recipients}, now)
        .deferred_since;
  };
  SenderMemory memory;
  ASSERT_TRUE(memory.load(*database_, kNow));
  EXPECT_EQ(since(memory, "s@y.example", one, kNow), std::nullopt);
  memory.note_deferral("s@y.example", one, kNow);
  memory.note_deferral("S@y.example", one, kNow + hours(1));
  EXPECT_EQ(since(memory, "s@y.example", one, kNow + hours(2)), kNow) << "the first time counts";
  EXPECT_EQ(since(memory, "t@y.example", one, kNow + hours(2)), std::nullopt);
  EXPECT_EQ(since(memory, "s@y.example", two, kNow + hours(2)), std::nullopt) << "b was not";
  memory.note_deferral("s@y.example", two, kNow + hours(3));
  ASSERT_TRUE(memory.save(*database_, kNow + hours(3)));
  SenderMemory next;
  ASSERT_TRUE(next.load(*database_, kNow + hours(4)));
  EXPECT_EQ(since(next, "s@y.example", two, kNow + hours(4)), kNow + hours(3)) << "the newest of them";
  EXPECT_EQ(since(next, "s@y.example", one, kNow + kDeferralForgotten), std::nullopt);
  next.note_deferral("s@y.example", one, kNow + kDeferralForgotten);
  EXPECT_EQ(since(next, "s@y.example", one, kNow + hours(25)), kNow + kDeferralForgotten) << "anew";
}

TEST_P(MemoryTest, PairsAreBounded) {
  SenderMemory memory({.deferrals = 1});
  const std::vector<std::string> two{"a@x.example", "b@x.example"};
  memory.note_deferral("s@y.example", two, kNow);
  EXPECT_EQ(memory.recall({.author = nullptr, .client = {}, .sender = "s@y.example", .recipients = two}, kNow)
                .deferred_since,
            std::nullopt);
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
