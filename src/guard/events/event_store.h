// What became of each message, in the store: written as it is told, and found again by whatever somebody has in hand.
//
//   auto events = TRY(EventStore::open(database));
//   TRY(events.record(batch));
//   for (const auto& event : TRY(events.find("4fYq5k0Kz1z9sX", 100))) …
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "guard/gate/gate.h"
#include "store/database.h"

namespace rampart::guard {

inline constexpr std::size_t kMaxFoundBy =
    1'000;  // recipients that an event is found by; it names all of them

inline constexpr std::size_t kPageBytes =
    std::size_t{4}
    << 20U;  // of events that are read at once, beside the last one: an event names all its recipients

class EventStore {
 public:
  static base::Result<EventStore> open(store::Database& database);  // which outlives it

  // All of them or, after an error, none. What is there already stays.
  base::Result<> record(std::span<const Event> events);

  // Those of a message by its queue id, Message-ID (with its brackets or without), our id or that of its entry in the quarantine; or those
  // from or to an address. The newest `most`, the oldest first; each as event_json() wrote it.
  base::Result<std::vector<std::string>> find(std::string_view word, std::size_t most);

  // Those that tell of an entry of the quarantine, by its id and by what it is called beside.
  struct KeptName {
    std::string id;
    std::string queue_id;
    std::string message_id;
  };
  base::Result<std::vector<std::string>> of_kept(const KeptName& kept);

  // Those of that time and later: the newest `most`, the oldest first.
  base::Result<std::vector<std::string>> since(base::Time from, std::size_t most);

  // Those of that time and later, the oldest first, one after the other: however many there are, memory holds a few.
  base::Result<> each(base::Time from, const std::function<void(std::string_view)>& see);

  // Where one stands among all, which are in the order of their time and, within a second, of their coming.
  struct Place {
    base::Time at{};
    long long number = 0;  // 0: of what an older Rampart wrote, which is in the order of the ids
    std::string id{};
  };
  struct Page {
    std::vector<std::string> events;  // as event_json() wrote each
    Place next;         // the last of them; where the page is empty, the place that was asked for
    bool more = false;  // there may be more behind it
  };
  // The first `most` behind that place; fewer where they come to kPageBytes before.
  base::Result<Page> page(const Place& behind, std::size_t most);
  // The time of an event; nothing when it is not there.
  base::Result<std::optional<base::Time>> time_of(const std::string& id);
  // A place behind which are those of that time and later, or the newest `most` of them, and how many that leaves out.
  struct Start {
    Place behind;
    std::uint64_t left_out = 0;
  };
  base::Result<Start> start(base::Time from, std::size_t most);

  // Takes away what is older. How many that were.
  base::Result<std::size_t> prune(base::Time before);

 private:
  explicit EventStore(store::Database& database) : database_(&database) {}
  store::Database* database_;
};

}  // namespace rampart::guard
