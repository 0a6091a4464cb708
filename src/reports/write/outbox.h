// What has been written and what became of it: reports, the destinations that are not known yet, and the mails. It is a database in
// the folder that reports are written to, so that a run that was interrupted, anywhere, is continued by the next one.
//
//   auto outbox = TRY(Outbox::open(database));
//   if (TRY(outbox.add(report, bytes_digest)) == Outbox::Added::added) …
//   for (const auto& one : TRY(outbox.to_look_up(now))) …   // whose destinations are still to be found out
//   TRY(deliver(outbox, send, options));                     // delivery.h
//
// A mail is marked `sending` before its first byte leaves and `sent` behind the server's answer. One that is found `sending` by the
// next run has perhaps been sent: it becomes `unsure`, is told of, and is sent again only when that is asked for.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "reports/write/recipients.h"
#include "reports/write/report_mail.h"
#include "store/database.h"

namespace rampart::reports {

struct QueuedReport {
  ReportCover cover;
  std::string file;    // the RFC's name of it, which mails have
  std::string stored;  // its name in the folder
  std::string digest;  // of its bytes
  std::uint64_t bytes = 0;
  std::vector<std::string> rua;           // as published
  base::Time made{};                      // first written: what time is given up by
  unsigned lookups = 0;                   // of the destinations, that left some unknown
  std::optional<base::Time> next_lookup;  // nothing: all destinations are known, or given up
  base::Time looked_up{};                 // last; 1970: not yet
  std::vector<Recipients::NotSent> not_sent;
};

enum class MailState : std::uint8_t { ready, sending, sent, unsure, refused, given_up };
inline constexpr std::size_t kMailStates = 6;
std::string_view to_string(MailState state);  // "given up"

struct QueuedMail {
  std::string report;  // its id
  std::string recipient;
  MailState state = MailState::ready;
  std::string why;  // of the last try that failed; printable
  unsigned attempts = 0;
  base::Time made{};      // when its destination was found out: what time is given up by
  base::Time next_try{};  // of what is `ready`; of anything else when it became that
};

class Outbox {
 public:
  // Makes the tables, and takes what an interrupted run was sending for `unsure`.
  static base::Result<Outbox> open(store::Database& database, base::Time now);

  enum class Added : std::uint8_t {
    added,
    same,      // it is there already, byte for byte
    differs,   // one of the same domain, day and configuration was made of other results: left as it was
    replaced,  // the same, with `replace`: its mails are sent anew, under the same names
    overlaps,  // one of another period speaks of a part of this one: two reports must not
  };
  base::Result<Added> add(const QueuedReport& report, bool replace);

  [[nodiscard]] base::Result<std::optional<QueuedReport>> find(std::string_view report_id);
  // Whose destinations are to be looked up now. A time that lies further ahead than any wait was set by a wrong clock.
  base::Result<std::vector<QueuedReport>> to_look_up(base::Time now);
  // What a lookup brought, in one transaction: mails for `to` that are not there yet, and when to look again.
  base::Result<> settle(const QueuedReport& report, const std::vector<std::string>& to, base::Time now);

  base::Result<std::vector<QueuedMail>> due(base::Time now);
  base::Result<> save(const QueuedMail& mail);
  // What is `unsure` becomes `ready`, for who would rather have a report twice than not at all.
  base::Result<> send_unsure_again(base::Time now);

  // All that is open, and what came to a bad end since `since`: who may not get a report, what was refused or given up.
  struct Line {
    QueuedReport report;
    std::vector<QueuedMail> mails;
  };
  base::Result<std::vector<Line>> unfinished(base::Time since);
  base::Result<std::vector<std::uint64_t>> counts();  // of mails, by MailState

 private:
  explicit Outbox(store::Database& database) : database_(&database) {}
  store::Database* database_;
};

}  // namespace rampart::reports
