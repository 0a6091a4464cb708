// Many rows at once: prepared statements of the database's own in SQLite, COPY in PostgreSQL. Within a transaction of the
// caller; exceptions are SOCI's, which Database::run() explains.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "store/database.h"

namespace rampart::store {

// A table whose rows are whole numbers: a key, and sums to be added to.
struct CountTable {
  std::string table;
  std::vector<std::string> key;  // the columns of its primary key
  std::vector<std::string> sums;
  // What becomes of a row that is there: added to, or the lesser of both is kept.
  enum class Merge : std::uint8_t { add, least };
  Merge merge = Merge::add;
};

// `values`: row after row, first the key's columns, then the sums. Rows whose key is there are added to it. Sorted by key is
// fastest.
void add_counts(soci::session& sql, Backend backend, const CountTable& table,
                std::span<const std::int64_t> values);

// The numbers of texts in a table (id, text), in their order; texts that are not there yet get one. UTF-8 without NUL.
std::vector<std::int64_t> ids_of(soci::session& sql, Backend backend, const std::string& table,
                                 std::span<const std::string_view> texts);

// The rows of a query for whole numbers, handed over one after another: for more of them than SOCI reads quickly. `query` is
// text of ours, without parameters but whole numbers.
void each_row(soci::session& sql, Backend backend, const std::string& query, std::size_t columns,
              const std::function<void(std::span<const std::int64_t>)>& function);

// A value for a place ($1, $2, …) of a query.
using Parameter = std::variant<std::int64_t, std::string_view>;

// The rows of a query as texts, handed over one after another, each valid until the next: for lists that are asked for many times
// a second, which SOCI reads at a fifth of the speed. A NULL is an empty text.
void each_text_row(soci::session& sql, Backend backend, const std::string& query,
                   std::span<const Parameter> parameters,
                   const std::function<void(std::span<const std::string_view>)>& function);

}  // namespace rampart::store
