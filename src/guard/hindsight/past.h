// An event as the store keeps it, read again: what became of a message, for whoever looks back at many.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "guard/gate/gate.h"

namespace rampart::guard {

struct PastEvent {
  std::string id;
  base::Time at{};
  std::string queue_id;
  std::string client;
  std::string author;
  std::vector<std::string> recipients;
  bool from_outside = false;
  Ruling asked;  // the action and its causes, without what a sender was told
  Action answered = Action::accept;
  std::optional<unsigned> draw;  // its place among all messages (draw_of()); events of old have none
  std::vector<OtherVerdict> others;
};

// As event_json() wrote it; nothing when it is no such event.
std::optional<PastEvent> read_event(std::string_view json);

// Where a message came from, as sources are counted: the author's domain, and the network that the sender memory knows it by (network_text()).
struct Source {
  std::string author;   // "(nobody)" without one
  std::string network;  // "203.0.113.0/24", "2001:db8:1::/48"; empty: the client has no address

  friend auto operator<=>(const Source&, const Source&) = default;
};
Source source_of(const PastEvent& event);

std::string codes(const PastEvent& event);           // of the causes, in order: "dmarc-reject, list-trace"
inline constexpr std::size_t kMaxSources = 100'000;  // that are told apart; our own

}  // namespace rampart::guard
