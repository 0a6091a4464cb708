#include "guard/events/event_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "guard/events/story.h"
#include "store/store_test.h"

namespace rampart::guard {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const base::Time kNow{std::chrono::seconds(1'795'000'000)};

class EventStoreTest : public testing::Test {
 protected:
  EventStoreTest()
      : database_(*store::Database::open("sqlite:" + (folder_.path() / "store.db").string())),
        store_(*EventStore::open(database_)) {}

  static Event event(std::string id, base::Time at = kNow) {
    Event out{.id = std::move(id),
              .at = at,
              .queue_id = "4fYq",
              .client = "192.0.2.1",
              .mail_from = "News@Bank.example"};
    out.recipients = {"A@else.example", "b@else.example"};
    out.author = "bank.example";
    out.message_id = "<1@bank.example>";
    out.asked = Action::reject;
    out.causes = {{.code = "dmarc-reject", .text = "it is forged", .section = "RFC 9989 section 5.4"}};
    return out;
  }
  std::vector<std::string> find(std::string_view word, std::size_t most = 10) {
    return *store_.find(word, most);
  }

  store::TemporaryFolder folder_;
  store::Database database_;
  EventStore store_;
};

TEST_F(EventStoreTest, FindsWhatSomebodyHasInHand) {
  ASSERT_TRUE(store_.record(std::vector{event("one")}));
  for (const auto* word : {"one", "4fYq", "<1@bank.example>", "1@bank.example", "news@bank.EXAMPLE",
                           "a@else.example", "b@else.example"})
    EXPECT_THAT(find(word), ElementsAre(event_json(event("one")))) << word;
  for (const auto* word : {"", "4FYQ", "c@else.example", "%", "bank.example"})
    EXPECT_THAT(find(word), IsEmpty()) << word;
}

TEST_F(EventStoreTest, KeepsEachOnceAndGivesTheNewestInOrder) {
  const std::vector events{event("one"), event("two", kNow + std::chrono::seconds(1)),
                           event("three", kNow + std::chrono::seconds(2))};
  ASSERT_TRUE(store_.record(events));
  ASSERT_TRUE(store_.record(events)) << "a batch that is given again";
  EXPECT_THAT(find("4fYq"), SizeIs(3));
  EXPECT_THAT(find("4fYq", 2), ElementsAre(HasSubstr("\"two\""), HasSubstr("\"three\"")));
}

TEST_F(EventStoreTest, GivesWhatIsNewer) {
  ASSERT_TRUE(
      store_.record(std::vector{event("old", kNow - std::chrono::hours(1)), event("one"), event("two")}));
  EXPECT_THAT(*store_.since(kNow, 9), ElementsAre(HasSubstr("\"one\""), HasSubstr("\"two\"")));
  EXPECT_THAT(*store_.since(kNow - std::chrono::hours(2), 2), SizeIs(2));
  EXPECT_THAT(*store_.since(kNow + std::chrono::seconds(1), 9), IsEmpty());
}

TEST_F(EventStoreTest, IsReadPageByPage) {
  const auto later = kNow + std::chrono::seconds(1);
  ASSERT_TRUE(store_.record(std::vector{event("old", kNow - std::chrono::hours(1)), event("b"), event("a"),
                                        event("c", later), event("d", later)}));
  EXPECT_EQ(*store_.time_of("c"), later);
  EXPECT_EQ(*store_.time_of("z"), std::nullopt);
  const auto whole = *store_.start(kNow, 9);
  EXPECT_EQ(whole.left_out, 0U);
  const auto first = *store_.page(whole.behind, 3);
  EXPECT_THAT(first.events, ElementsAre(HasSubstr("\"a\""), HasSubstr("\"b\""), HasSubstr("\"c\"")));
  const auto second = *store_.page(first.next, 3);
  EXPECT_THAT(second.events, ElementsAre(HasSubstr("\"d\"")));
  const auto none = *store_.page(second.next, 3);
  EXPECT_THAT(none.events, IsEmpty());
  EXPECT_EQ(none.next.id, "d");
  const auto newest = *store_.start(kNow - std::chrono::hours(2), 2);
  EXPECT_EQ(newest.left_out, 3U);
  EXPECT_THAT((*store_.page(newest.behind, 9)).events, ElementsAre(HasSubstr("\"c\""), HasSubstr("\"d\"")));
  EXPECT_EQ(store_.start(kNow, 4)->left_out, 0U) << "as many as there are";
}

TEST_F(EventStoreTest, AFewThatAreLargeAreAPage) {
  std::vector<Event> large;
  for (int i = 0; i < 3; ++i) {
    large.push_back(event(std::to_string(i)));
    large.back().recipients.assign(2'000, std::string(1'500, 'x') + "@else.example");
  }
  ASSERT_TRUE(store_.record(large));
  const auto first = *store_.page({.at = kNow, .id = {}}, 100);
  EXPECT_THAT(first.events, SizeIs(2));
  EXPECT_TRUE(first.more);
  const auto second = *store_.page(first.next, 100);
  EXPECT_THAT(second.events, SizeIs(1));
  EXPECT_FALSE(second.more);
  std::size_t all = 0;
  ASSERT_TRUE(store_.each(kNow, [&](std::string_view) { ++all; }));
  EXPECT_EQ(all, 3U);
}

TEST_F(EventStoreTest, TakesAwayWhatIsOld) {
  ASSERT_TRUE(store_.record(std::vector{event("old", kNow - std::chrono::hours(48)), event("new")}));
  EXPECT_EQ(*store_.prune(kNow - std::chrono::hours(24)), 1U);
  EXPECT_THAT(find("a@else.example"), ElementsAre(HasSubstr("\"new\"")));
}

TEST(Story, TellsWhatWasDoneAndWhatIsKept) {
  Event one{.id = "e1", .at = kNow, .queue_id = "4fYq", .client = "192.0.2.1", .mail_from = "n@bank.example"};
  one.recipients = {"a@else.example\x1b[2J"};
  one.asked = Action::quarantine;
  one.answered = Action::quarantine;
  one.mode = Mode::enforce;
  one.kept = "k1";
  one.results = "guard.test;\n\tdmarc=fail";
  const KeptMessage kept{.id = "k1", .state = KeptState::released, .changed = kNow, .by = "soc"};
  const std::vector events{event_json(one)};
  const auto text = *story_text(events, std::vector{kept});
  EXPECT_THAT(text, HasSubstr("quarantined\n"));
  EXPECT_THAT(text, HasSubstr("guard.test; dmarc=fail"));
  EXPECT_THAT(text, HasSubstr("k1, released since 2026-11-18T"));
  EXPECT_THAT(text, HasSubstr("by soc"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("no event tells")));
  EXPECT_THAT(*story_text({}, std::vector{kept}), HasSubstr("no event tells of it"));
  EXPECT_FALSE(story_text(std::vector<std::string>{"{"}, {}));
}

TEST(Story, IsSetForAWidth) {
  Event one{.id = "e1", .at = kNow, .client = "192.0.2.1", .mail_from = "n@bank.example"};
  one.asked = Action::reject;
  for (int i = 0; i < 10; ++i) one.recipients.push_back("a" + std::to_string(i) + "@else.example");
  one.subject = std::string(100, 'x');
  const auto text = *story_text(std::vector{event_json(one)}, {}, 60);
  EXPECT_THAT(text,
              HasSubstr("let through; in mode enforce, it would\n" + std::string(22, ' ') + "have been"));
  EXPECT_THAT(text, HasSubstr("\n  to       a0@else.example, a1@else.example,\n           a2@else.example"));
  for (const auto line : base::split(text, '\n'))
    EXPECT_TRUE(line.size() <= 60 || line.ends_with("xx")) << line;
  EXPECT_THAT(text, HasSubstr(std::string(100, 'x'))) << "a word is not cut";
}

TEST(Story, SaysWhatAMonitorWouldHaveDone) {
  Event one{.id = "e1", .at = kNow};
  one.asked = Action::reject;
  EXPECT_THAT(*story_text(std::vector{event_json(one)}, {}),
              HasSubstr("let through; in mode enforce, it would have been rejected"));
}

}  // namespace
}  // namespace rampart::guard
