#include "server/guard/event_desk.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <list>
#include <unordered_set>

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "crypto/ids.h"

namespace rampart::server {

using base::ErrorKind;
using base::Result;
using guard::EventFeed;
using guard::EventStore;
using net::http::error_response;
using net::http::Handler;
using net::http::Head;
using net::http::Response;

namespace {

constexpr std::size_t kPage = 100;  // events that are read from the store at once
constexpr std::size_t kSome = 64;   // that are taken from the feed at once
constexpr std::size_t kPiece =
    std::size_t{64} << 10;  // octets that are sent at once, and what the last event exceeds them by
constexpr std::chrono::seconds kLate{15};  // that an event may come to the store after its time
constexpr std::size_t kMaxCode = 64;       // octets

std::string gap(std::optional<std::uint64_t> lost, std::string_view why) {
  std::string data;
  base::JsonWriter json(data);
  json.begin_object().member("schema", "rampart.gap/1");
  if (lost)
    json.key("lost").value(*lost);
  else
    json.key("lost").null();
  json.member("why", why).end_object();
  return fmt::format("event: gap\ndata: {}\n\n", data);
}

std::unexpected<base::Error> wrong(std::string what, std::string_view where) {
  return base::fail(ErrorKind::usage, std::move(what), std::string(where));
}

}  // namespace

Result<EventRequest> read_event_request(const Head& head) {
  const auto parameters = net::http::parse_query(head.query);
  if (!parameters) return wrong("the query cannot be decoded", {});
  EventRequest out;
  constexpr std::array<std::string_view, 4> kActions{"accept", "quarantine", "tempfail", "reject"};
  for (const auto& [name, value] : *parameters) {
    auto& filter = out.filter;
    if (name == "action") {
      if (!filter.answered.empty()) return wrong("is said twice", name);
      if (std::ranges::find(kActions, value) == kActions.end())
        return wrong("is none of accept, quarantine, tempfail, reject", name);
      filter.answered = value;
    } else if (name == "to") {
      if (!filter.to.empty()) return wrong("is said twice", name);
      if (value.find('@') == std::string::npos) return wrong("is no address and no @DOMAIN", name);
      filter.to = base::lower(value);
    } else if (name == "cause") {
      if (!filter.cause.empty()) return wrong("is said twice", name);
      if (value.empty() || value.size() > kMaxCode)
        return wrong("is no code of a cause, such as dmarc-reject", name);
      filter.cause = value;
    } else if (name == "back") {
      std::uint32_t seconds = 0;
      const auto* const end = value.data() + value.size();
      const auto read = std::from_chars(value.data(), end, seconds);
      if (read.ec != std::errc() || read.ptr != end || std::chrono::seconds(seconds) > kFarthestBack)
        return wrong(
            fmt::format("is no number of seconds up to {}", std::chrono::seconds(kFarthestBack).count()),
            name);
      out.back = std::chrono::seconds(seconds);
    } else {
      return wrong("is no parameter: action, to, cause, back", base::excerpt(name, 80));
    }
  }
  if (const auto id = head.find("Last-Event-ID")) {
    const auto text = base::trim(*id);
    if (!text.empty() && !crypto::is_id(text)) return wrong("is no id of an event", "Last-Event-ID");
    out.last_id = text;
  }
  return out;
}

struct EventDesk::Shared : std::enable_shared_from_this<Shared> {
  explicit Shared(EventFeed& of) : feed(of) {}
  EventFeed& feed;
  std::optional<store::Database> database;
  std::optional<EventStore> events;
  std::list<net::http::Stream*> streams;
};

// One client's. First what the store has, then what the feed has and gets.
class EventDesk::EventStream : public net::http::Stream {
 public:
  EventStream(std::shared_ptr<Shared> shared, EventRequest request)
      : shared_(std::move(shared)), request_(std::move(request)) {
    shared_->streams.push_back(this);
    begin();
  }
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;
  ~EventStream() override { shared_->streams.remove(this); }

  Piece take() override {
    Piece out{.text = std::move(waiting_), .more = false};
    waiting_.clear();
    if (page_) {
      take_page(out.text);
      out.more = true;
      return out;
    }
    shared_->feed.arm();  // before it is read: what is told behind that wakes us
    while (out.text.size() < kPiece) {
      const auto some = shared_->feed.read(place_, kSome);
      if (some.lost != 0) out.text += gap(some.lost, "they were not read in time");
      place_ = some.next - some.events.size();
      if (some.events.empty()) break;
      for (const auto& event : some.events) {
        if (out.text.size() >= kPiece) break;  // they are as large as their recipients are many
        ++place_;
        if (event->at >= from_ && !given_.contains(event->id)) add(out.text, *event);
      }
      if (place_ >= seam_) given_.clear();
    }
    out.more = out.text.size() >= kPiece;
    return out;
  }

 private:
  void begin() {
    place_ = shared_->feed.end();
    if (!request_.last_id.empty()) {
      if (const auto behind = shared_->feed.behind(request_.last_id)) {
        place_ = *behind;
      } else {
        resume();
      }
    } else if (request_.back.count() != 0) {
      start_at(base::now() - request_.back);
    }
    if (!page_) waiting_ += "event: live\ndata: {}\n\n";
  }

  void resume() {
    if (!shared_->events) return skip("the guard keeps no events: it has no store");
    const auto at = shared_->events->time_of(request_.last_id);
    if (!at) return skip("the store cannot be read: " + at.error().what);
    if (!*at) return skip("the store does not know that event, or no more");
    // One that was told later may be of an earlier time: it was answered on another thread.
    start_at(**at - kLate);
  }

  void start_at(base::Time from) {
    from_ = from;
    if (!shared_->events) return skip("the guard keeps no events: it has no store");
    const auto start = shared_->events->start(from, kMostResumed);
    if (!start) return skip("the store cannot be read: " + start.error().what);
    if (start->left_out != 0)
      waiting_ +=
          gap(start->left_out, fmt::format("there are more than the {} that are given again", kMostResumed));
    page_ = start->behind;
  }

  // Goes on with what the feed has, which may not be all that he misses.
  void skip(const std::string& why) {
    waiting_ += gap(std::nullopt, why);
    page_.reset();
    place_ = shared_->feed.begin();
    seam_ = shared_->feed.end();
  }

  void take_page(std::string& out) {
    auto page = shared_->events->page(*page_, kPage);
    if (!page) {
      skip("the store cannot be read: " + page.error().what);
    } else {
      page_ = page->next;
      for (auto& json : page->events) {
        auto event = guard::read_told(std::move(json));
        if (!event) continue;  // written by another program
        add(out, *event);
        given_.insert(std::move(event->id));
      }
      if (given_.size() > 2 * kMostResumed)
        skip("they were not read in time");
      else if (page->more)
        return;
      else
        reach_the_feed();
    }
    out += std::exchange(waiting_, {});
    out += "event: live\ndata: {}\n\n";
  }

  // All that the store has is given; what the feed has beside it comes next. Where that begins before what was asked for, or with what
  // the store gave, the two meet.
  void reach_the_feed() {
    page_.reset();
    place_ = shared_->feed.begin();
    seam_ = shared_->feed.end();
    const auto oldest = shared_->feed.read(place_, 1);
    if (place_ != 0 && !oldest.events.empty() && oldest.events.front()->at + kLate >= from_ &&
        !given_.contains(oldest.events.front()->id))
      waiting_ += gap(std::nullopt, "the store is late, or what it has is older");
  }

  void add(std::string& out, const guard::ToldEvent& event) const {
    if (event.id == request_.last_id || !guard::passes(request_.filter, event)) return;
    out += fmt::format("id: {}\ndata: {}\n\n", event.id, event.json);
  }

  std::shared_ptr<Shared> shared_;
  EventRequest request_;
  base::Time from_ = base::Time::min();    // what the feed has of before is not asked for
  std::string waiting_;                    // what is said before anything else
  std::optional<EventStore::Place> page_;  // as long as the store is read
  std::unordered_set<std::string>
      given_;  // of the store's, until the feed is behind `seam_`; at most kMostResumed and a few
  EventFeed::Place place_ = 0;
  EventFeed::Place seam_ = 0;
};

Result<std::unique_ptr<EventDesk>> EventDesk::open(boost::asio::io_context& io, EventFeed& feed,
                                                   const std::optional<store::Url>& store) {
  auto shared = std::make_shared<Shared>(feed);
  if (store) {
    shared->database.emplace(TRY(store::Database::open(*store)));
    shared->events.emplace(TRY(EventStore::open(*shared->database)));
  }
  feed.on_push([&io, weak = std::weak_ptr(shared)] {
    boost::asio::post(io, [weak] {
      const auto there = weak.lock();
      if (!there) return;
      for (auto* stream : there->streams) stream->wake();
    });
  });
  return std::unique_ptr<EventDesk>(new EventDesk(std::move(shared)));
}

EventDesk::~EventDesk() = default;

Handler::Plan EventDesk::plan(const Head& head) {
  const auto refuse = [](Response response) {
    return Handler::Plan{.refusal = std::move(response), .body = 0, .answer = {}};
  };
  auto request = read_event_request(head);
  if (!request) return refuse(error_response(400, request.error().what, request.error().where));
  if (shared_->streams.size() >= kMostStreams) {
    auto full = error_response(503, fmt::format("{} follow the events, as many as may", kMostStreams));
    full.fields.emplace_back("Retry-After", "10");
    return refuse(std::move(full));
  }
  return {.refusal = {},
          .body = 0,
          .answer = {},
          .stream = std::make_unique<EventStream>(shared_, *std::move(request))};
}

}  // namespace rampart::server
