// GET /api/v1/events of the guard: its events as they are told, as server-sent events (WHATWG HTML, section 9.2). Of an event `id` is its
// id and `data` its JSON (rampart.event/1); what a reader did not get is said by an event "gap" (rampart.gap/1), and that he has all there was
// before he came, by an event "live". Whoever comes again with Last-Event-ID goes on behind it: from the feed exactly, or from the store,
// from which one may come twice.
#pragma once

#include <memory>
#include <optional>

#include <boost/asio/io_context.hpp>

#include "base/result.h"
#include "guard/events/event_store.h"
#include "guard/events/feed.h"
#include "net/http/server.h"
#include "store/database.h"

namespace rampart::server {

// All our own.
inline constexpr std::size_t kMostStreams = 16;  // at a time
inline constexpr std::size_t kMostResumed =
    10'000;  // events of the store that one who comes again is given, the newest
inline constexpr std::chrono::hours kFarthestBack{24};

// What a request asks for.
struct EventRequest {
  guard::FeedFilter filter;
  std::string last_id;          // Last-Event-ID; empty: none
  std::chrono::seconds back{};  // how far the events go back that he is given first; 0: not at all
};
// action=, to=, cause=, back=SECONDS. Errors are of kind usage, and name the parameter.
base::Result<EventRequest> read_event_request(const net::http::Head& head);

// On the thread of `io`, but for the feed.
class EventDesk {
 public:
  // `store` is where the guard keeps its events; without one nothing but what the feed has is given again. `feed` outlives it.
  static base::Result<std::unique_ptr<EventDesk>> open(boost::asio::io_context& io, guard::EventFeed& feed,
                                                       const std::optional<store::Url>& store);
  EventDesk(const EventDesk&) = delete;
  EventDesk& operator=(const EventDesk&) = delete;
  ~EventDesk();

  // Of a request that may have it.
  net::http::Handler::Plan plan(const net::http::Head& head);

 private:
  class EventStream;
  struct Shared;
  explicit EventDesk(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}

  std::shared_ptr<Shared> shared_;  // shared with its streams, which may go after it
};

}  // namespace rampart::server
