// Whether the log still says what was written: the first row that does not, and how.
#include <map>

#include <fmt/format.h>

#include "accounts/log/audit_log.h"
#include "accounts/log/rows.h"

namespace rampart::accounts::log {
namespace {

using Fault = Verdict::Fault;

constexpr std::size_t kPage = 1000;      // rows that are read at a time
constexpr long long kLookAround = 1000;  // numbers among which a moved row's own is looked for

// A chain as far as it was followed.
struct Walk {
  Verdict verdict;
  long long next = 1;
  base::Time last_time{};
  std::string last_hash;  // of the row before; empty at the beginning
  std::vector<Row> page;

  [[nodiscard]] bool wrong() const { return verdict.fault != Fault::none; }
  void fault(Fault what, long long number, std::string text) {
    verdict.fault = what;
    verdict.number = number;
    verdict.text = std::move(text);
  }
};

// The number under which a row was written, if that is another one near by.
std::optional<long long> number_of(const Row& row) {
  auto one = row;
  for (auto number = std::max(1LL, row.number - kLookAround); number <= row.number + kLookAround; ++number) {
    if (number == row.number) continue;
    one.number = number;
    if (hash_of(one) == row.hash) return number;
  }
  return std::nullopt;
}

void look_at(Walk& walk, const Row& row) {
  if (row.number != walk.next)
    return walk.fault(Fault::missing, walk.next, fmt::format("row {} is missing", walk.next));
  if (hash_of(row) != row.hash) {
    if (const auto was = number_of(row))
      return walk.fault(Fault::reordered, row.number,
                        fmt::format("row {} was written as row {}", row.number, *was));
    return walk.fault(Fault::altered, row.number,
                      fmt::format("row {} was altered since it was written", row.number));
  }
  if (row.previous != walk.last_hash)
    return walk.fault(
        Fault::altered, row.number == 1 ? 1 : row.number,
        fmt::format("row {} does not follow the one that stands before it: one of the two was replaced",
                    row.number));
  if (row.time < walk.last_time)
    return walk.fault(Fault::altered, row.number,
                      fmt::format("row {} is older than the one before it", row.number));
  walk.last_hash = row.hash;
  walk.last_time = row.time;
  ++walk.next;
  ++walk.verdict.rows;
}

// The heads that name this row.
void compare(Walk& walk, const Row& row, const std::multimap<long long, Head>& heads) {
  const auto [begin, end] = heads.equal_range(row.number);
  for (auto head = begin; head != end && !walk.wrong(); ++head) {
    if (head->second.hash == row.hash) continue;
    walk.fault(
        Fault::rewritten, row.number,
        fmt::format(
            "row {} is another one than that whose head was signed at {}: the log was rewritten up to it",
            row.number, base::format_time(head->second.time)));
  }
}

void check_tip(Walk& walk, const Tip& tip) {
  const auto last = walk.next - 1;
  if (!tip.there) return walk.fault(Fault::cut, walk.next, "the row that names the log's last one is gone");
  if (tip.number > last)
    return walk.fault(Fault::cut, walk.next,
                      fmt::format("the log ends at row {}, and {} were written", last, tip.number));
  if (tip.hash != walk.last_hash)
    walk.fault(Fault::rewritten, last, fmt::format("row {} is another one than was written last", last));
}

// The first head whose row is not there.
void check_ends(Walk& walk, const std::multimap<long long, Head>& heads) {
  const auto beyond = heads.lower_bound(walk.next);
  if (beyond == heads.end()) return;
  walk.fault(Fault::cut, walk.next,
             fmt::format("the log ends at row {}, and a head of row {} was signed at {}", walk.next - 1,
                         beyond->second.number, base::format_time(beyond->second.time)));
}

}  // namespace

std::string_view to_string(Verdict::Fault fault) {
  switch (fault) {
    case Fault::none:
      return "none";
    case Fault::altered:
      return "altered";
    case Fault::missing:
      return "missing";
    case Fault::reordered:
      return "reordered";
    case Fault::cut:
      return "cut";
    case Fault::rewritten:
      return "rewritten";
    case Fault::head:
      break;
  }
  return "head";
}

base::Result<Verdict> AuditLog::verify() { return verify_against({}); }

base::Result<Verdict> AuditLog::verify_against(const std::vector<Head>& foreign) {
  Walk walk;
  std::multimap<long long, Head> heads;
  auto own = TRY(database_->run([&](soci::session& sql) { return heads_of(sql, std::size_t{1} << 30U); }));
  own.insert(own.end(), foreign.begin(), foreign.end());
  std::optional<Head> unsigned_one;
  for (const auto& head : own) {
    if (is_signed_by(head, *key_)) {
      heads.emplace(head.number, head);
      ++walk.verdict.heads;
    } else if (!unsigned_one || head.number < unsigned_one->number) {
      unsigned_one = head;
    }
  }
  // Read before the rows: what is appended meanwhile lies behind it and is not looked at.
  const auto tip =
      TRY(database_->run([&](soci::session& sql) { return tip_of(sql, database_->backend(), Lock::none); }));
  for (bool more = true; more && !walk.wrong();) {
    walk.page.clear();
    TRY(database_->run([&](soci::session& sql) {
      const auto limit = static_cast<long long>(kPage);
      each_row(
          sql, "WHERE number >= :next ORDER BY number LIMIT :most",
          [&](Row& row) { walk.page.push_back(row); }, walk.next, limit);
    }));
    more = walk.page.size() == kPage;
    for (const auto& row : walk.page) {
      if (tip.there && row.number > tip.number && walk.next > tip.number) {
        more = false;
        break;
      }
      look_at(walk, row);
      if (!walk.wrong()) compare(walk, row, heads);
      if (walk.wrong()) break;
    }
  }
  if (!walk.wrong()) check_tip(walk, tip);
  // In one statement, so that no writer comes between: rows and tip are changed in one transaction.
  const auto beyond = TRY(database_->run([&](soci::session& sql) {
    return number(sql,
                  "SELECT COALESCE(MIN(number), 0) FROM accounts_log WHERE number >"
                  " (SELECT number FROM accounts_log_tip WHERE one = 1)");
  }));
  if (!walk.wrong() && beyond != 0)
    walk.fault(Fault::altered, beyond, fmt::format("row {} was not put there by this program", beyond));
  if (!walk.wrong()) check_ends(walk, heads);
  if (!walk.wrong() && unsigned_one)
    walk.fault(Fault::head, unsigned_one->number,
               fmt::format("the head of row {} is not signed by this store's key", unsigned_one->number));
  return walk.verdict;
}

}  // namespace rampart::accounts::log
