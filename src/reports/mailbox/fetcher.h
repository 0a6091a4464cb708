// Reports out of a mailbox into the store: read, committed, and only then put away.
//
//   Fetcher fetcher(judge, waiting);
//   const auto turn = TRY(fetcher.turn(inbox, importer, now));
//
// What ends this anywhere loses nothing: a mail is in the mailbox until its rows are committed, and rows that are there already
// count once (archive/archive.h).
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "reports/intake/importer.h"
#include "reports/mailbox/inbox.h"
#include "reports/mailbox/waiting.h"

namespace rampart::reports {

// What is to be done with what is in a mailbox; pure.
struct FetchPlan {
  std::vector<net::imap::Listed> read;       // new ones, in order
  std::vector<net::imap::Listed> again;      // that waited; the longest first
  std::vector<net::imap::Listed> too_large;  // stay where they are
  std::size_t waiting = 0;                   // whose time has not come
  std::optional<base::Time> next;            // when the first of these is looked at again
};
FetchPlan plan_fetch(const std::vector<net::imap::Listed>& listed,
                     const std::map<std::uint32_t, Waiting>& waiting, base::Time now);

struct FetchTurn {
  std::size_t messages = 0;  // that were read
  std::size_t put_away = 0;
  std::size_t too_large = 0;       // that stay for their size
  std::size_t waiting = 0;         // that stay until their origin is known
  std::size_t given_up = 0;        // of `put_away`: whose origin was not found out in kPatience
  std::optional<base::Time> next;  // when the first of `waiting` is looked at again
};

class Fetcher {
 public:
  // Both outlive it. The judge is the importers'.
  Fetcher(OriginJudge& judge, WaitingMails& waiting) : judge_(judge), waiting_(waiting) {}

  // Asked between mails; true ends the turn, with what was read committed.
  void stop_when(std::function<bool()> stop) { stop_ = std::move(stop); }
  // How long a turn takes so far; the steady clock's.
  void measure_with(std::function<std::chrono::steady_clock::time_point()> clock) {
    clock_ = std::move(clock);
  }
  // Reads what is in the mailbox now.
  base::Result<FetchTurn> turn(Inbox& inbox, Importer& importer, base::Time now);

 private:
  struct Group {
    std::vector<std::uint32_t> read;
    std::vector<std::uint32_t> aside;
    std::map<std::uint32_t, Waiting> waiting;
    std::size_t mails = 0;
    std::size_t bytes = 0;
  };

  base::Result<> read(const net::imap::Listed& mail, base::Time now);
  base::Result<> read_again(const std::vector<net::imap::Listed>& mails, base::Time now);
  base::Result<> leave_large(const std::vector<net::imap::Listed>& mails);
  base::Result<> commit();
  void note_next(base::Time next);
  [[nodiscard]] std::string origin(std::uint32_t uid) const;

  OriginJudge& judge_;
  WaitingMails& waiting_;
  std::function<bool()> stop_;
  std::function<std::chrono::steady_clock::time_point()> clock_ = &std::chrono::steady_clock::now;
  Inbox* inbox_ = nullptr;        // of the turn
  Importer* importer_ = nullptr;  // of the turn
  std::uint32_t validity_ = 0;
  std::map<std::uint32_t, Waiting> known_;  // waiting since before this turn
  std::set<std::pair<std::uint32_t, std::uint32_t>>
      left_;  // validity and UID of what was told to be too large
  Group group_;
  FetchTurn done_;
};

// Lines for people, and a JSON object (schema "rampart.reports-fetch/1").
std::string format_fetch(const std::string& place, const FetchTurn& turn, const ImportSummary& summary);
std::string format_fetch_json(const std::string& place, const FetchTurn& turn, const ImportSummary& summary);

}  // namespace rampart::reports
