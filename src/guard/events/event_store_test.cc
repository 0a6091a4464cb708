#include "guard/events/event_store.h"

#include <optional>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "crypto/ids.h"
#include "guard/events/story.h"
#include "guard/events/tables.h"
#include "store/store_test.h"

namespace rampart::guard {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const base::Time kNow{std::chrono::seconds(1'795'000'000)};

class EventStoreTest : public store::OnBothDatabases {
 protected:
  void SetUp() override {
    OnBothDatabases::SetUp();
    if (IsSkipped()) return;
    database_.emplace(open());
    store_.emplace(*EventStore::open(*database_));
  }

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
    return *store_->find(word, most);
  }

  std::optional<store::Database> database_;
  std::optional<EventStore> store_;
};

TEST_P(EventStoreTest, FindsWhatSomebodyHasInHand) {
  ASSERT_TRUE(store_->record(std::vector{event("one")}));
  for (const auto* word : {"one", "4fYq", "<1@bank.example>", "1@bank.example", "news@bank.EXAMPLE",
                           "a@else.example", "b@else.example"})
    EXPECT_THAT(find(word), ElementsAre(event_json(event("one")))) << word;
  for (const auto* word : {"", "4FYQ", "c@else.example", "%", "bank.example"})
    EXPECT_THAT(find(word), IsEmpty()) << word;
}

TEST_P(EventStoreTest, KeepsEachOnceAndGivesTheNewestInOrder) {
  const std::vector events{event("one"), event("two", kNow + std::chrono::seconds(1)),
                           event("three", kNow + std::chrono::seconds(2))};
  ASSERT_TRUE(store_->record(events));
  ASSERT_TRUE(store_->record(events)) << "a batch that is given again";
  EXPECT_THAT(find("4fYq"), SizeIs(3));
  EXPECT_THAT(find("4fYq", 2), ElementsAre(HasSubstr("\"two\""), HasSubstr("\"three\"")));
}

TEST_P(EventStoreTest, GivesWhatIsNewer) {
  ASSERT_TRUE(
      store_->record(std::vector{event("old", kNow - std::chrono::hours(1)), event("one"), event("two")}));
  EXPECT_THAT(*store_->since(kNow, 9), ElementsAre(HasSubstr("\"one\""), HasSubstr("\"two\"")));
  EXPECT_THAT(*store_->since(kNow - std::chrono::hours(2), 2), SizeIs(2));
  EXPECT_THAT(*store_->since(kNow + std::chrono::seconds(1), 9), IsEmpty());
}

TEST_P(EventStoreTest, IsReadPageByPage) {
  const auto later = kNow + std::chrono::seconds(1);
  ASSERT_TRUE(store_->record(std::vector{event("old", kNow - std::chrono::hours(1)), event("b"), event("a"),
                                         event("c", later), event("d", later)}));
  EXPECT_EQ(*store_->time_of("c"), later);
  EXPECT_EQ(*store_->time_of("z"), std::nullopt);
  const auto whole = *store_->start(kNow, 9);
  EXPECT_EQ(whole.left_out, 0U);
  const auto first = *store_->page(whole.behind, 3);
  EXPECT_THAT(first.events, ElementsAre(HasSubstr("\"b\""), HasSubstr("\"a\""), HasSubstr("\"c\"")));
  const auto second = *store_->page(first.next, 3);
  EXPECT_THAT(second.events, ElementsAre(HasSubstr("\"d\"")));
  const auto none = *store_->page(second.next, 3);
  EXPECT_THAT(none.events, IsEmpty());
  EXPECT_EQ(none.next.id, "d");
  const auto newest = *store_->start(kNow - std::chrono::hours(2), 2);
  EXPECT_EQ(newest.left_out, 3U);
  EXPECT_THAT((*store_->page(newest.behind, 9)).events, ElementsAre(HasSubstr("\"c\""), HasSubstr("\"d\"")));
  EXPECT_EQ(store_->start(kNow, 4)->left_out, 0U) << "as many as there are";
}

TEST_P(EventStoreTest, AFewThatAreLargeAreAPage) {
  std::vector<Event> large;
  for (int i = 0; i < 3; ++i) {
    large.push_back(event(std::to_string(i)));
    large.back().recipients.assign(2'000, std::string(1'500, 'x') + "@else.example");
  }
  ASSERT_TRUE(store_->record(large));
  const auto first = *store_->page({.at = kNow, .id = {}}, 100);
  EXPECT_THAT(first.events, SizeIs(2));
  EXPECT_TRUE(first.more);
  const auto second = *store_->page(first.next, 100);
  EXPECT_THAT(second.events, SizeIs(1));
  EXPECT_FALSE(second.more);
  std::size_t all = 0;
  ASSERT_TRUE(store_->each(kNow, [&](std::string_view) { ++all; }));
  EXPECT_EQ(all, 3U);
}

TEST_P(EventStoreTest, EventsOfASecondAreInTheOrderOfTheirComing) {
  ASSERT_TRUE(store_->record(std::vector{event("c"), event("a")}));
  ASSERT_TRUE(store_->record(std::vector{event("c"), event("b"), event("0", kNow - std::chrono::hours(1))}));
  const auto in_order =
      ElementsAre(HasSubstr("\"0\""), HasSubstr("\"c\""), HasSubstr("\"a\""), HasSubstr("\"b\""));
  EXPECT_THAT(find("4fYq"), in_order);
  EXPECT_THAT(*store_->since(kNow - std::chrono::hours(2), 9), in_order);
  EXPECT_THAT(find("4fYq", 1), ElementsAre(HasSubstr("\"b\"")));
  EXPECT_THAT((*store_->page(store_->start(kNow, 2)->behind, 9)).events,
              ElementsAre(HasSubstr("\"a\""), HasSubstr("\"b\"")));
  const auto one = *store_->page({.at = kNow}, 1);
  EXPECT_THAT((*store_->page(one.next, 1)).events, ElementsAre(HasSubstr("\"a\"")));
}

TEST_P(EventStoreTest, FindsWhatTellsOfAnEntryOfTheQuarantine) {
  const auto id = crypto::new_id();
  const auto other = crypto::new_id();
  auto one = event("one");
  one.kept = id;
  one.outcomes = {
      {.action = Action::quarantine, .recipients = {"a@else.example"}, .kept = id, .causes = {}},
      {.action = Action::quarantine, .recipients = {"b@else.example"}, .kept = other, .causes = {}}};
  ASSERT_TRUE(store_->record(std::vector{one, event("two")}));
  for (const auto& kept : {id, other}) {
    EXPECT_THAT(find(kept), ElementsAre(event_json(one)));
    EXPECT_THAT(*store_->of_kept({.id = kept, .queue_id = "4fYq", .message_id = {}}),
                ElementsAre(event_json(one)));
  }
  EXPECT_THAT(*store_->of_kept({.id = "%", .queue_id = "4fYq", .message_id = {}}), IsEmpty());
  ASSERT_EQ(*store_->prune(kNow + std::chrono::seconds(1)), 2U);
  ASSERT_TRUE(database_->run([](soci::session& sql) {
    int left = -1;
    sql << "SELECT COUNT(*) FROM guard_event_kept", soci::into(left);
    EXPECT_EQ(left, 0);
  }));
}

// The tables as the first version made them, with two rows.
class EventStoreOfOld : public store::OnBothDatabases {};
TEST_P(EventStoreOfOld, KeepsWorking) {
  auto database = open();
  ASSERT_TRUE(database.migrate("guard-events", std::span(kEventMigrations).first(1)));
  const auto id = crypto::new_id();
  ASSERT_TRUE(database.run([&](soci::session& sql) {
    for (const std::string name : {"b", "a"}) {
      const long long at = kNow.time_since_epoch().count();
      const auto json = name == "b" ? fmt::format("{{\"id\":\"b\",\"kept\":\"{}\"}}", id) : R"({"id":"a"})";
      sql << "INSERT INTO guard_event VALUES (:id, :at, '4fYq', '', '', '', '', 'quarantine', :event)",
          soci::use(name), soci::use(at), soci::use(json);
    }
  }));
  auto store = *EventStore::open(database);
  Event late{.id = "0", .at = kNow, .queue_id = "4fYq", .client = {}, .mail_from = {}};
  ASSERT_TRUE(store.record(std::vector{late}));
  EXPECT_THAT(*store.find("4fYq", 9),
              ElementsAre(HasSubstr("\"a\""), HasSubstr("\"b\""), HasSubstr("\"id\":\"0\"")));
  EXPECT_THAT((*store.page({.at = kNow}, 9)).events, SizeIs(3));
  EXPECT_THAT(*store.of_kept({.id = id, .queue_id = "4fYq", .message_id = {}}), ElementsAre(HasSubstr(id)));
}

TEST_P(EventStoreTest, TakesAwayWhatIsOld) {
  ASSERT_TRUE(store_->record(std::vector{event("old", kNow - std::chrono::hours(48)), event("new")}));
  EXPECT_EQ(*store_->prune(kNow - std::chrono::hours(24)), 1U);
  EXPECT_THAT(find("a@else.example"), ElementsAre(HasSubstr("\"new\"")));
}

INSTANTIATE_TEST_SUITE_P(Databases, EventStoreTest,
                         testing::Values(store::Backend::sqlite, store::Backend::postgresql),
                         store::backend_name);
INSTANTIATE_TEST_SUITE_P(Databases, EventStoreOfOld,
                         testing::Values(store::Backend::sqlite, store::Backend::postgresql),
                         store::backend_name);

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

TEST(Story, IsSetForItsWidth) {
  Event one{.id = "e1", .at = kNow, .queue_id = "4fYq", .client = "192.0.2.1", .mail_from = "n@bank.example"};
  for (int i = 0; i < 30; ++i) one.results += "dkim=none (no signature); ";
  const std::vector events{event_json(one)};
  const auto text = *story_text(events, {}, 60);
  for (const auto line : base::split(text, '\n')) EXPECT_LE(line.size(), 60U) << line;
  EXPECT_THAT(text, HasSubstr("\n           dkim=none"));
}

TEST(Story, SaysWhatAMonitorWouldHaveDone) {
  Event one{.id = "e1", .at = kNow};
  one.asked = Action::reject;
  EXPECT_THAT(*story_text(std::vector{event_json(one)}, {}),
              HasSubstr("let through; in mode enforce, it would have been rejected"));
}

}  // namespace
}  // namespace rampart::guard
