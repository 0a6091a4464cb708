// Mails whose origin DNS did not tell: their reports are in the store, unverified, and they stay in the mailbox and are looked at
// again until it does, or until it has been too long.
//
//   auto waiting = TRY(WaitingMails::open(database, "imap://reports@mail.bank.example/INBOX"));
//   const auto due = TRY(waiting.load(validity));     // forgets those of another UIDVALIDITY
//   TRY(waiting.note(validity, uid, "no answer", now));
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "store/database.h"

namespace rampart::reports {

struct Waiting {
  base::Time since{};  // the first look
  base::Time next{};   // not before
  unsigned tries = 0;
  std::string why;  // of the last one
};

// All our own.
inline constexpr std::chrono::minutes kFirstWait{1};
inline constexpr std::chrono::hours kLongestWait{1};
inline constexpr std::chrono::days kPatience{5};  // as servers have with mail (RFC 5321 section 4.5.4.1)

// After a look at `now` that found nothing out; `before` is what was known, or a fresh Waiting.
Waiting wait_longer(const Waiting& before, std::string why, base::Time now);
inline bool is_over(const Waiting& waiting, base::Time now) { return now - waiting.since >= kPatience; }

class WaitingMails {
 public:
  // Makes its table when it is not there. The database outlives it.
  static base::Result<WaitingMails> open(store::Database& database, std::string place);

  // By UID.
  base::Result<std::map<std::uint32_t, Waiting>> load(std::uint32_t validity);
  base::Result<> keep(std::uint32_t validity, std::uint32_t uid, const Waiting& waiting);
  base::Result<> forget(std::uint32_t validity, const std::vector<std::uint32_t>& uids);

 private:
  WaitingMails(store::Database& database, std::string place)
      : database_(&database), place_(std::move(place)) {}

  store::Database* database_;
  std::string place_;
};

}  // namespace rampart::reports
