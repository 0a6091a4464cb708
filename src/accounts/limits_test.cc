#include "accounts/limits.h"

#include "accounts/desk_test.h"

namespace rampart::accounts {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

TEST(Limits, DoubleUpToTheirMost) {
  EXPECT_EQ(pause_after(kAccountFromNetwork, 4), seconds(0));
  EXPECT_EQ(pause_after(kAccountFromNetwork, 5), seconds(2));
  EXPECT_EQ(pause_after(kAccountFromNetwork, 6), seconds(4));
  EXPECT_EQ(pause_after(kAccountFromNetwork, 13), seconds(512));
  EXPECT_EQ(pause_after(kAccountFromNetwork, 14), minutes(15));
  EXPECT_EQ(pause_after(kAccountFromNetwork, 1'000'000'000), minutes(15));
  EXPECT_EQ(pause_after(kAccountFromStrangers, 1'000'000'000), minutes(1))
      << "what strangers do to an account";
}

TEST(Limits, TakeANetworkForOne) {
  EXPECT_EQ(network_of("192.0.2.77"), "192.0.2.0/24");
  EXPECT_EQ(network_of("::ffff:192.0.2.77"), "192.0.2.0/24");
  EXPECT_EQ(network_of("2001:db8:1:2ff::1"), "2001:db8:1:200::/56");
  EXPECT_EQ(network_of("local"), "local");
}

class InLimits : public WithDesk {
 protected:
  // How long it has to wait; -1: it was looked at.
  long long guess(std::string_view who, std::string_view address, std::string_view device = {},
                  base::Time now = kNow) {
    long long out = -1;
    transact([&](soci::session& sql) {
      const auto room = take(sql, try_of(Guess::password, who, address, device), now);
      if (!room) out = room.error().retry_after.count();
    });
    return out;
  }
};

TEST_P(InLimits, ForgetAfterAnHour) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(guess("a", "192.0.2.1"), -1) << i;
  EXPECT_EQ(guess("a", "192.0.2.1"), 2);
  EXPECT_EQ(guess("a", "192.0.2.99"), 2) << "the same network";
  EXPECT_EQ(guess("a", "192.0.2.1", {}, kNow + seconds(2)), -1);
  EXPECT_EQ(guess("a", "192.0.2.1", {}, kNow + seconds(2)), 4);
  EXPECT_EQ(guess("b", "192.0.2.1"), -1) << "another account";
  EXPECT_EQ(guess("a", "192.0.2.1", {}, kNow + kForgetTries + seconds(10)), -1);
  EXPECT_EQ(guess("a", "192.0.2.1", {}, kNow + kForgetTries + seconds(10)), -1);
}

TEST_P(InLimits, HoldANetworkThatGuessesAtMany) {
  for (int i = 0; i < 20; ++i) EXPECT_EQ(guess("a" + std::to_string(i), "192.0.2.1"), -1) << i;
  EXPECT_EQ(guess("z", "192.0.2.1"), 2);
  EXPECT_EQ(guess("z", "198.51.100.1"), -1) << "others are not concerned";
}

TEST_P(InLimits, NeverLetStrangersLockTheOwnerOut) {
  // Far more than all budgets, from a thousand networks.
  for (int i = 0; i < 200; ++i) guess("a", "10." + std::to_string(i) + ".0.1");
  EXPECT_GT(guess("a", "203.0.113.1"), 0);
  EXPECT_LE(guess("a", "203.0.113.1"), 60) << "from a new browser he waits a minute at most";
  EXPECT_EQ(guess("a", "203.0.113.1", "known"), -1) << "from his own not at all";
  for (int i = 0; i < 9; ++i) EXPECT_EQ(guess("a", "203.0.113.1", "known"), -1);
  EXPECT_EQ(guess("a", "203.0.113.1", "known"), 10) << "it has its own budget";
}

TEST_P(InLimits, GiveBackWhatWasRight) {
  const auto one = try_of(Guess::password, "a", "192.0.2.1", {});
  for (int i = 0; i < 100; ++i)
    transact([&](soci::session& sql) {
      EXPECT_TRUE(take(sql, one, kNow)) << i;
      give_back(sql, one);
    });
  for (int i = 0; i < 100; ++i)
    transact([&](soci::session& sql) {
      EXPECT_TRUE(take(sql, one, kNow)) << i;
      undo(sql, one);
    });
}

INSTANTIATE_TEST_SUITE_P(Both, InLimits, testing::Values(store::Backend::sqlite, store::Backend::postgresql),
                         store::backend_name);

TEST(HashRoom, HoldsAsManyAsItHas) {
  HashRoom room(2, 1, std::chrono::milliseconds(20));
  auto one = std::make_optional(room.enter());
  const auto two = room.enter();
  EXPECT_TRUE(*one);
  EXPECT_TRUE(two);
  EXPECT_FALSE(room.enter()) << "nobody goes in time";
  one.reset();
  EXPECT_TRUE(room.enter());
  EXPECT_EQ(room.most_seen(), 2U);
  HashRoom none(1, 0);
  const auto in = none.enter();
  EXPECT_FALSE(none.enter()) << "nobody may wait";
}

TEST(Site, IsAHostThatBrowsersAllowPasskeysFor) {
  EXPECT_EQ(site_of("https://Rampart.Cert.Example/")->origin, "https://rampart.cert.example");
  EXPECT_EQ(site_of("https://rampart.cert.example:8443")->origin, "https://rampart.cert.example:8443");
  EXPECT_EQ(site_of("https://rampart.cert.example:443")->origin, "https://rampart.cert.example");
  EXPECT_EQ(site_of("http://localhost:8080")->host, "localhost");
  for (const std::string bad : {"rampart.cert.example", "http://rampart.cert.example", "https://192.0.2.1",
                                "https://[::1]:1", "https://a.example/x", "https://", "https://u@a.example",
                                "https://a.example:0", "https://a.example:99999", "ftp://a.example"})
    EXPECT_FALSE(site_of(bad)) << bad;
}

}  // namespace
}  // namespace rampart::accounts
