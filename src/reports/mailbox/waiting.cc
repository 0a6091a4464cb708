#include "reports/mailbox/waiting.h"

#include <algorithm>

namespace rampart::reports {
namespace {

using base::Result;
using Number = long long;  // as SOCI has it

constexpr store::Migration kMigrations[] = {
    {.sql = "CREATE TABLE report_mail_waiting (place TEXT NOT NULL, validity BIGINT NOT NULL, uid BIGINT NOT "
            "NULL,"
            " since BIGINT NOT NULL, next BIGINT NOT NULL, tries BIGINT NOT NULL, why TEXT NOT NULL,"
            " PRIMARY KEY (place, validity, uid));"},
};

Number seconds(base::Time time) { return time.time_since_epoch().count(); }
base::Time time_of(Number value) { return base::Time(std::chrono::seconds(value)); }

}  // namespace

Waiting wait_longer(const Waiting& before, std::string why, base::Time now) {
  constexpr unsigned kDoublings = 6;  // a minute becomes an hour
  auto out = before;
  if (out.tries == 0) out.since = now;
  const auto pause =
      std::min<std::chrono::minutes>(kFirstWait * (1 << std::min(out.tries, kDoublings)), kLongestWait);
  ++out.tries;
  out.next = now + pause;
  out.why = std::move(why);
  return out;
}

Result<WaitingMails> WaitingMails::open(store::Database& database, std::string place) {
  TRY(database.migrate("reports-mailbox", kMigrations));
  return WaitingMails(database, std::move(place));
}

Result<std::map<std::uint32_t, Waiting>> WaitingMails::load(std::uint32_t validity) {
  return database_->transact([&](soci::session& sql) {
    const Number valid = validity;
    sql << "DELETE FROM report_mail_waiting WHERE place = :place AND validity <> :validity",
        soci::use(place_), soci::use(valid);
    std::map<std::uint32_t, Waiting> out;
    Number uid = 0;
    Number since = 0;
    Number next = 0;
    Number tries = 0;
    std::string why;
    soci::statement rows = (sql.prepare << "SELECT uid, since, next, tries, why FROM report_mail_waiting"
                                           " WHERE place = :place AND validity = :validity",
                            soci::use(place_), soci::use(valid), soci::into(uid), soci::into(since),
                            soci::into(next), soci::into(tries), soci::into(why));
    rows.execute();
    while (rows.fetch())
      out.emplace(static_cast<std::uint32_t>(uid), Waiting{.since = time_of(since),
                                                           .next = time_of(next),
                                                           .tries = static_cast<unsigned>(tries),
                                                           .why = why});
    return out;
  });
}

Result<> WaitingMails::keep(std::uint32_t validity, std::uint32_t uid, const Waiting& waiting) {
  return database_->run([&](soci::session& sql) {
    const Number valid = validity;
    const Number number = uid;
    const Number since = seconds(waiting.since);
    const Number next = seconds(waiting.next);
    const Number tries = waiting.tries;
    sql << "INSERT INTO report_mail_waiting (place, validity, uid, since, next, tries, why)"
           " VALUES (:place, :validity, :uid, :since, :next, :tries, :why) ON CONFLICT (place, validity, uid)"
           " DO UPDATE SET next = excluded.next, tries = excluded.tries, why = excluded.why",
        soci::use(place_), soci::use(valid), soci::use(number), soci::use(since), soci::use(next),
        soci::use(tries), soci::use(waiting.why);
  });
}

Result<> WaitingMails::forget(std::uint32_t validity, const std::vector<std::uint32_t>& uids) {
  if (uids.empty()) return {};
  return database_->transact([&](soci::session& sql) {
    const Number valid = validity;
    Number number = 0;
    soci::statement take =
        (sql.prepare << "DELETE FROM report_mail_waiting WHERE place = :place AND validity = :validity"
                        " AND uid = :uid",
         soci::use(place_), soci::use(valid), soci::use(number));
    for (const auto uid : uids) {
      number = uid;
      take.execute(true);
    }
  });
}

}  // namespace rampart::reports
