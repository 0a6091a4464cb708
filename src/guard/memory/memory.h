// What the guard remembers of who sends: from which networks mail of a domain has passed DMARC, and since when a message is put off.
// Looked at in memory alone, by any number of threads; written to the store from time to time, by one.
//
//   SenderMemory memory;
//   TRY(memory.load(database, now));
//   policy.memory = memory.recall({.author = &author, .client = ip, .sender = from, .recipients = to}, now);
//   memory.note_pass(author, ip, now);
//   TRY(memory.save(database, now));           // by the thread that sweeps
//
// It is bounded: past that it says of what it does not hold that it does not know, never that it was never seen. A guard that is
// killed forgets what it learnt since the last save(), which makes it more careful and nothing else.
#pragma once

#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/ip.h"
#include "base/result.h"
#include "base/time.h"
#include "dns/name.h"
#include "guard/policy/policy.h"
#include "store/database.h"

namespace rampart::guard {

// Our own.
struct MemoryLimits {
  std::size_t senders = 500'000;      // a domain at a network each, some 60 octets in memory
  std::size_t deferrals = 100'000;    // pairs of a sender and a recipient
  std::chrono::hours keep{24 * 400};  // since a domain was last seen at a network
};

// The network that an address stands for: its /24, or its /48. A sender's servers stand together.
base::IpAddress network_of(const base::IpAddress& client);
std::string network_text(const base::IpAddress& client);  // "192.0.2.0/24"

inline constexpr std::chrono::hours kDeferralForgotten{24};  // then a pair is put off anew

class SenderMemory {
 public:
  explicit SenderMemory(MemoryLimits limits = {}) : limits_(limits) {}

  // Makes the tables, and takes in what is there; the newest, where there is too much.
  base::Result<> load(store::Database& database, base::Time now);

  struct Asked {
    const dns::Name* author = nullptr;  // the one domain of the From field; nullptr: there is no single one
    std::optional<base::IpAddress> client;  // outside of our own machines
    std::string_view sender;
    std::span<const std::string> recipients;
  };
  [[nodiscard]] Memory recall(const Asked& asked, base::Time now) const;

  // Mail of the domain has passed DMARC from there.
  void note_pass(const dns::Name& author, const base::IpAddress& client, base::Time now);
  // Its messages to these are put off: the first time counts.
  void note_deferral(std::string_view sender, std::span<const std::string> recipients, base::Time now);

  // Writes what changed, and forgets what is old. An error changes nothing: the next call writes it all.
  base::Result<> save(store::Database& database, base::Time now);

  [[nodiscard]] std::size_t senders() const;

 private:
  using Key = std::string;  // 16 octets of a digest

  struct Learnt {
    std::string domain;
    std::string network;
    std::int64_t first = 0;
    std::int64_t last = 0;
    std::int64_t messages = 0;
  };

  static Key key_of(std::string_view one, std::string_view other);
  [[nodiscard]] std::optional<base::Time> deferred_since(const Asked& asked, base::Time now) const;

  MemoryLimits limits_;
  mutable std::mutex mutex_;
  boost::unordered_flat_map<Key, std::int64_t> senders_;        // when it last passed there
  boost::unordered_flat_map<Key, std::int64_t> deferrals_;      // since when, by the pair
  boost::unordered_flat_map<Key, Learnt> learnt_;               // not written yet
  boost::unordered_flat_map<Key, std::int64_t> new_deferrals_;  // not written yet
  bool complete_ = true;                                        // `senders_` has all that ever passed
  base::Time begun_{};  // 1970: not loaded, so that "never" is never said
};

}  // namespace rampart::guard
