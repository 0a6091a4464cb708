#include "net/silent_zones.h"

#include <gtest/gtest.h>

#include "dns/name.h"

namespace rampart::net {
namespace {

using std::chrono::seconds;

dns::Name name(std::string_view text) { return *dns::Name::try_parse(text); }
const SilentZones::Time kNow = SilentZones::Time{} + std::chrono::hours(1);

TEST(SilentZones, OnlyAfterManyInARow) {
  SilentZones zones;
  for (unsigned i = 1; i < SilentZones::kAfter; ++i) zones.failed(name("a.dead.example"), kNow);
  EXPECT_FALSE(zones.contains(name("dead.example"), kNow));
  zones.failed(name("b.c.dead.example"), kNow);
  EXPECT_TRUE(zones.contains(name("other.dead.example"), kNow));
  EXPECT_FALSE(zones.contains(name("alive.example"), kNow));
}

TEST(SilentZones, AReplyEndsIt) {
  SilentZones zones;
  for (unsigned i = 0; i < SilentZones::kAfter; ++i) zones.failed(name("dead.example"), kNow);
  zones.replied(name("www.dead.example"));
  EXPECT_FALSE(zones.contains(name("dead.example"), kNow));
  zones.failed(name("dead.example"), kNow);
  EXPECT_FALSE(zones.contains(name("dead.example"), kNow));
}

TEST(SilentZones, IsForgotten) {
  SilentZones zones;
  for (unsigned i = 0; i < SilentZones::kAfter; ++i) zones.failed(name("dead.example"), kNow);
  const auto later = kNow + SilentZones::kRemembered + seconds(1);
  EXPECT_FALSE(zones.contains(name("dead.example"), later));
  zones.failed(name("dead.example"), later);
  EXPECT_FALSE(zones.contains(name("dead.example"), later)) << "the count begins anew";
}

TEST(SilentZones, IsBounded) {
  SilentZones zones;
  for (unsigned i = 0; i < SilentZones::kAfter; ++i) zones.failed(name("dead.example"), kNow);
  for (std::size_t i = 0; i < SilentZones::kMost; ++i) {
    zones.failed(name("d" + std::to_string(i) + ".example"), kNow);
  }
  EXPECT_FALSE(zones.contains(name("dead.example"), kNow));
}

}  // namespace
}  // namespace rampart::net
