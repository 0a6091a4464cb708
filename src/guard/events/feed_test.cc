#include "guard/events/feed.h"

#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rampart::guard {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

ToldEvent event(int number, std::string json = "{}") {
  return {.id = std::to_string(number),
          .at = {},
          .answered = "accept",
          .recipients = {},
          .causes = {},
          .json = std::move(json)};
}

std::vector<std::string> ids(const EventFeed::Some& some) {
  std::vector<std::string> out;
  for (const auto& one : some.events) out.push_back(one->id);
  return out;
}

TEST(EventFeed, EachReadsAtHisPace) {
  EventFeed feed({.events = 3, .bytes = 100});
  EXPECT_THAT(feed.read(0, 10).events, IsEmpty());
  for (int i = 0; i < 3; ++i) feed.push(event(i));
  const auto first = feed.read(0, 2);
  EXPECT_THAT(ids(first), ElementsAre("0", "1"));
  EXPECT_EQ(first.lost, 0U);
  EXPECT_EQ(first.next, 2U);
  EXPECT_THAT(ids(feed.read(first.next, 2)), ElementsAre("2"));
  for (int i = 3; i < 8; ++i) feed.push(event(i));
  const auto late = feed.read(first.next, 10);
  EXPECT_EQ(late.lost, 3U);
  EXPECT_THAT(ids(late), ElementsAre("5", "6", "7"));
  EXPECT_EQ(late.next, feed.end());
  EXPECT_EQ(feed.begin(), 5U);
  EXPECT_EQ(feed.behind("6"), 7U);
  EXPECT_EQ(feed.behind("4"), std::nullopt);
}

TEST(EventFeed, HoldsSoManyOctets) {
  EventFeed feed({.events = 100, .bytes = 100});
  for (int i = 0; i < 5; ++i) feed.push(event(i, std::string(40, 'x')));
  EXPECT_THAT(ids(feed.read(0, 10)), ElementsAre("3", "4"));
  feed.push(event(5, std::string(1000, 'x')));
  EXPECT_THAT(ids(feed.read(0, 10)), ElementsAre("5")) << "one that is larger than all is still told";
}

TEST(EventFeed, WakesOnceWhenAsked) {
  EventFeed feed({});
  int woken = 0;
  feed.on_push([&] { ++woken; });
  feed.push(event(0));
  EXPECT_EQ(woken, 0);
  feed.arm();
  feed.push(event(1));
  feed.push(event(2));
  EXPECT_EQ(woken, 1);
}

TEST(EventFeed, LosesNothingUnsaidWhateverIsToldMeanwhile) {
  EventFeed feed({.events = 50, .bytes = 10'000});
  constexpr int kEach = 2'000;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < kEach; ++n) feed.push(event(n));
    });
  std::uint64_t seen = 0;
  for (EventFeed::Place at = 0; at < 3 * kEach;) {
    const auto some = feed.read(at, 7);
    seen += some.lost + some.events.size();
    at = some.next;
  }
  EXPECT_EQ(seen, 3U * kEach);
}

TEST(ToldEvent, IsChosenByWhatItSays) {
  Event one;
  one.id = "abc";
  one.answered = Action::accept;
  one.recipients = {"A@Else.example", "b@open.example"};
  one.causes = {{.code = "dmarc-reject", .text = "x", .section = {}}};
  one.outcomes = {{.action = Action::quarantine,
                   .recipients = {"A@Else.example"},
                   .kept = {},
                   .causes = {{.code = "not-enforced", .text = "y", .section = {}}}}};
  const auto live = told(one, event_json(one));
  const auto stored = read_told(event_json(one));
  ASSERT_TRUE(stored) << stored.error().message();
  EXPECT_EQ(stored->id, "abc");
  for (const auto& event : {live, *stored}) {
    EXPECT_TRUE(passes({}, event));
    EXPECT_TRUE(passes({.answered = "accept", .to = "a@else.example", .cause = "not-enforced"}, event));
    EXPECT_TRUE(passes({.answered = {}, .to = "@open.example", .cause = "dmarc-reject"}, event));
    EXPECT_FALSE(passes({.answered = "reject", .to = {}, .cause = {}}, event));
    EXPECT_FALSE(passes({.answered = {}, .to = "@example", .cause = {}}, event));
    EXPECT_FALSE(passes({.answered = {}, .to = "else.example", .cause = {}}, event));
    EXPECT_FALSE(passes({.answered = {}, .to = {}, .cause = "dmarc"}, event));
  }
  EXPECT_FALSE(read_told("[]"));
  EXPECT_FALSE(read_told("{"));
}

}  // namespace
}  // namespace rampart::guard
