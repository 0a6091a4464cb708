// SQLite's own interface, whose header cannot be included beside SOCI's. `connection` is a sqlite3*; what is returned is a
// result code (sqlite.org/rescode.html), 0 when all went well.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rampart::store::detail {

// Runs `statement` once for each row of `columns` numbers.
int run_each(void* connection, const std::string& statement, std::size_t columns,
             std::span<const std::int64_t> values);
// Runs `insert` and then `select` with each text; the number that `select` gives goes to `out`.
int number_each(void* connection, const std::string& insert, const std::string& select,
                std::span<const std::string_view> texts, std::vector<std::int64_t>& out);
int read_each(void* connection, const std::string& query, std::size_t columns,
              const std::function<void(std::span<const std::int64_t>)>& function);
// A value for each $1, $2, … of the query; the rows as texts.
int read_texts(void* connection, const std::string& query,
               std::span<const std::variant<std::int64_t, std::string_view>> parameters,
               const std::function<void(std::span<const std::string_view>)>& function);
std::string last_error(void* connection);

}  // namespace rampart::store::detail
