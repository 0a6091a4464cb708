// The quarantine as a list: the newest first, by whatever is looked for, and by whose recipients. Of recipients that are others' nothing is
// said. As events are listed (events/event_list.h).
//
//   const auto page = TRY(list_kept(database, {.state = KeptState::kept, .scope = Scope({"ministry.example"}), .most = 50}));
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "guard/events/event_list.h"
#include "guard/quarantine/quarantine.h"

namespace rampart::guard {

inline constexpr std::uint64_t kMaxKeptCounted = 10'000;  // of a scope; our own

struct KeptPlace {
  base::Time received{};
  std::string id;
};

// All that is said has to hold. Texts in any case.
struct KeptQuestion {
  std::optional<KeptState> state;
  std::string recipient;           // an address, or "@domain"
  std::string author;              // a domain
  std::string cause;               // a code
  std::string text;                // in the subject
  std::optional<base::Time> from;  // then or later
  std::optional<base::Time> to;    // before
  Scope scope;                     // of recipients' domains
  std::optional<KeptPlace> behind;
  std::size_t most = 50;
};

struct KeptPage {
  std::vector<KeptMessage> messages;
  std::optional<KeptPlace> next;  // where the next page goes on; nothing: this is the last
};
base::Result<KeptPage> list_kept(store::Database& database, const KeptQuestion& question);

// How many are in that state; nothing where they are more of a scope than are counted.
base::Result<std::optional<std::uint64_t>> count_kept(store::Database& database, KeptState state,
                                                      const Scope& scope);

// What somebody of that scope may see of it; nothing where none of its recipients is his.
std::optional<KeptMessage> seen_by(KeptMessage message, const Scope& scope);

// The words that an entry is listed by: "to a@bank.example", "to @bank.example", "in bank.example", "of evil.example", "why blocked".
std::vector<std::string> kept_keys(const KeptMessage& message);

// --- rows, for Quarantine, too ---

inline constexpr std::string_view kKeptColumns =
    "SELECT k.id, k.received, k.state, k.changed, k.by_whom, k.size, k.head FROM guard_kept k";
struct KeptRow {
  std::string id;
  long long received = 0;
  std::string state;
  long long changed = 0;
  std::string by;
  long long size = 0;
  std::string head;
};
std::optional<KeptState> parse_kept_state(std::string_view text);  // as to_string() writes it
base::Result<KeptMessage> read_row(soci::session& sql, const KeptRow& row);
base::Result<std::optional<KeptMessage>> find_row(soci::session& sql, const std::string& id);

}  // namespace rampart::guard
