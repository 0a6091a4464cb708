// The audit log: every administrative act, append-only, each row's hash over that of the row before.
//
//   TRY(database.transact([&](soci::session& sql) -> base::Result<> {
//     sql << "UPDATE …";
//     return log::append(sql, backend, log::entry_of(principal, "account.disable", id), now);   // together, or neither
//   }));
//   const auto found = TRY(desk.audit_log.verify());
//
// A chain shows a row that was altered, taken out or moved, but no cut tail and no rewrite of all of it. So its head is signed every
// kHeadEvery rows and each hour; heads are lines of text that go to syslog and into backups, and verify_against() compares the
// log with one from elsewhere.
//
//   rampart-log-head-1 4200 2026-11-28T14:00:00Z HASH KEY SIGNATURE        base64url without padding; KEY is the first 8 bytes of the
//                                                                          SHA-256 of the public key, SIGNATURE is Ed25519 over the
//                                                                          SHA-256 of the line up to HASH
//
// Canonical bytes of a row: "rampart-log-1", the hash before, then number, time and each text as netstrings (LENGTH:BYTES,). The first row
// follows 32 zero bytes. One writer: SQLite's write lock, PostgreSQL's lock of the row that holds the tip. Triggers refuse UPDATE and
// DELETE; that is a belt against mistakes, and no proof.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/principal.h"
#include "base/time.h"
#include "crypto/sign_key.h"
#include "store/database.h"

namespace rampart::accounts::log {

inline constexpr std::size_t kMaxDetails =
    4096;  // bytes of a row's details; what is longer is replaced by {"cut":BYTES}
inline constexpr std::size_t kMaxText = 300;  // bytes of every other text
inline constexpr long long kHeadEvery = 100;  // rows
inline constexpr std::chrono::hours kHeadAfter{1};

enum class Done : std::uint8_t { done, refused, failed };
std::string_view to_string(Done done);  // "refused"
std::optional<Done> parse_done(std::string_view text);

struct Entry {
  std::string account{};       // who: an id; "local:NAME"; empty: nobody who is known
  std::string name{};          // as people know him
  std::string by{};            // "session", "token", "local", "none", "system"
  std::string by_id{};         // of the session or token
  std::string address{};       // where he came from
  std::string act;             // "account.disable"
  std::string object{};        // an id, a domain
  std::string organisation{};  // id; empty: of none
  std::string details = "{}";  // a JSON object; no secrets, no bodies of mail
  Done outcome = Done::done;
};
Entry entry_of(const Principal& who, std::string act, std::string object = {}, std::string organisation = {});

struct Row {
  long long number = 0;  // from 1, without a gap
  base::Time time{};     // never before that of the row before
  Entry entry;
  std::string previous;  // hash of the row before, base64
  std::string hash;
};

// The canonical bytes' SHA-256, base64.
std::string hash_of(const Row& row);

// Within the caller's transaction; the last thing in it, as it holds the log's lock from then on. Its number.
base::Result<long long> append(soci::session& sql, store::Backend backend, Entry entry, base::Time now);

struct Head {
  long long number = 0;
  base::Time time{};
  std::string hash;
  std::string key;
  std::string signature;
};
std::string to_line(const Head& head);                 // without a line end
base::Result<Head> parse_head(std::string_view line);  // errors of kind input

struct Filter {
  std::string account{};  // who
  std::string act{};      // "account.disable", or "account." for all that begin so
  std::string object{};
  std::string organisation{};
  std::optional<Done> outcome{};
  std::optional<base::Time> from{};
  std::optional<base::Time> until{};  // not that time itself
  std::optional<long long> before{};  // rows with lower numbers: for paging
  std::size_t most = 50;
};

struct Verdict {
  enum class Fault : std::uint8_t { none, altered, missing, reordered, cut, rewritten, head };
  Fault fault = Fault::none;
  long long number = 0;  // the first row that is wrong
  std::string text;      // "row 17 was altered since it was written"
  long long rows = 0;    // that were looked at, and stand
  long long heads = 0;   // whose signature is right
};
std::string_view to_string(Verdict::Fault fault);  // "altered"

class AuditLog {
 public:
  // The tables and triggers are there when it returns.
  static base::Result<AuditLog> open(store::Database& database, const crypto::SignKey& key);

  // For an act that changes nothing in the store's tables. Signs a head where one is due.
  base::Result<long long> add(Entry entry, base::Time now);
  base::Result<std::vector<Row>> list(const Filter& filter);  // the newest first
  base::Result<long long> count(const Filter& filter);        // `before` and `most` aside

  // Signs the tip where kHeadEvery rows or kHeadAfter have gone since the last head, or always; nothing when there is none to sign.
  base::Result<std::optional<Head>> sign_if_due(base::Time now);
  base::Result<std::optional<Head>> sign_now(base::Time now);
  base::Result<std::optional<Head>> head();                        // the last one
  base::Result<std::vector<Head>> heads(std::size_t most = 1000);  // the newest first

  // Reads all of it. Errors are of the store alone; whatever is wrong with the log is a verdict.
  base::Result<Verdict> verify();
  // And compares it with heads from elsewhere: a head of a row that is not there is `cut`, of another hash `rewritten`. Their signatures are
  // checked with the key of now; a head by another key is Fault::head.
  base::Result<Verdict> verify_against(const std::vector<Head>& heads);

 private:
  AuditLog(store::Database& database, const crypto::SignKey& key) : database_(&database), key_(&key) {}
  store::Database* database_;
  const crypto::SignKey* key_;
};

}  // namespace rampart::accounts::log
