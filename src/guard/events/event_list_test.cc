#include "guard/events/event_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "guard/events/event_rates.h"
#include "store/store_test.h"

namespace rampart::guard {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const base::Time kNow{std::chrono::seconds(1'795'000'020)};

class EventListTest : public store::OnBothDatabases {
 protected:
  void SetUp() override {
    OnBothDatabases::SetUp();
    if (IsSkipped()) return;
    database_.emplace(open());
    store_.emplace(*EventStore::open(*database_));
  }

  static Event event(std::string id, std::chrono::seconds ago, std::vector<std::string> recipients) {
    Event out{.id = std::move(id), .at = kNow - ago, .client = "192.0.2.1", .mail_from = "X@Evil.example"};
    out.recipients = std::move(recipients);
    out.author = "bank.example";
    out.subject = "Your Invoice";
    out.role = "inbound";
    return out;
  }
  void record(const Event& one) { ASSERT_TRUE(store_->record(std::vector{one})); }
  std::vector<std::string> ids(EventFilter filter) {
    std::vector<std::string> out;
    for (;;) {
      const auto page = *list_events(*database_, filter);
      for (const auto& text : page.events)
        out.push_back(base::text_member(base::parse_json(text, "event")->as_object(), "id"));
      if (!page.next) return out;
      filter.behind = page.next;
    }
  }

  std::optional<store::Database> database_;
  std::optional<EventStore> store_;
};

TEST_P(EventListTest, TheNewestFirstPageByPage) {
  for (int i = 0; i < 7; ++i)
    record(event(std::string(1, static_cast<char>('a' + i)), std::chrono::seconds(10 - i / 3),
                 {"a@one.example"}));
  EXPECT_THAT(ids({.behind = {}, .most = 2}), ElementsAre("g", "f", "e", "d", "c", "b", "a"));
  EXPECT_THAT(ids({.scope = Scope({"one.example"}), .behind = {}, .most = 3}),
              ElementsAre("g", "f", "e", "d", "c", "b", "a"));
  EXPECT_EQ(list_events(*database_, {.behind = {}, .most = 7})->next.has_value(), false)
      << "nothing is behind it";
  EXPECT_THAT(
      ids({.from = kNow - std::chrono::seconds(9), .to = kNow - std::chrono::seconds(8), .behind = {}}),
      ElementsAre("f", "e", "d"));
}

TEST_P(EventListTest, ByWhateverIsLookedFor) {
  auto one = event("one", std::chrono::seconds(1), {"A@one.example", "b@two.example"});
  one.answered = Action::reject;
  one.causes = {{.code = "dmarc-reject", .text = "it is forged", .section = {}}};
  record(one);
  auto two = event("two", std::chrono::seconds(2), {"c@sub.one.example"});
  two.author = "a.example, b.example";
  two.mail_from = "";
  two.subject = "Hello";
  record(two);
  const auto by = [&](EventFilter filter) { return ids(std::move(filter)); };
  EXPECT_THAT(by({.actions = {"reject"}, .behind = {}}), ElementsAre("one"));
  EXPECT_THAT(by({.actions = {"accept", "reject"}, .behind = {}}), ElementsAre("one", "two"));
  EXPECT_THAT(by({.recipient = "a@ONE.example", .behind = {}}), ElementsAre("one"));
  EXPECT_THAT(by({.recipient = "@two.example", .behind = {}}), ElementsAre("one"));
  EXPECT_THAT(by({.sender = "x@evil.example", .behind = {}}), ElementsAre("one"));
  EXPECT_THAT(by({.sender = "@evil.example", .behind = {}}), ElementsAre("one"));
  EXPECT_THAT(by({.author = "B.example", .behind = {}}), ElementsAre("two"));
  EXPECT_THAT(by({.client = "192.0.2.1", .behind = {}}), ElementsAre("one", "two"));
  EXPECT_THAT(by({.cause = "dmarc-reject", .behind = {}}), ElementsAre("one"));
  EXPECT_THAT(by({.text = "INVOICE", .behind = {}}), ElementsAre("one"));
  EXPECT_THAT(by({.recipient = "@two.example", .text = "hello", .behind = {}}), IsEmpty());
  EXPECT_THAT(by({.text = "%", .behind = {}}), IsEmpty());
}

TEST_P(EventListTest, OfOthersNothingIsSaid) {
  auto one = event("one", std::chrono::seconds(1), {"a@one.example", "b@two.example"});
  one.kept = "k1";
  one.outcomes = {{.action = Action::quarantine, .recipients = {"a@one.example"}, .kept = "k1", .causes = {}},
                  {.action = Action::reject, .recipients = {"b@two.example"}, .kept = "k2", .causes = {}}};
  record(one);
  record(event("two", std::chrono::seconds(2), {"b@two.example"}));
  const Scope ours({"two.example"});
  EXPECT_THAT(ids({.scope = Scope({"one.example"}), .behind = {}}), ElementsAre("one"));
  EXPECT_THAT(ids({.scope = ours, .behind = {}}), ElementsAre("one", "two"));
  EXPECT_THAT(ids({.scope = Scope({"bank.example"}), .behind = {}}), ElementsAre("one", "two"))
      << "claimed to be from it";
  EXPECT_THAT(ids({.scope = Scope({"three.example"}), .behind = {}}), IsEmpty());
  EXPECT_THAT(ids({.scope = Scope(std::vector<std::string>()), .behind = {}}), IsEmpty());
  EXPECT_THAT(ids({.recipient = "a@one.example", .scope = ours, .behind = {}}), IsEmpty())
      << "nor is it told by asking";
  const auto seen = **find_event(*database_, "one", ours);
  EXPECT_THAT(seen, AllOf(HasSubstr("b@two.example"), HasSubstr("\"kept\":\"k2\""), Not(HasSubstr("a@one")),
                          Not(HasSubstr("k1"))));
  EXPECT_FALSE(*find_event(*database_, "one", Scope({"three.example"})));
  EXPECT_THAT(**find_event(*database_, "one", Scope({"bank.example"})),
              AllOf(Not(HasSubstr("@one")), Not(HasSubstr("k1"))));
  EXPECT_TRUE(Scope({"one.example"}).covers_address("x@sub.one.example"));
  EXPECT_FALSE(Scope({"one.example"}).covers_address("x@none.example"));
}

TEST_P(EventListTest, AnUnselectivePageIsShortAndGoesOn) {
  std::vector<Event> many;
  for (std::size_t i = 0; i < kMaxLookedThrough + 10; ++i)
    many.push_back(event(std::to_string(i), std::chrono::seconds(i), {"a@one.example"}));
  many.back().subject = "needle";
  ASSERT_TRUE(store_->record(many));
  const auto page = *list_events(*database_, {.text = "needle", .behind = {}});
  EXPECT_THAT(page.events, IsEmpty());
  ASSERT_TRUE(page.next);
  EXPECT_THAT(ids({.text = "needle", .behind = {}}), ElementsAre(many.back().id));
}

TEST_P(EventListTest, CountsByMinuteAndHour) {
  const std::vector batch{
      event("a", std::chrono::seconds(0), {"a@one.example", "b@sub.one.example", "c@two.example"}),
      event("b", std::chrono::seconds(60), {"a@two.example"})};
  ASSERT_TRUE(store_->record(batch));
  ASSERT_TRUE(store_->record(batch)) << "again: counted once";
  const auto minutes = [&](std::optional<std::vector<std::string>> domains) {
    std::vector<std::uint64_t> out;
    for (const auto& bucket : *read_rates(*database_, {.span = kMinuteSpan,
                                                       .from = kNow - std::chrono::seconds(60),
                                                       .to = kNow + std::chrono::seconds(1),
                                                       .domains = std::move(domains)}))
      out.push_back(bucket.messages[0]);
    return out;
  };
  EXPECT_THAT(minutes(std::nullopt), ElementsAre(1, 1));
  EXPECT_THAT(minutes({{"one.example"}}), ElementsAre(0, 1));
  EXPECT_THAT(minutes({{"two.example"}}), ElementsAre(1, 1));
  EXPECT_THAT(minutes({{"bank.example"}}), ElementsAre(0, 0)) << "a stranger's claim is no mail of it";
  const auto hours = *read_rates(
      *database_, {.span = kHourSpan, .from = kNow, .to = kNow + std::chrono::seconds(1), .domains = {}});
  EXPECT_EQ(hours.back().messages[0], 2U);
  ASSERT_TRUE(store_->prune(kNow + std::chrono::hours(1)));
  EXPECT_THAT(minutes(std::nullopt), ElementsAre(0, 0));
  EXPECT_THAT(ids({.recipient = "a@one.example", .behind = {}}), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Stores, EventListTest,
                         testing::Values(store::Backend::sqlite, store::Backend::postgresql),
                         store::backend_name);

}  // namespace
}  // namespace rampart::guard
