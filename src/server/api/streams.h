// Who follows the events (GET /events): the server-sent events of each, out of the hub, for as long as he may.
//
//   Streams streams(io, hub, pool, {});
//   plan.stream = streams.open(principal, filter, …);      // by the router
//
// Each event is judged by the reader's rights at the moment of sending. Every kStillEvery his session or token is asked after on the pool;
// one that has ended, or whose role or scope is another, is told so (`session`) and the stream is closed: within 5 s of it. Lives on the loop's thread.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "accounts/principal.h"
#include "net/http/server.h"
#include "server/api/hub.h"
#include "server/api/pool.h"

namespace rampart::server::api {

inline constexpr std::chrono::milliseconds kStillEvery{2'000};  // an ended session's stream closes within 5 s
inline constexpr std::size_t kStreamsOfSession = 5;
inline constexpr std::size_t kMostStreams = 500;         // of all; our own
inline constexpr std::size_t kStreamPiece = 64U << 10U;  // bytes that are made at a time
inline constexpr std::size_t kMostBacklog =
    10'000;  // events of the store that somebody is given who comes again

struct StreamFilter {
  std::vector<Topic> topics = {};  // empty: all
  std::string answered = {};       // of mail
  std::string to = {};             // of mail: an address, or "@domain"; lower case
  std::string cause = {};          // of mail
};
bool passes(const StreamFilter& filter, const LiveEvent& event);

// What the store has of mail for whoever comes again: events with their audience, the oldest first, on a thread of the pool.
struct Backlog {
  std::vector<LiveEvent> events;
  std::optional<std::uint64_t> left_out = 0;  // nothing: nobody knows how many
};
struct WantedBacklog {
  accounts::Principal who;
  std::string behind = {};  // the id of the last event that he was told; empty: `from` says where
  base::Time from{};
};
using ReadBacklog = std::function<base::Result<Backlog>(Bench&, const WantedBacklog&)>;

class Streams {
 public:
  Streams(boost::asio::io_context& io, Hub& hub, Pool& pool, std::function<base::Time()> clock);
  ~Streams();
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;

  struct Begin {
    accounts::Principal who;
    StreamFilter filter = {};
    std::string last_id = {};               // Last-Event-ID
    std::vector<LiveEvent> before = {};     // out of the store, already chosen
    std::optional<std::uint64_t> lost = 0;  // before those; nothing: nobody knows
  };
  // 429 where there are too many of that session, 503 of all. On the loop's thread.
  std::expected<std::unique_ptr<net::http::Stream>, Problem> open(Begin begin);
  // Whether an event is in the hub still. Any thread.
  [[nodiscard]] bool knows(std::string_view id) const { return hub_.behind(id).has_value(); }
  [[nodiscard]] std::uint64_t open_now() const { return count_; }  // any thread
  void stop();                                                     // closes all; on the loop's thread

 private:
  class Follower;
  struct Shared;
  void look_after();
  void wake_all();
  void leave(std::uint64_t number, const accounts::Principal& who);

  boost::asio::io_context& io_;
  Hub& hub_;
  Pool& pool_;
  std::function<base::Time()> clock_;
  boost::asio::steady_timer timer_;
  std::map<std::string, std::size_t> by_session_;
  std::map<std::uint64_t, Follower*> followers_;
  std::uint64_t next_ = 1;
  std::atomic<std::uint64_t> count_ = 0;
  Hub::Number subscription_ = 0;
  std::shared_ptr<Shared> shared_;  // shared with what other threads have posted to the loop
};

}  // namespace rampart::server::api
