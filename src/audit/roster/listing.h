// Lists of how domains stand: a page of any order within any filter, without a sort or a scan over the table.
//
// Every order has an index within each bucket (standing.h), of everybody and of each organisation. A page is merged from
// one ordered stream for each bucket that the filter lets through and that has domains (audit_count knows), so it costs
// the page and not the table. A page goes on where the one before it ended (keyset), whatever came or went meanwhile.
#pragma once

#include "audit/roster/roster.h"

namespace rampart::audit::roster {

inline constexpr std::size_t kMaxPage = 200;  // rows; our own
inline constexpr std::size_t kMaxText = 255;  // bytes of Query::text; our own

enum class Sort : std::uint8_t {
  name,
  grade,   // the worst first: F, then what is not known, D- … A+, then what was never audited
  status,  // spoofable, unknown, partly protected, protected, never audited
  last_audit,
  open_findings,
};
std::string_view to_string(Sort sort);  // "last_audit"
std::optional<Sort> parse_sort(std::string_view text);

// Where a page ended.
struct Cursor {
  int group = 0;            // of grade and status: the place of the grade and status in the order
  std::int64_t number = 0;  // of last_audit and open_findings
  std::string domain;

  [[nodiscard]] std::string text() const;  // "3.1795000000.bank.example"
  static std::optional<Cursor> parse(std::string_view text);
};

struct Query {
  Whose whose;
  std::vector<Status> statuses = {};     // any of them; empty: all
  std::vector<std::string> grades = {};  // "A+", "A" (that alone), "?"; "-" is never audited
  std::vector<Sends> sends = {};
  // Only by name:
  std::string finding = {};  // a code that is open
  std::string text = {};     // part of the name
  std::string tag = {};      // NAME or NAME=VALUE, without regard to case
  std::optional<Weakness> weakness = {};
  Sort sort = Sort::name;
  bool descending = false;
  std::optional<Cursor> after = {};
  std::size_t limit = 50;
};

struct Page {
  std::vector<Standing> rows;
  std::optional<Cursor> next;
  std::optional<std::int64_t> total;  // nothing: not known without counting them
};

// Errors of kind usage: an order that the filter does not have.
base::Result<Page> list(store::Database& database, const Query& query);

// Domains for the palette: those whose name begins with `text` first, then those that have it within. At most `limit`.
base::Result<std::vector<Standing>> search(store::Database& database, const Whose& whose,
                                           std::string_view text, std::size_t limit);

// The statements that list() runs for a query, with their parameters left out, for the test that none of them scans.
std::vector<std::string> statements(store::Database& database, const Query& query);

}  // namespace rampart::audit::roster
