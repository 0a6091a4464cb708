// What the log's own files share of its tables.
#pragma once

#include <functional>

#include "accounts/log/audit_log.h"

namespace rampart::accounts::log {

// The last row, as its table says.
struct Tip {
  bool there = false;
  long long number = 0;
  base::Time time{};
  std::string hash;  // empty: no row yet
};
enum class Lock : std::uint8_t { none, write };
Tip tip_of(soci::session& sql, store::Backend backend, Lock lock);

// The rows of a query that ends as `tail` says ("WHERE … ORDER BY …"; text of ours), with its parameters.
template <class... Use>
void each_row(soci::session& sql, const std::string& tail, const std::function<void(Row&)>& function,
              const Use&... use);

std::string key_id(const crypto::SignKey& key);
// What is signed of a head.
std::string signed_part(const Head& head);
bool is_signed_by(const Head& head, const crypto::SignKey& key);
std::vector<Head> heads_of(soci::session& sql, std::size_t most);

}  // namespace rampart::accounts::log

#include "accounts/sql.h"

namespace rampart::accounts::log {

template <class... Use>
void each_row(soci::session& sql, const std::string& tail, const std::function<void(Row&)>& function,
              const Use&... use) {
  Row row;
  auto& e = row.entry;
  long long time = 0;
  std::string outcome;
  each(
      sql,
      "SELECT number, time, account, name, by_what, by_id, address, act, object, organisation, details, "
      "outcome,"
      " previous, hash FROM accounts_log " +
          tail,
      std::tie(row.number, time, e.account, e.name, e.by, e.by_id, e.address, e.act, e.object, e.organisation,
               e.details, outcome, row.previous, row.hash),
      [&] {
        row.time = time_of(time);
        // A word that is none reads as failed; its hash says that the row was altered unless it was that one.
        e.outcome = parse_done(outcome).value_or(Done::failed);
        function(row);
      },
      use...);
}

}  // namespace rampart::accounts::log
