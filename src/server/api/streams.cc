#include "server/api/streams.h"

#include <algorithm>

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include "base/json.h"
#include "mail/domain_part.h"

namespace rampart::server::api {
namespace {

// One event on the wire (WHATWG HTML, section 9.2). `json` is one line.
void write_event(std::string& out, std::string_view id, std::string_view name, std::string_view json) {
  if (!id.empty()) out += fmt::format("id: {}\n", id);
  out += fmt::format("event: {}\ndata: {}\n\n", name, json);
}

std::string gap_json(const std::optional<std::uint64_t>& lost, std::string_view why) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().key("lost");
  if (lost)
    json.value(*lost);
  else
    json.null();
  json.member("why", why).end_object();
  return out;
}

}  // namespace

bool passes(const StreamFilter& filter, const LiveEvent& event) {
  if (!filter.topics.empty() && std::ranges::find(filter.topics, event.topic) == filter.topics.end())
    return false;
  if (event.topic != Topic::mail) return true;
  const auto is_to = [&](const std::string& recipient) {
    return filter.to.starts_with('@') ? mail::domain_part(recipient) == std::string_view(filter.to).substr(1)
                                      : recipient == filter.to;
  };
  return (filter.answered.empty() || filter.answered == event.answered) &&
         (filter.to.empty() || std::ranges::any_of(event.recipients, is_to)) &&
         (filter.cause.empty() || std::ranges::find(event.causes, filter.cause) != event.causes.end());
}

// What outlives the streams in what was posted: whether they are there.
struct Streams::Shared {
  Streams* streams = nullptr;  // on the loop's thread; nullptr: they are gone
  std::atomic<bool> posted = false;
};

class Streams::Follower : public net::http::Stream {
 public:
  Follower(std::shared_ptr<Shared> shared, std::uint64_t number, Begin begin, Hub::Place place)
      : shared_(std::move(shared)), number_(number), begin_(std::move(begin)), place_(place) {}
  ~Follower() override {
    if (shared_->streams != nullptr) shared_->streams->leave(number_, begin_.who);
  }
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  Piece take() override {
    Piece piece;
    if (!begun_) write_backlog(piece.text);
    if (!ended_why_.empty()) {
      base::JsonWriter json(said_);
      json.begin_object().member("state", "ended").member("why", ended_why_).end_object();
      write_event(piece.text, {}, "session", said_);
      said_.clear();
      piece.end = true;
      return piece;
    }
    if (shared_->streams == nullptr) {
      piece.end = true;
      return piece;
    }
    constexpr std::size_t kAtOnce = 64;
    while (piece.text.size() < kStreamPiece) {
      const auto some = shared_->streams->hub_.read(place_, kAtOnce);
      if (some.lost != 0) write_event(piece.text, {}, "gap", gap_json(some.lost, "the reader was too slow"));
      place_ = some.next;
      for (const auto& event : some.events)
        if (may_see(begin_.who, event->audience) && passes(begin_.filter, *event))
          write_event(piece.text, event->id, to_string(event->topic), event->json);
      if (some.events.empty()) break;
    }
    piece.more = shared_->streams->hub_.end() != place_;
    if (!piece.more && !live_) {
      write_event(piece.text, {}, "live", "{}");
      live_ = true;
    }
    return piece;
  }

  void end(std::string why) {
    ended_why_ = std::move(why);
    wake();
  }
  [[nodiscard]] const accounts::Principal& who() const { return begin_.who; }

 private:
  void write_backlog(std::string& out) {
    begun_ = true;
    if (!begin_.lost || *begin_.lost != 0)
      write_event(out, {}, "gap", gap_json(begin_.lost, "what is older is not at hand any more"));
    for (const auto& event : begin_.before) write_event(out, event.id, to_string(event.topic), event.json);
    begin_.before.clear();
    begin_.before.shrink_to_fit();
  }

  std::shared_ptr<Shared> shared_;  // shared with the streams, which may be gone first
  const std::uint64_t number_;
  Begin begin_;
  Hub::Place place_;
  bool begun_ = false;
  bool live_ = false;
  std::string ended_why_;
  std::string said_;
};

Streams::Streams(boost::asio::io_context& io, Hub& hub, Pool& pool, std::function<base::Time()> clock)
    : io_(io),
      hub_(hub),
      pool_(pool),
      clock_(std::move(clock)),
      timer_(io),
      shared_(std::make_shared<Shared>()) {
  shared_->streams = this;
  subscription_ = hub_.subscribe([&io, shared = shared_] {
    if (shared->posted.exchange(true)) return;
    boost::asio::post(io, [shared] {
      shared->posted = false;
      if (shared->streams != nullptr) shared->streams->wake_all();
    });
  });
}

Streams::~Streams() {
  hub_.unsubscribe(subscription_);
  shared_->streams = nullptr;
}

void Streams::wake_all() {
  for (const auto& [number, follower] : followers_) follower->wake();
}

std::expected<std::unique_ptr<net::http::Stream>, Problem> Streams::open(Begin begin) {
  auto& of_session = by_session_[begin.who.by_id];
  if (of_session >= kStreamsOfSession)
    return std::unexpected(
        too_many(fmt::format("this session follows {} times already", of_session), std::chrono::seconds(2)));
  if (followers_.size() >= kMostStreams) {
    if (of_session == 0) by_session_.erase(begin.who.by_id);
    return std::unexpected(unavailable("too many follow events already"));
  }
  ++of_session;
  const auto behind = begin.last_id.empty() ? std::nullopt : hub_.behind(begin.last_id);
  const auto number = next_++;
  auto follower = std::make_unique<Follower>(shared_, number, std::move(begin), behind.value_or(hub_.end()));
  followers_.emplace(number, follower.get());
  count_ = followers_.size();
  if (followers_.size() == 1) look_after();
  return follower;
}

void Streams::leave(std::uint64_t number, const accounts::Principal& who) {
  followers_.erase(number);
  count_ = followers_.size();
  const auto found = by_session_.find(who.by_id);
  if (found != by_session_.end() && --found->second == 0) by_session_.erase(found);
}

void Streams::stop() {
  for (const auto& [number, follower] : followers_) follower->end("the server ends");
  timer_.cancel();
}

// Asks for each whether he still may, while anybody follows.
void Streams::look_after() {
  timer_.expires_after(kStillEvery);
  timer_.async_wait([shared = shared_](const boost::system::error_code& error) {
    if (error || shared->streams == nullptr) return;
    auto& streams = *shared->streams;
    if (streams.followers_.empty()) return;
    std::vector<std::pair<std::uint64_t, accounts::Principal>> asked;
    for (const auto& [number, follower] : streams.followers_) asked.emplace_back(number, follower->who());
    const auto now = streams.clock_();
    streams.pool_.post([&io = streams.io_, shared, asked = std::move(asked), now](Bench& bench) {
      std::vector<std::uint64_t> over;
      for (const auto& [number, who] : asked) {
        const auto still = bench.desk().sessions.still(who, now);
        if (still && !*still) over.push_back(number);
      }
      boost::asio::post(io, [shared, over = std::move(over)] {
        if (shared->streams == nullptr) return;
        for (const auto number : over)
          if (const auto found = shared->streams->followers_.find(number);
              found != shared->streams->followers_.end())
            found->second->end("the session has ended, or may something else now");
      });
    });
    streams.look_after();
  });
}

}  // namespace rampart::server::api
