// What a store knows of who writes to whom, for who has no guard at hand: the command line. Nothing is written, no table is made.
//
//   const auto known = TRY(stored_senders(database, *parse_senders_word("bank.example"), 100));
//   out = known ? senders_text(*known) : …            // no guard has remembered anything there
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "guard/memory/acquaintance.h"
#include "store/database.h"

namespace rampart::guard {

// What Correspondents::recall() would say, of what was saved last.
base::Result<Correspondence> recall_stored(store::Database& database, std::string_view author,
                                           std::span<const std::string> recipients, base::Time now);

struct SendersWord {
  std::string text;        // an address or a domain, as it is remembered
  bool is_domain = false;  // without everything below it
};
// Errors are of kind usage.
base::Result<SendersWord> parse_senders_word(std::string_view text);

struct StoredPair {
  std::string author;
  std::string recipient;
  Seen seen;
};
struct StoredNetwork {
  std::string network;  // "192.0.2.0/24"
  Seen seen;
};
struct StoredSenders {
  SendersWord asked;
  base::Time begun{};
  std::optional<base::Time> lost;       // when something had to be forgotten for want of room
  std::vector<StoredPair> writes;       // those of whom it is the author, the latest first
  std::vector<StoredPair> is_written;   // those of whom it is the recipient
  std::vector<StoredNetwork> networks;  // of a domain: from where mail of it has passed DMARC
  bool more = false;                    // than were asked for

  [[nodiscard]] bool empty() const { return writes.empty() && is_written.empty() && networks.empty(); }
};
// At most `most` of each. Nothing where no guard has remembered anything there.
base::Result<std::optional<StoredSenders>> stored_senders(store::Database& database, const SendersWord& word,
                                                          std::size_t most);

std::string senders_text(const StoredSenders& senders);
std::string senders_json(const StoredSenders& senders);  // schema "rampart.senders/1"

}  // namespace rampart::guard
