// Events as a list: the newest first, by whatever they are looked for, and by whose they are. What is not somebody's to see is not in it.
//
//   const auto page = TRY(list_events(database, {.actions = {"reject"}, .scope = Scope({"ministry.example"}), .most = 50}));
//   page.events[0]                what event_json() wrote, without recipients that are others'
//   page.next                     where the next page goes on; nothing: this is the last
//
// A page is a range of an index (event_keys.h), whose events are then looked at one by one; of those at most kMaxLookedThrough, so that a
// page may be short though there are more.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "guard/events/event_store.h"

namespace rampart::guard {

// All our own.
inline constexpr std::size_t kMaxLookedThrough = 2'000;  // events for a page
inline constexpr std::size_t kMaxRanges = 50;            // domains of a scope that are ranges of the index

// The domains whose mail somebody may see: to them, or claiming to be from them, and what is below each.
class Scope {
 public:
  Scope() = default;  // everything
  explicit Scope(const std::vector<std::string>& domains);

  [[nodiscard]] bool is_everything() const { return !domains_; }
  [[nodiscard]] bool covers_domain(std::string_view domain) const;
  [[nodiscard]] bool covers_address(std::string_view address) const;
  // "a.example, b.example", as events have authors: whether one of them is.
  [[nodiscard]] bool covers_author(std::string_view author) const;
  [[nodiscard]] std::vector<std::string> domains() const;  // of everything none

 private:
  std::optional<std::unordered_set<std::string>> domains_;  // lower case
};

// All that is said has to hold. Texts in any case.
struct EventFilter {
  std::vector<std::string> actions;  // any of them; none: all
  std::string recipient;             // an address, or "@domain"
  std::string sender;                // of the envelope; the same
  std::string author;                // a domain
  std::string client;
  std::string cause;               // a code
  std::string text;                // in the subject
  std::optional<base::Time> from;  // then or later
  std::optional<base::Time> to;    // before
  Scope scope;
  std::optional<EventStore::Place> behind;  // older than that one
  std::size_t most = 50;
};

struct EventPage {
  std::vector<std::string> events;
  std::optional<EventStore::Place> next;
};
base::Result<EventPage> list_events(store::Database& database, const EventFilter& filter);

// One, by its id; nothing where it is not there, or not in scope.
base::Result<std::optional<std::string>> find_event(store::Database& database, const std::string& id,
                                                    const Scope& scope);

// What event_json() wrote, as somebody of that scope may see it: without recipients that are others', and what was done for them alone.
// Nothing where none of it is his.
std::optional<std::string> seen_by(std::string_view event, const Scope& scope);

}  // namespace rampart::guard
