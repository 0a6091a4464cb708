// One row: who did what, its canonical bytes, and how it is put behind the last.
#include <fmt/format.h>

#include "accounts/log/audit_log.h"
#include "accounts/log/rows.h"
#include "accounts/sql.h"
#include "base/json.h"
#include "base/text.h"
#include "crypto/digest.h"

namespace rampart::accounts::log {
namespace {

using base::ErrorKind;
using base::Result;

constexpr std::string_view kRowMark = "rampart-log-1";

void add_netstring(std::string& out, std::string_view text) {
  out += fmt::format("{}:{},", text.size(), text);
}

std::string_view by_word(Principal::By by) {
  switch (by) {
    case Principal::By::session:
      return "session";
    case Principal::By::token:
      return "token";
    case Principal::By::local:
      break;
  }
  return "local";
}

// What both databases keep as it is: PostgreSQL cuts at NUL and refuses what is no UTF-8.
void tidy(Entry& entry) {
  for (auto* text : {&entry.account, &entry.name, &entry.by, &entry.by_id, &entry.address, &entry.act,
                     &entry.object, &entry.organisation})
    *text = base::excerpt(*text, kMaxText);
  base::JsonLimits limits;
  limits.max_bytes = kMaxDetails;
  const auto parsed = base::parse_json(entry.details, "details", limits);
  if (!parsed || !parsed->is_object() || !base::is_utf8(entry.details) ||
      entry.details.find('\0') != std::string::npos)
    entry.details = fmt::format(R"({{"cut":{}}})", entry.details.size());
}

}  // namespace

std::string_view to_string(Done done) {
  switch (done) {
    case Done::done:
      return "done";
    case Done::refused:
      return "refused";
    case Done::failed:
      break;
  }
  return "failed";
}

std::optional<Done> parse_done(std::string_view text) {
  for (const auto one : {Done::done, Done::refused, Done::failed})
    if (to_string(one) == text) return one;
  return std::nullopt;
}

Entry entry_of(const Principal& who, std::string act, std::string object, std::string organisation) {
  return {.account = who.account,
          .name = who.name,
          .by = std::string(by_word(who.by)),
          .by_id = who.by_id,
          .address = who.address,
          .act = std::move(act),
          .object = std::move(object),
          .organisation = std::move(organisation)};
}

std::string hash_of(const Row& row) {
  const auto before = row.previous.empty() ? std::string(crypto::kSha256Bytes, '\0')
                                           : base::decode_base64(row.previous).value_or(std::string());
  auto bytes = std::string(kRowMark) + before;
  const auto outcome = to_string(row.entry.outcome);
  add_netstring(bytes, std::to_string(row.number));
  add_netstring(bytes, std::to_string(seconds(row.time)));
  for (const std::string_view text :
       {std::string_view(row.entry.account), std::string_view(row.entry.name), std::string_view(row.entry.by),
        std::string_view(row.entry.by_id), std::string_view(row.entry.address),
        std::string_view(row.entry.act), std::string_view(row.entry.object),
        std::string_view(row.entry.organisation), std::string_view(row.entry.details), outcome})
    add_netstring(bytes, text);
  return base::encode_base64(crypto::sha256(bytes));
}

Tip tip_of(soci::session& sql, store::Backend backend, Lock lock) {
  Tip tip;
  long long time = 0;
  // SQLite's transaction has the database's write lock since it began (Database::transact).
  const std::string text = lock == Lock::write && backend == store::Backend::postgresql
                               ? "SELECT number, time, hash FROM accounts_log_tip WHERE one = 1 FOR UPDATE"
                               : "SELECT number, time, hash FROM accounts_log_tip WHERE one = 1";
  tip.there = first(sql, text, std::tie(tip.number, time, tip.hash));
  tip.time = time_of(time);
  return tip;
}

Result<long long> append(soci::session& sql, store::Backend backend, Entry entry, base::Time now) {
  tidy(entry);
  const auto tip = tip_of(sql, backend, Lock::write);
  if (!tip.there)
    return base::fail(ErrorKind::input, "the audit log's tip is gone, so nothing can be put behind it", {},
                      "rampart audit-log verify says what is there");
  Row row{
      .number = tip.number + 1,
      .time = std::max(now, tip.time),  // a clock that was set back makes no row older than the one before
      .entry = std::move(entry),
      .previous = tip.hash,
      .hash = {}};
  row.hash = hash_of(row);
  const std::string outcome(to_string(row.entry.outcome));
  const auto at = seconds(row.time);
  const auto& e = row.entry;
  change(sql,
         "INSERT INTO accounts_log (number, time, account, name, by_what, by_id, address, act, object, "
         "organisation,"
         " details, outcome, previous, hash) VALUES (:number, :time, :account, :name, :by, :by_id, :address, "
         ":act,"
         " :object, :organisation, :details, :outcome, :previous, :hash)",
         row.number, at, e.account, e.name, e.by, e.by_id, e.address, e.act, e.object, e.organisation,
         e.details, outcome, row.previous, row.hash);
  change(sql, "UPDATE accounts_log_tip SET number = :number, time = :time, hash = :hash WHERE one = 1",
         row.number, at, row.hash);
  return row.number;
}

}  // namespace rampart::accounts::log
