// What the guard remembers of who writes to whom: pairs of an author and a recipient, when the first and the last message came, how many,
// and when the recipient last wrote to that author. Looked at in memory alone, by any number of threads; written to the store from time
// to time, by one.
//
//   Correspondents known;
//   TRY(known.load(database, now));
//   const auto sender = known.recall(author_address(author), recipients, now);
//   known.note_received(address, recipients, now);      // it passed DMARC and was let through
//   known.note_written(user, recipients, now);          // a user of ours wrote to them
//   TRY(known.save(database, now));                     // by the thread that sweeps
//
// Nobody becomes known by what he cannot prove, and what users' own messages made known goes last. It is bounded: of what it may have had
// to forget it says that it does not know, never that it was never seen. A guard that is killed forgets what it learnt since the last save().
#pragma once

#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/result.h"
#include "base/time.h"
#include "guard/memory/acquaintance.h"
#include "guard/memory/pair_table.h"
#include "mail/from.h"
#include "store/database.h"

namespace rampart::guard {

// Our own.
struct CorrespondentLimits {
  std::size_t slots = std::size_t{1} << 20;  // entries in memory, 24 octets each
  std::size_t rows = 500'000;                // in the store: pairs, and one for each author
  std::size_t unsaved =
      100'000;  // rows that wait for save(), some 300 octets each; as many again of what users wrote to
  std::chrono::hours keep{24 * 400};  // since they last wrote to each other
};

// An address as it is remembered: in lower case, its domain as DNS has it. Empty for what is none, or is longer than mail::kMaxMailbox.
std::string correspondent(std::string_view address);
// The same of a message's one author; empty where From names no single one.
std::string author_address(const mail::Author& author);

// What is said of everybody where nothing can be asked.
Correspondence unknown_sender(NotKnown why, std::size_t recipients);

class Correspondents {
 public:
  explicit Correspondents(CorrespondentLimits limits = {}) : limits_(limits) {}

  // Makes the tables, and takes in what is there.
  base::Result<> load(store::Database& database, base::Time now);
  // Takes all that is kept out of the store, and remembers nothing from now on: guard.remember_correspondents is false.
  base::Result<> switch_off(store::Database& database);

  // `author` as author_address() gives it, recipients as the envelope has them.
  [[nodiscard]] Correspondence recall(std::string_view author, std::span<const std::string> recipients,
                                      base::Time now) const;
  // A message that was proven to be the author's was let through to these.
  void note_received(std::string_view author, std::span<const std::string> recipients, base::Time now);
  // A user of ours wrote to these, who are none of ours. `writer` as author_address() gives it. Where there are more than kMostWritten it
  // is not known any more that somebody else was never written to.
  void note_written(std::string_view writer, std::span<const std::string> recipients, base::Time now);

  // Writes what changed, and forgets what is old. An error changes nothing: the next call writes it all.
  base::Result<> save(store::Database& database, base::Time now);

  // That are known in memory: pairs, and one for each author.
  [[nodiscard]] std::size_t size() const;

 private:
  struct Row {
    std::string author;
    std::string recipient;  // empty: anybody
    std::int64_t first = 0;
    std::int64_t last = 0;
    std::int64_t messages = 0;  // since it was last written
    std::int64_t replied = 0;
    std::int64_t wide = 0;  // when it last wrote to more than are looked at; 0 for never
  };
  using Rows = boost::unordered_flat_map<std::uint64_t, Row>;
  struct Note {
    std::uint64_t fingerprint = 0;
    std::string_view author;
    std::string_view recipient;
    bool replied = false;
    bool wide = false;
  };

  // All with the lock held.
  void learn(const Note& note, std::int64_t second);
  void take(const Row& row, std::uint64_t fingerprint, std::int64_t second);
  [[nodiscard]] std::int64_t keep_seconds() const;
  void load_rows(soci::session& sql, base::Time now);
  [[nodiscard]] std::optional<Seen> seen(std::uint64_t fingerprint) const;
  [[nodiscard]] Reach reach() const;
  void give_back(Rows rows, std::int64_t second);

  CorrespondentLimits limits_;
  mutable std::mutex mutex_;
  std::optional<PairTable> table_;  // nothing until it is loaded
  Rows learnt_;                     // not written yet
  std::int64_t begun_ = 0;
  std::int64_t lost_ = 0;
  NotKnown why_not_ = NotKnown::no_store;  // none once it is loaded
};

}  // namespace rampart::guard
