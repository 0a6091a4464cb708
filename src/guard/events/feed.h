// The latest events, for whoever follows them as they are told: a ring from which each reader reads at his own pace. Whoever tells never
// waits, and memory is bounded however many read and however slowly: what a reader comes too late for he is told to have lost.
//
//   EventFeed feed({});
//   feed.push(told(event, event_json(event)));             // on any thread
//   auto some = feed.read(place, 64);                       // some.lost, some.events; go on at some.next
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "guard/gate/gate.h"

namespace rampart::guard {

// An event as it is handed on, with what it can be chosen by.
struct ToldEvent {
  std::string id;
  base::Time at{};                      // not read of the store's
  std::string answered;                 // an Action
  std::vector<std::string> recipients;  // lower case
  std::vector<std::string> causes;      // codes, those of single recipients among them
  std::string json;                     // event_json(): one line
};
ToldEvent told(const Event& event, std::string json);
// As event_json() wrote it. An error of kind input: it is none.
base::Result<ToldEvent> read_told(std::string json);

// All that is said has to hold.
struct FeedFilter {
  std::string answered;
  std::string to;  // an address, or "@domain"; lower case
  std::string cause;

  [[nodiscard]] bool empty() const { return answered.empty() && to.empty() && cause.empty(); }
};
bool passes(const FeedFilter& filter, const ToldEvent& event);

// Our own.
struct FeedLimits {
  std::size_t events = 4'096;
  std::size_t bytes = std::size_t{8} << 20U;  // of their JSON
};

class EventFeed {
 public:
  using Place = std::uint64_t;  // how many events were told before it

  explicit EventFeed(FeedLimits limits) : limits_(limits) {}

  // From any thread.
  void push(ToldEvent event);

  struct Some {
    std::vector<std::shared_ptr<const ToldEvent>>
        events;              // shared with the ring, which may drop them meanwhile
    std::uint64_t lost = 0;  // that were told before these, and are not there any more
    Place next = 0;
  };
  [[nodiscard]] Some read(Place from, std::size_t most) const;
  [[nodiscard]] Place begin() const;  // of the oldest that is there
  [[nodiscard]] Place end() const;    // of the next that is told
  // Behind the event with that id; nothing when it is not there.
  [[nodiscard]] std::optional<Place> behind(std::string_view id) const;

  // `wake` is called once, on the thread that tells the next event, after each arm(). Set before anybody tells.
  void on_push(std::function<void()> wake) { wake_ = std::move(wake); }
  void arm() { armed_ = true; }

 private:
  const FeedLimits limits_;
  std::function<void()> wake_;
  std::atomic<bool> armed_ = false;
  mutable std::mutex mutex_;
  // Under the mutex.
  std::deque<std::shared_ptr<const ToldEvent>> ring_;
  Place first_ = 0;  // of the ring's front
  std::size_t bytes_ = 0;
};

}  // namespace rampart::guard
