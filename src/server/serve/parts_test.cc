#include "server/serve/parts.h"

#include <atomic>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/serve/metrics.h"

namespace rampart::server {
namespace {

using namespace std::chrono_literals;
using base::ErrorKind;
using base::Result;
using State = Health::State;
using testing::HasSubstr;

// Until it is so, or the test fails.
template <class F>
bool soon(F&& is_so) {
  for (int i = 0; i < 2'000; ++i) {
    if (is_so()) return true;
    std::this_thread::sleep_for(5ms);
  }
  return false;
}

TEST(Parts, RunUntilTheyAreStopped) {
  std::atomic<bool> ended = false;
  Parts parts([](const std::string&, const base::Error&) {});
  auto& part = parts.add("one", [&](Part& self) -> Result<> {
    self.fine();
    while (self.wait(1h)) {
    }
    ended = true;
    return {};
  });
  EXPECT_EQ(part.health().state, State::starting);
  parts.start();
  EXPECT_TRUE(soon([&] { return part.health().state == State::fine; }));
  EXPECT_TRUE(parts.stop(5s).empty());
  EXPECT_TRUE(ended);
  EXPECT_EQ(part.health().state, State::stopped);
}

TEST(Parts, OneThatFailsIsToldOnceAndBegunAgain) {
  std::atomic<int> begun = 0;
  std::mutex mutex;
  std::vector<std::string> told;
  Parts parts([&](const std::string& part, const base::Error& error) {
    const std::lock_guard lock(mutex);
    told.push_back(part + ": " + error.what);
  });
  auto& part = parts.add("mailbox", [&](Part& self) -> Result<> {
    if (++begun < 3) return base::fail(ErrorKind::unavailable, "the server is away");
    self.fine();
    while (self.wait(1h)) {
    }
    return {};
  });
  parts.start();
  EXPECT_TRUE(soon([&] { return part.health().state == State::failed; }));
  EXPECT_EQ(part.health().why, "the server is away");
  // The pause between is cut short.
  EXPECT_TRUE(soon([&] {
    part.wake();
    return part.health().state == State::fine;
  }));
  EXPECT_EQ(begun, 3);
  EXPECT_EQ(part.counts().failures, 2U);
  EXPECT_TRUE(parts.stop(5s).empty());
  const std::lock_guard lock(mutex);
  EXPECT_THAT(told, testing::ElementsAre("mailbox: the server is away"));
}

TEST(Parts, WhatThrowsOrEndsByItselfFails) {
  Parts parts([](const std::string&, const base::Error&) {});
  auto& thrower = parts.add("thrower", [](Part&) -> Result<> { throw std::runtime_error("no"); });
  auto& ender = parts.add("ender", [](Part&) -> Result<> { return {}; });
  parts.start();
  EXPECT_TRUE(
      soon([&] { return thrower.health().state == State::failed && ender.health().state == State::failed; }));
  EXPECT_THAT(thrower.health().why, HasSubstr("a fault of rampart's own: no"));
  EXPECT_THAT(ender.health().why, HasSubstr("although nobody stopped it"));
}

TEST(Parts, PeriodicWorkIsDoneAgainWhateverCameOfIt) {
  std::atomic<int> runs = 0;
  Parts parts([](const std::string&, const base::Error&) {});
  auto& part = parts.add_periodic("digests", {.first = 1ms, .every = 1ms}, [&](Part&) -> Result<> {
    if (++runs == 1) return base::fail(ErrorKind::unavailable, "not now");
    return {};
  });
  parts.start();
  EXPECT_TRUE(soon([&] { return part.counts().runs >= 3; }));
  EXPECT_EQ(part.health().state, State::fine);
  EXPECT_EQ(part.counts().failures, 1U);
}

TEST(Parts, OneThatDoesNotEndIsNamed) {
  std::atomic<bool> begun = false;
  std::atomic<bool> go = false;
  Parts parts([](const std::string&, const base::Error&) {});
  parts.add("stuck", [&](Part&) -> Result<> {
    begun = true;
    while (!go) std::this_thread::sleep_for(1ms);
    return {};
  });
  parts.start();
  ASSERT_TRUE(soon([&] { return begun.load(); }));
  EXPECT_THAT(parts.stop(50ms), testing::ElementsAre("stuck"));
  go = true;
}

TEST(Metrics, SayHowPartsAre) {
  Parts parts([](const std::string&, const base::Error&) {});
  parts.add_named("guard").fine();
  parts.add_named("digests").degraded("the mail server is away");
  const auto states = states_of(parts);
  EXPECT_EQ(worst(states), State::degraded);
  EXPECT_EQ(health_response(states).body, "{\"status\":\"degraded\"}\n");
  EXPECT_EQ(readiness_response(states, true).status, 200U);
  EXPECT_EQ(readiness_response(states, false).status, 503U);
  const auto text = metrics_text({.parts = states});
  EXPECT_THAT(text, HasSubstr("rampart_part_up{part=\"guard\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("rampart_part_state{part=\"digests\",state=\"degraded\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("rampart_part_state{part=\"digests\",state=\"ok\"} 0\n"));
}

TEST(Metrics, WhatStartsIsNotReady) {
  Parts parts([](const std::string&, const base::Error&) {});
  parts.add_named("api");
  const auto response = readiness_response(states_of(parts), true);
  EXPECT_EQ(response.status, 503U);
  EXPECT_EQ(response.body, "{\"waiting_for\":[\"api\"],\"ready\":false}\n");
}

}  // namespace
}  // namespace rampart::server
