#include "guard/inspect/seen/inspector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace rampart::guard {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// What messages do here to the process that looks at them.
std::string fragile(std::string_view text) {
  if (text.find("DIE") != std::string_view::npos) ::_exit(7);
  if (text.find("HANG") != std::string_view::npos)
    for (volatile int i = 0;; i = i + 1) {
    }
  return look(text);
}

class InspectorTest : public testing::Test {
 protected:
  void start(std::size_t workers) {
    inspector_ =
        Inspector::start({.workers = workers,
                          .function = &fragile,
                          .limits = {.time = std::chrono::seconds(1), .cpu = std::chrono::seconds(1)},
                          .now = [this] { return now_; }})
            .value();
  }
  void look_at(std::string_view body, std::chrono::milliseconds patience = std::chrono::minutes(1)) {
    ++asked_;
    inspector_->look({.header = "Content-Type: text/plain\r\n\r\n", .body = body}, io_, patience,
                     [this](Inspected seen) {
                       ++answered_;
                       ++by_[static_cast<std::size_t>(seen.extent)];
                       last_ = std::move(seen);
                     });
  }
  void run() {
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (answered_ < asked_ && std::chrono::steady_clock::now() < end) {
      io_.restart();
      io_.run_for(std::chrono::milliseconds(20));
    }
  }
  std::size_t count(Extent extent) const { return by_[static_cast<std::size_t>(extent)]; }

  base::Time now_ = *base::parse_time("2026-11-28T08:00:00Z");
  boost::asio::io_context io_;
  std::unique_ptr<Inspector> inspector_;
  std::size_t asked_ = 0;
  std::size_t answered_ = 0;
  std::array<std::size_t, kExtents> by_{};
  Inspected last_;
};

TEST_F(InspectorTest, AnswersOnTheLoopThatAsked) {
  start(2);
  for (int i = 0; i < 20; ++i) look_at("http://evil.example/\r\n");
  EXPECT_EQ(answered_, 0U);
  run();
  EXPECT_EQ(count(Extent::all), 20U);
  EXPECT_THAT(last_.link_keys, ElementsAre("evil.example/"));
}

TEST_F(InspectorTest, WaitsNoLongerThanItMay) {
  start(0);  // nobody works
  look_at("x", std::chrono::milliseconds(50));
  io_.run();
  EXPECT_EQ(last_.extent, Extent::late);
  EXPECT_THAT(last_.fault, HasSubstr("longer than 50 ms"));
  EXPECT_EQ(inspector_->counts().late, 1U);
}

// One message that kills among 200 others, which its MTA tries again for an hour.
TEST_F(InspectorTest, AKillerKillsTwiceAndTheOthersArrive) {
  start(2);
  for (int i = 0; i < 200; ++i) {
    look_at(std::to_string(i) + " https://a.example/");
    if (i == 20) look_at("DIE, all of you");
  }
  run();
  EXPECT_EQ(count(Extent::all), 200U);
  EXPECT_EQ(count(Extent::killed), 1U);
  for (int minutes = 0; minutes < 60; minutes += 5) {
    now_ += std::chrono::minutes(5);
    look_at("DIE, all of you");
    look_at("no harm");
    run();
  }
  EXPECT_EQ(count(Extent::killed), 13U);
  EXPECT_EQ(count(Extent::all), 212U);
  const auto counts = inspector_->counts();
  EXPECT_EQ(counts.tried_again, 1U);
  EXPECT_EQ(counts.killed, 1U);
  EXPECT_EQ(counts.known, 12U);
  now_ += kKillerAge;
  look_at("DIE, all of you");
  run();
  EXPECT_EQ(inspector_->counts().killed, 2U) << "after days it is tried anew";
}

// A process that messages share is ended by one of them, not by the one that it is looking at.
TEST_F(InspectorTest, WhoMeetsATroubledProcessIsTriedAlone) {
  inspector_ =
      Inspector::start({.workers = 1,
                        .function = &fragile,
                        .company = [](std::string_view) -> std::optional<std::string> { ::_exit(7); },
                        .now = [this] { return now_; }})
          .value();
  for (int i = 0; i < 5; ++i) look_at(std::to_string(i) + " https://a.example/");
  run();
  EXPECT_EQ(count(Extent::all), 5U);
  EXPECT_EQ(inspector_->counts().tried_again, 5U);
  EXPECT_EQ(inspector_->counts().killed, 0U);
}

TEST_F(InspectorTest, OneThatHangsHoldsUpNobodyElse) {
  start(2);
  look_at("HANG");
  for (int i = 0; i < 50; ++i) look_at(std::to_string(i));
  asked_ -= 1;  // its own answer may come later
  run();
  EXPECT_GE(count(Extent::all), 49U);
  asked_ += 1;
  run();
  EXPECT_EQ(count(Extent::killed), 1U);
}

TEST_F(InspectorTest, CopiesOfAKillerAreOneKiller) {
  start(1);
  for (int i = 0; i < 5; ++i) look_at("DIE");
  run();
  EXPECT_EQ(count(Extent::killed), 5U);
  EXPECT_EQ(inspector_->counts().killed, 1U);
}

TEST(Killers, AreBoundedAndForgotten) {
  Killers killers;
  auto now = *base::parse_time("2026-11-28T08:00:00Z");
  for (std::size_t i = 0; i < kMaxKillers + 10; ++i) killers.note(std::to_string(i), now);
  EXPECT_EQ(killers.size(), kMaxKillers);
  EXPECT_FALSE(killers.knows("9", now));
  EXPECT_TRUE(killers.knows("10", now));
  now += kKillerAge;
  EXPECT_FALSE(killers.knows("10", now));
  killers.note("x", now);
  EXPECT_EQ(killers.size(), 1U);
}

}  // namespace
}  // namespace rampart::guard
