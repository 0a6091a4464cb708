#include "accounts/log/audit_log.h"

#include <algorithm>

#include <fmt/format.h>

#include "accounts/log/rows.h"
#include "accounts/log/tables.h"
#include "accounts/sql.h"
#include "base/base64url.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/verify_key.h"

namespace rampart::accounts::log {
namespace {

using base::ErrorKind;
using base::Result;

constexpr std::string_view kHeadMark = "rampart-log-head-1";
constexpr std::size_t kKeyBytes = 8;
constexpr std::size_t kMaxHeadLine = 512;
constexpr std::size_t kMostRows = 1000;  // of one page

// A hash as it stands in a row, and in a line.
std::string to_url(std::string_view base64) {
  return base::encode_base64url(base::decode_base64(base64).value_or(std::string()));
}

std::optional<std::string> from_url(std::string_view text) {
  const auto bytes = base::decode_base64url(text);
  if (!bytes) return std::nullopt;
  return base::encode_base64(*bytes);
}

// A filter as SQL whose every parameter is there: an empty one lets all through.
constexpr std::string_view kWhere =
    "WHERE (:account = '' OR account = :account2) AND (:act = '' OR act = :act2)"
    " AND (:from_act = '' OR (act >= :from_act2 AND act < :until_act)) AND (:object = '' OR object = "
    ":object2)"
    " AND (:organisation = '' OR organisation = :organisation2) AND (:outcome = '' OR outcome = :outcome2)"
    " AND time >= :from AND time < :until AND number < :before ";

struct Bound {
  std::string act, from_act, until_act, outcome;
  long long from = 0;
  long long until = 0;
  long long before = 0;
};

Bound bind(const Filter& filter) {
  constexpr long long kLast = 1LL << 53;
  Bound out;
  out.outcome = filter.outcome ? std::string(to_string(*filter.outcome)) : std::string();
  if (filter.act.ends_with('.')) {
    // All that begin so: up to the first text behind them, '/' being the letter behind '.'.
    out.from_act = filter.act;
    out.until_act = filter.act.substr(0, filter.act.size() - 1) + '/';
  } else {
    out.act = filter.act;
  }
  out.from = filter.from ? seconds(*filter.from) : -kLast;
  out.until = filter.until ? seconds(*filter.until) : kLast;
  out.before = filter.before.value_or(kLast);
  return out;
}

std::string where_of() { return std::string(kWhere); }

}  // namespace

std::string key_id(const crypto::SignKey& key) {
  return base::encode_base64url(crypto::sha256(key.public_key()).substr(0, kKeyBytes));
}

std::string signed_part(const Head& head) {
  return fmt::format("{} {} {} {}", kHeadMark, head.number, base::format_time(head.time), to_url(head.hash));
}

bool is_signed_by(const Head& head, const crypto::SignKey& key) {
  if (head.key != key_id(key)) return false;
  const auto check = crypto::VerifyKey::ed25519(key.public_key());
  const auto signature = base::decode_base64url(head.signature);
  return check && signature && (*check)->check(crypto::sha256(signed_part(head)), *signature);
}

std::string to_line(const Head& head) {
  return fmt::format("{} {} {}", signed_part(head), head.key, head.signature);
}

Result<Head> parse_head(std::string_view line) {
  const auto wrong = [](std::string_view what) {
    return base::fail(ErrorKind::input, fmt::format("it is no head of an audit log: {}", what), {},
                      "a head is a line of rampart audit-log head, as it was printed");
  };
  const auto text = base::trim(line);
  if (text.size() > kMaxHeadLine) return wrong("the line is too long");
  const auto words = base::split(text, ' ');
  if (words.size() != 6) return wrong("it has not six words");
  if (words[0] != kHeadMark) return wrong(fmt::format("it does not begin with {}", kHeadMark));
  const auto number = base::parse_number(words[1]);
  const auto time = base::parse_time(words[2]);
  const auto hash = from_url(words[3]);
  if (!number || *number == 0 || *number > (1ULL << 53U)) return wrong("the number is none");
  if (!time) return wrong("the time is none");
  if (!hash || base::decode_base64(*hash).value_or("").size() != crypto::kSha256Bytes)
    return wrong("the hash is none");
  if (!from_url(words[4]) || !from_url(words[5])) return wrong("key or signature is no base64url");
  return Head{.number = static_cast<long long>(*number),
              .time = *time,
              .hash = *hash,
              .key = std::string(words[4]),
              .signature = std::string(words[5])};
}

std::vector<Head> heads_of(soci::session& sql, std::size_t most) {
  std::vector<Head> out;
  Head head;
  long long time = 0;
  const auto limit = static_cast<long long>(most);
  each(
      sql,
      "SELECT number, time, hash, key, signature FROM accounts_log_head ORDER BY number DESC LIMIT :most",
      std::tie(head.number, time, head.hash, head.key, head.signature),
      [&] {
        head.time = time_of(time);
        out.push_back(head);
      },
      limit);
  return out;
}

Result<AuditLog> AuditLog::open(store::Database& database, const crypto::SignKey& key) {
  TRY(database.migrate("accounts-log", kMigrations));
  return AuditLog(database, key);
}

Result<long long> AuditLog::add(Entry entry, base::Time now) {
  const auto number = TRY(database_->transact(
      [&](soci::session& sql) { return append(sql, database_->backend(), std::move(entry), now); }));
  TRY(sign_if_due(now));
  return number;
}

Result<std::vector<Row>> AuditLog::list(const Filter& filter) {
  return database_->run([&](soci::session& sql) {
    std::vector<Row> out;
    const auto b = bind(filter);
    const auto most = static_cast<long long>(std::min(filter.most, kMostRows));
    each_row(
        sql, where_of() + "ORDER BY number DESC LIMIT :most", [&](Row& row) { out.push_back(row); },
        filter.account, filter.account, b.act, b.act, b.from_act, b.from_act, b.until_act, filter.object,
        filter.object, filter.organisation, filter.organisation, b.outcome, b.outcome, b.from, b.until,
        b.before, most);
    return out;
  });
}

Result<long long> AuditLog::count(const Filter& filter) {
  auto whole = filter;
  whole.before.reset();
  return database_->run([&](soci::session& sql) {
    const auto b = bind(whole);
    return number(sql, "SELECT COUNT(*) FROM accounts_log " + where_of(), whole.account, whole.account, b.act,
                  b.act, b.from_act, b.from_act, b.until_act, whole.object, whole.object, whole.organisation,
                  whole.organisation, b.outcome, b.outcome, b.from, b.until, b.before);
  });
}

Result<std::optional<Head>> AuditLog::sign_if_due(base::Time now) {
  const bool due = TRY(database_->run([&](soci::session& sql) {
    const auto tip = tip_of(sql, database_->backend(), Lock::none);
    const auto last = heads_of(sql, 1);
    if (tip.number == 0) return false;
    if (last.empty()) return tip.number >= kHeadEvery || now - tip.time >= kHeadAfter;
    const auto rows = tip.number - last.front().number;
    return rows >= kHeadEvery || (rows > 0 && now - last.front().time >= kHeadAfter);
  }));
  if (!due) return std::nullopt;
  return sign_now(now);
}

Result<std::optional<Head>> AuditLog::sign_now(base::Time now) {
  return database_->transact([&](soci::session& sql) -> Result<std::optional<Head>> {
    const auto tip = tip_of(sql, database_->backend(), Lock::write);
    if (!tip.there || tip.number == 0) return std::nullopt;
    const auto last = heads_of(sql, 1);
    if (!last.empty() && last.front().number == tip.number) return last.front();
    Head head{.number = tip.number, .time = now, .hash = tip.hash, .key = key_id(*key_), .signature = {}};
    const auto signature = key_->sign(crypto::sha256(signed_part(head)));
    if (signature.empty())
      return base::fail(ErrorKind::internal, "the head of the audit log could not be signed");
    head.signature = base::encode_base64url(signature);
    change(sql,
           "INSERT INTO accounts_log_head (number, time, hash, key, signature) VALUES (:number, :time, "
           ":hash, :key,"
           " :signature)",
           head.number, seconds(now), head.hash, head.key, head.signature);
    return head;
  });
}

Result<std::optional<Head>> AuditLog::head() {
  return database_->run([&](soci::session& sql) -> std::optional<Head> {
    auto all = heads_of(sql, 1);
    if (all.empty()) return std::nullopt;
    return std::move(all.front());
  });
}

Result<std::vector<Head>> AuditLog::heads(std::size_t most) {
  return database_->run([&](soci::session& sql) { return heads_of(sql, most); });
}

}  // namespace rampart::accounts::log
