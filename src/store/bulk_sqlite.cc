#include "store/bulk_sqlite.h"

#include <memory>

#include <sqlite3.h>

namespace rampart::store::detail {
namespace {

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

int prepare(void* connection, const std::string& text, Statement& out) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(static_cast<sqlite3*>(connection), text.c_str(), -1,
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  out.reset(statement);
  return code;
}

// Of a statement that gives no rows.
int finish(sqlite3_stmt* statement) {
  const int code = sqlite3_step(statement);
  sqlite3_reset(statement);
  return code == SQLITE_DONE || code == SQLITE_ROW ? SQLITE_OK : code;
}

int bind(sqlite3_stmt* statement, std::string_view text) {
  return sqlite3_bind_text64(statement, 1, text.data() == nullptr ? "" : text.data(), text.size(),
                             SQLITE_STATIC, SQLITE_UTF8);
}

}  // namespace

int run_each(void* connection, const std::string& text, std::size_t columns,
             std::span<const std::int64_t> values) {
  Statement statement;
  if (const int code = prepare(connection, text, statement); code != SQLITE_OK) return code;
  for (std::size_t at = 0; at + columns <= values.size(); at += columns) {
    for (std::size_t i = 0; i < columns; ++i)
      sqlite3_bind_int64(statement.get(), static_cast<int>(i) + 1, values[at + i]);
    if (const int code = finish(statement.get()); code != SQLITE_OK) return code;
  }
  return SQLITE_OK;
}

int number_each(void* connection, const std::string& insert, const std::string& select,
                std::span<const std::string_view> texts, std::vector<std::int64_t>& out) {
  Statement add;
  Statement find;
  if (const int code = prepare(connection, insert, add); code != SQLITE_OK) return code;
  if (const int code = prepare(connection, select, find); code != SQLITE_OK) return code;
  for (const auto text : texts) {
    bind(find.get(), text);
    int code = sqlite3_step(find.get());
    if (code == SQLITE_DONE) {
      bind(add.get(), text);
      if (const int added = finish(add.get()); added != SQLITE_OK) return added;
      out.push_back(sqlite3_last_insert_rowid(static_cast<sqlite3*>(connection)));
    } else if (code == SQLITE_ROW) {
      out.push_back(sqlite3_column_int64(find.get(), 0));
    } else {
      return code;
    }
    sqlite3_reset(find.get());
  }
  return SQLITE_OK;
}

int read_each(void* connection, const std::string& query, std::size_t columns,
              const std::function<void(std::span<const std::int64_t>)>& function) {
  Statement statement;
  if (const int code = prepare(connection, query, statement); code != SQLITE_OK) return code;
  std::vector<std::int64_t> row(columns);
  for (;;) {
    const int code = sqlite3_step(statement.get());
    if (code == SQLITE_DONE) return SQLITE_OK;
    if (code != SQLITE_ROW) return code;
    for (std::size_t i = 0; i < columns; ++i)
      row[i] = sqlite3_column_int64(statement.get(), static_cast<int>(i));
    function(row);
  }
}

int read_texts(void* connection, const std::string& query,
               std::span<const std::variant<std::int64_t, std::string_view>> parameters,
               const std::function<void(std::span<const std::string_view>)>& function) {
  Statement statement;
  if (const int code = prepare(connection, query, statement); code != SQLITE_OK) return code;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const int place = sqlite3_bind_parameter_index(statement.get(), ("$" + std::to_string(i + 1)).c_str());
    if (place == 0) continue;
    int code = SQLITE_OK;
    if (const auto* number = std::get_if<std::int64_t>(&parameters[i])) {
      code = sqlite3_bind_int64(statement.get(), place, *number);
    } else {
      const auto text = std::get<std::string_view>(parameters[i]);
      code = sqlite3_bind_text64(statement.get(), place, text.data() == nullptr ? "" : text.data(),
                                 text.size(), SQLITE_STATIC, SQLITE_UTF8);
    }
    if (code != SQLITE_OK) return code;
  }
  std::vector<std::string_view> row(static_cast<std::size_t>(sqlite3_column_count(statement.get())));
  for (;;) {
    const int code = sqlite3_step(statement.get());
    if (code == SQLITE_DONE) return SQLITE_OK;
    if (code != SQLITE_ROW) return code;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const int column = static_cast<int>(i);
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement.get(), column));
      row[i] = text == nullptr
                   ? std::string_view()
                   : std::string_view(
                         text, static_cast<std::size_t>(sqlite3_column_bytes(statement.get(), column)));
    }
    function(row);
  }
}

std::string last_error(void* connection) { return sqlite3_errmsg(static_cast<sqlite3*>(connection)); }

}  // namespace rampart::store::detail
