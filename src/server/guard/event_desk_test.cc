#include "server/guard/event_desk.h"

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/ids.h"
#include "net/http/event_reader.h"
#include "store/store_test.h"

namespace rampart::server {
namespace {

using guard::Event;
using net::http::Head;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::SizeIs;
using testing::StartsWith;

constexpr std::string_view kLive = "live";

Head asking(std::string query, std::string last_id = {}) {
  Head out{.method = "GET", .path = "/api/v1/events", .query = std::move(query), .fields = {}};
  if (!last_id.empty()) out.fields.emplace_back("Last-Event-ID", std::move(last_id));
  return out;
}

class EventDeskTest : public testing::Test {
 protected:
  EventDeskTest()
      : url_("sqlite:" + (folder_.path() / "store.db").string()),
        database_(*store::Database::open(url_)),
        store_(*guard::EventStore::open(database_)) {
    open(true);
  }
  void open(bool with_store, guard::FeedLimits limits = {.events = 5, .bytes = 1 << 20}) {
    desk_.reset();
    feed_.emplace(limits);
    desk_ = *EventDesk::open(io_, *feed_, with_store ? std::optional(*store::parse_url(url_)) : std::nullopt);
  }

  Event make(guard::Action answered = guard::Action::accept) {
    Event out;
    out.id = crypto::new_id();
    out.at = at_;
    out.answered = answered;
    out.recipients = {"a@else.example"};
    return out;
  }
  // The guard tells of it; the store gets it a little later, or never.
  std::string tell(const Event& event, bool stored = true) {
    if (stored) {
      EXPECT_TRUE(store_.record(std::vector{event}));
    }
    feed_->push(guard::told(event, event_json(event)));
    return event.id;
  }
  std::string tell() { return tell(make()); }

  std::unique_ptr<net::http::Stream> follow(const Head& head) {
    auto plan = desk_->plan(head);
    EXPECT_FALSE(plan.refusal) << plan.refusal->body;
    return std::move(plan.stream);
  }
  // What it says until it waits: the ids of events, and the types of what is none with what lacks.
  static std::vector<std::string> read(net::http::Stream& stream) {
    net::http::EventReader reader;
    std::vector<std::string> out;
    for (;;) {
      const auto piece = stream.take();
      reader.feed(piece.text);
      while (const auto event = reader.next()) {
        if (event->type == "message") {
          EXPECT_THAT(event->data, HasSubstr("\"id\":\"" + event->id + "\""));
          out.push_back(event->id);
        } else {
          out.push_back(event->type == "gap" ? "gap " + event->data : event->type);
        }
      }
      if (piece.text.empty() && !piece.more) return out;
    }
  }

  store::TemporaryFolder folder_;
  std::string url_;
  store::Database database_;
  guard::EventStore store_;
  boost::asio::io_context io_{1};
  std::optional<guard::EventFeed> feed_;
  std::unique_ptr<EventDesk> desk_;
  base::Time at_{std::chrono::seconds(1'795'000'000)};
};

TEST_F(EventDeskTest, TellsWhatIsToldFromNowOn) {
  tell();
  const auto stream = follow(asking(""));
  EXPECT_THAT(read(*stream), ElementsAre(kLive));
  const auto one = tell();
  const auto two = tell();
  EXPECT_THAT(read(*stream), ElementsAre(one, two));
  bool woken = false;
  stream->on_wake([&] { woken = true; });
  EXPECT_THAT(read(*stream), IsEmpty());
  tell();
  io_.poll();
  EXPECT_TRUE(woken);
}

TEST_F(EventDeskTest, TellsWhatWasChosen) {
  const auto stream = follow(asking("action=quarantine&to=@Else.example"));
  tell();
  const auto kept = tell(make(guard::Action::quarantine));
  auto other = make(guard::Action::quarantine);
  other.recipients = {"a@open.example"};
  tell(other);
  EXPECT_THAT(read(*stream), ElementsAre(kLive, kept));
}

TEST_F(EventDeskTest, GoesOnBehindTheLastThatWasRead) {
  const auto one = tell();
  const auto two = tell();
  const auto three = tell();
  EXPECT_THAT(read(*follow(asking("", one))), ElementsAre(kLive, two, three)) << "of the feed: exactly";
  std::vector<std::string> later;
  for (int i = 0; i < 8; ++i) {
    at_ += std::chrono::seconds(10);
    later.push_back(tell());
  }
  auto again = read(*follow(asking("", one)));
  EXPECT_THAT(again, IsSupersetOf(later)) << "of the store, and of the feed what that does not have yet";
  EXPECT_EQ(std::ranges::count(again, one), 0);
  for (const auto& id : later) EXPECT_EQ(std::ranges::count(again, id), 1);
  EXPECT_EQ(std::ranges::count(again, std::string(kLive)), 1);
  EXPECT_THAT(read(*follow(asking("", later.at(0)))), SizeIs(8 - 1 + 3 + 1))
      << "the others of those 15 seconds, too";
}

TEST_F(EventDeskTest, TellsOnceWhatTheStoreGetsLate) {
  const auto one = tell();
  for (int i = 0; i < 5; ++i) tell();
  const auto late = make();
  const auto stream = follow(asking("", one));
  tell(late, false);
  auto seen = read(*stream);
  EXPECT_EQ(std::ranges::count(seen, late.id), 1);
  ASSERT_TRUE(store_.record(std::vector{late}));
  EXPECT_THAT(read(*stream), IsEmpty());
}

TEST_F(EventDeskTest, SaysWhatItCannotGive) {
  const auto slow = follow(asking(""));
  for (int i = 0; i < 7; ++i) tell();
  const auto seen = read(*slow);
  ASSERT_THAT(seen, SizeIs(1 + 1 + 5));
  EXPECT_EQ(seen[1], R"(gap {"schema":"rampart.gap/1","lost":2,"why":"they were not read in time"})");
  EXPECT_THAT(read(*follow(asking("", crypto::new_id()))), SizeIs(1 + 5 + 1)) << "an event that nobody knows";
  const auto first = tell();
  for (int i = 0; i < 6; ++i) tell({make()}, false);
  EXPECT_THAT(read(*follow(asking("", first))), testing::Contains(HasSubstr("the store is late")));
  open(false);
  EXPECT_THAT(read(*follow(asking("", first))), ElementsAre(HasSubstr("no store"), kLive));
  EXPECT_THAT(read(*follow(asking("back=60"))), ElementsAre(HasSubstr("no store"), kLive));
}

TEST_F(EventDeskTest, GivesTheNewestOfTheStoreAgain) {
  std::vector<Event> many;
  for (std::size_t i = 0; i < kMostResumed + 10; ++i) many.push_back(make());
  ASSERT_TRUE(store_.record(many));
  const auto seen = read(*follow(asking("", many.front().id)));
  EXPECT_THAT(seen.front(), AllOf(StartsWith("gap "), HasSubstr("\"lost\":10")));
  EXPECT_GE(seen.size(), kMostResumed + 1);
}

TEST_F(EventDeskTest, GoesBackSoFar) {
  at_ = base::now() - std::chrono::hours(1);
  tell();
  at_ = base::now();
  const auto now = tell();
  EXPECT_THAT(read(*follow(asking("back=600"))), ElementsAre(now, kLive));
  EXPECT_THAT(read(*follow(asking("back=7200"))), SizeIs(3));
}

TEST_F(EventDeskTest, MissesNothingWhereTheFeedReachesFurtherBack) {
  at_ = base::now() - std::chrono::hours(1);
  for (int i = 0; i < 7; ++i) tell();
  at_ = base::now();
  const auto now = tell();
  EXPECT_THAT(read(*follow(asking("back=600"))), ElementsAre(now, kLive)) << "and no gap";
  for (int i = 0; i < 6; ++i) tell(make(), false);
  EXPECT_THAT(read(*follow(asking("back=600"))), testing::Contains(HasSubstr("the store is late")));
}

TEST_F(EventDeskTest, SaysAtOnceNoMoreThanAFewLargeOnes) {
  open(true, {.events = 100, .bytes = 100 << 20});
  const auto stream = follow(asking(""));
  EXPECT_THAT(read(*stream), ElementsAre(kLive));
  auto large = make();
  large.recipients.assign(1'000, std::string(1'000, 'x') + "@else.example");
  std::vector<std::string> ids;
  for (int i = 0; i < 4; ++i) {
    large.id = crypto::new_id();
    ids.push_back(tell(large, false));
  }
  EXPECT_LT(stream->take().text.size(), 2'000'000U);
  EXPECT_THAT(read(*stream), ElementsAre(ids[1], ids[2], ids[3])) << "the others come next";
}

TEST_F(EventDeskTest, IsFollowedBySoMany) {
  std::vector<std::unique_ptr<net::http::Stream>> all;
  for (std::size_t i = 0; i < kMostStreams; ++i) all.push_back(follow(asking("")));
  const auto full = desk_->plan(asking(""));
  ASSERT_TRUE(full.refusal);
  EXPECT_EQ(full.refusal->status, 503U);
  all.pop_back();
  EXPECT_FALSE(desk_->plan(asking("")).refusal);
  desk_.reset();
  all.clear();  // they may go after it
}

TEST_F(EventDeskTest, RefusesWhatItDoesNotKnow) {
  for (const auto* query : {"action=drop", "to=else.example", "cause=", "back=-1", "back=86401", "back=1x",
                            "from=a", "%zz", "action=accept&action=accept"}) {
    const auto plan = desk_->plan(asking(query));
    ASSERT_TRUE(plan.refusal) << query;
    EXPECT_EQ(plan.refusal->status, 400U);
  }
  EXPECT_TRUE(desk_->plan(asking("", "no id")).refusal);
}

}  // namespace
}  // namespace rampart::server
