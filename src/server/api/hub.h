// What happens in the process, for everybody who follows it (GET /events): a ring of which each reader reads at his own pace, and by
// which each event is given only to whoever may see it at the moment of sending.
//
//   hub.publish(Topic::mail, {.id = event.id, .json = json, .audience = {.permission = Permission::mail_read, .organisations = {…}}});
//   const auto some = hub.read(place, 64);            // some.lost, some.events; go on at some.next
//
// Whoever publishes never waits; memory is bounded; what a reader comes too late for he is told to have lost. Any number of threads.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/principal.h"

namespace rampart::server::api {

enum class Topic : std::uint8_t { mail, job, finding, report, session };
std::string_view to_string(Topic topic);
std::optional<Topic> parse_topic(std::string_view text);

// Who is told. All that is said has to hold.
struct Audience {
  accounts::Permission permission = accounts::Permission::self;
  // Whose it is about: one of them has to be in the reader's scope. Empty: of none, which only who sees everything is told, unless `account`
  // is said.
  std::vector<std::string> organisations = {};
  // It is told in part, as these organisations may see it: who sees everything is told the whole by another event.
  bool is_partial = false;
  // It is this account's, which is told whatever its scope; others need `permission` and scope.
  std::string account = {};
};
bool may_see(const accounts::Principal& who, const Audience& audience);

struct LiveEvent {
  std::string id;  // unique; of a mail event that of the store. Empty: one is made
  Topic topic = Topic::mail;
  std::string json;  // one line
  Audience audience;
  // What filters ask about, of mail: as guard::ToldEvent has it.
  std::string answered = {};
  std::vector<std::string> recipients = {};  // lower case
  std::vector<std::string> causes = {};
};

// Our own.
struct HubLimits {
  std::size_t events = 4'096;
  std::size_t bytes = std::size_t{8} << 20U;  // of their JSON
};

class Hub {
 public:
  using Place = std::uint64_t;

  explicit Hub(HubLimits limits = {}) : limits_(limits) {}

  void publish(LiveEvent event);

  struct Some {
    std::vector<std::shared_ptr<const LiveEvent>>
        events;  // shared with the ring, which may drop them meanwhile
    std::uint64_t lost = 0;
    Place next = 0;
  };
  [[nodiscard]] Some read(Place from, std::size_t most) const;
  [[nodiscard]] Place end() const;
  // Behind the event with that id; nothing when it is not there any more.
  [[nodiscard]] std::optional<Place> behind(std::string_view id) const;

  // `wake` is called on the publisher's thread at each event, until unsubscribe(): it posts to a loop and returns.
  using Number = std::uint64_t;
  Number subscribe(std::function<void()> wake);
  void unsubscribe(Number number);  // `wake` is not called any more once it returns

 private:
  const HubLimits limits_;
  mutable std::mutex mutex_;
  // Under the mutex.
  std::deque<std::shared_ptr<const LiveEvent>> ring_;
  Place first_ = 0;
  std::size_t bytes_ = 0;
  std::map<Number, std::function<void()>> wakes_;
  Number next_ = 1;
};

}  // namespace rampart::server::api
