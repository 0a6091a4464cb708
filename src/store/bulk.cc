#include "store/bulk.h"

#include <charconv>
#include <functional>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "store/bulk_sqlite.h"

namespace rampart::store {
namespace {

// --- SQLite ---

void* connection_of(soci::session& sql) {
  return static_cast<soci::sqlite3_session_backend*>(sql.get_backend())->conn_;
}

void check(void* connection, int code) {
  if (code != 0) throw soci::sqlite3_soci_error(detail::last_error(connection), code);
}

// --- PostgreSQL ---

PGconn* server_of(soci::session& sql) {
  return static_cast<soci::postgresql_session_backend*>(sql.get_backend())->conn_;
}

struct Clear {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Answer = std::unique_ptr<PGresult, Clear>;

[[noreturn]] void refuse(PGconn* server, PGresult* result) {
  const char* state = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
  throw soci::postgresql_soci_error(PQerrorMessage(server), state == nullptr ? "08006" : state);
}

Answer ask(PGconn* server, const std::string& statement, ExecStatusType expected) {
  Answer answer(PQexec(server, statement.c_str()));
  if (PQresultStatus(answer.get()) != expected) refuse(server, answer.get());
  return answer;
}

// COPY's text form: tabs between the columns, a line for each row.
void copy(PGconn* server, const std::string& table, const std::string& lines) {
  ask(server, fmt::format("COPY {} FROM STDIN", table), PGRES_COPY_IN);
  constexpr std::size_t kPiece = std::size_t{1} << 20U;
  for (std::size_t at = 0; at < lines.size(); at += kPiece) {
    const auto size = std::min(kPiece, lines.size() - at);
    if (PQputCopyData(server, lines.data() + at, static_cast<int>(size)) != 1) refuse(server, nullptr);
  }
  if (PQputCopyEnd(server, nullptr) != 1) refuse(server, nullptr);
  for (Answer answer(PQgetResult(server)); answer; answer.reset(PQgetResult(server))) {
    if (PQresultStatus(answer.get()) != PGRES_COMMAND_OK) refuse(server, answer.get());
  }
}

void append_copied(std::string_view text, std::string& out) {
  for (const char c : text) {
    switch (c) {
      case '\\':
        out += "\\\\";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        out += c;
    }
  }
}

struct FreeCopied {
  void operator()(char* line) const { PQfreemem(line); }
};

// COPY gives a line for each row, and no PGresult.
void read_copied(PGconn* server, const std::string& query, std::size_t columns,
                 const std::function<void(std::span<const std::int64_t>)>& function) {
  ask(server, fmt::format("COPY ({}) TO STDOUT", query), PGRES_COPY_OUT);
  std::vector<std::int64_t> row(columns);
  for (;;) {
    char* bytes = nullptr;
    const int size = PQgetCopyData(server, &bytes, 0);
    if (size < 0) {
      if (size == -1) break;
      refuse(server, nullptr);
    }
    const std::unique_ptr<char, FreeCopied> line(bytes);
    const char* at = bytes;
    for (auto& value : row) {
      const auto [end, fault] = std::from_chars(at, bytes + size, value);
      if (fault != std::errc()) throw soci::soci_error("a value of the database is no whole number");
      at = end + 1;  // a tab, or the line's end
    }
    function(row);
  }
  for (Answer answer(PQgetResult(server)); answer; answer.reset(PQgetResult(server))) {
    if (PQresultStatus(answer.get()) != PGRES_COMMAND_OK) refuse(server, answer.get());
  }
}

// --- Both ---

std::string sums_merged(const CountTable& table, Backend backend) {
  std::vector<std::string> parts;
  parts.reserve(table.sums.size());
  for (const auto& sum : table.sums) {
    if (table.merge == CountTable::Merge::add) {
      parts.push_back(fmt::format("{1} = {0}.{1} + excluded.{1}", table.table, sum));
    } else {
      parts.push_back(fmt::format("{1} = {2}({0}.{1}, excluded.{1})", table.table, sum,
                                  backend == Backend::sqlite ? "MIN" : "LEAST"));
    }
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

void add_on_server(PGconn* server, const CountTable& table, std::span<const std::int64_t> values) {
  const auto columns = table.key.size() + table.sums.size();
  std::string lines;
  for (std::size_t i = 0; i < values.size(); ++i)
    fmt::format_to(std::back_inserter(lines), "{}{}", values[i], (i + 1) % columns == 0 ? '\n' : '\t');
  const auto room = fmt::format("incoming_{}", table.table);
  const auto key = fmt::format("{}", fmt::join(table.key, ", "));
  const auto sums = fmt::format("{}", fmt::join(table.sums, ", "));
  ask(server,
      fmt::format("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {}, {} FROM {} WITH NO DATA", room, key,
                  sums, table.table),
      PGRES_COMMAND_OK);
  copy(server, room, lines);
  std::vector<std::string> added;
  added.reserve(table.sums.size());
  for (const auto& sum : table.sums)
    added.push_back(fmt::format("{}({})", table.merge == CountTable::Merge::add ? "SUM" : "MIN", sum));
  ask(server,
      fmt::format("INSERT INTO {0} ({1}, {2}) SELECT {1}, {3} FROM {4} GROUP BY {1} ON CONFLICT ({1}) DO "
                  "UPDATE SET {5}",
                  table.table, key, sums, fmt::join(added, ", "), room,
                  sums_merged(table, Backend::postgresql)),
      PGRES_COMMAND_OK);
  ask(server, fmt::format("DROP TABLE {}", room), PGRES_COMMAND_OK);
}

std::vector<std::int64_t> ids_on_server(PGconn* server, const std::string& table,
                                        std::span<const std::string_view> texts) {
  std::string lines;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    fmt::format_to(std::back_inserter(lines), "{}\t", i);
    append_copied(texts[i], lines);
    lines += '\n';
  }
  const auto room = fmt::format("incoming_{}", table);
  ask(server, fmt::format("CREATE TEMPORARY TABLE {} (place BIGINT, text TEXT) ON COMMIT DROP", room),
      PGRES_COMMAND_OK);
  copy(server, room, lines);
  // In the order of their texts, so that two who do so at once do not wait for each other.
  ask(server,
      fmt::format("INSERT INTO {0} (text) SELECT DISTINCT text FROM {1} WHERE text NOT IN (SELECT text FROM "
                  "{0}) ORDER BY "
                  "text ON CONFLICT (text) DO NOTHING",
                  table, room),
      PGRES_COMMAND_OK);
  const auto found =
      ask(server,
          fmt::format("SELECT known.id FROM {} AS incoming JOIN {} AS known USING (text) ORDER BY place",
                      room, table),
          PGRES_TUPLES_OK);
  std::vector<std::int64_t> out;
  out.reserve(texts.size());
  for (int i = 0; i < PQntuples(found.get()); ++i) out.push_back(std::stoll(PQgetvalue(found.get(), i, 0)));
  ask(server, fmt::format("DROP TABLE {}", room), PGRES_COMMAND_OK);
  return out;
}

}  // namespace

void add_counts(soci::session& sql, Backend backend, const CountTable& table,
                std::span<const std::int64_t> values) {
  if (values.empty()) return;
  if (backend == Backend::postgresql) return add_on_server(server_of(sql), table, values);
  const auto columns = table.key.size() + table.sums.size();
  auto* connection = connection_of(sql);
  check(connection,
        detail::run_each(connection,
                         fmt::format("INSERT INTO {} ({}, {}) VALUES (?{}) ON CONFLICT ({}) DO UPDATE SET {}",
                                     table.table, fmt::join(table.key, ", "), fmt::join(table.sums, ", "),
                                     fmt::join(std::vector<std::string>(columns - 1, ", ?"), ""),
                                     fmt::join(table.key, ", "), sums_merged(table, backend)),
                         columns, values));
}

std::vector<std::int64_t> ids_of(soci::session& sql, Backend backend, const std::string& table,
                                 std::span<const std::string_view> texts) {
  if (texts.empty()) return {};
  if (backend == Backend::postgresql) return ids_on_server(server_of(sql), table, texts);
  std::vector<std::int64_t> out;
  out.reserve(texts.size());
  auto* connection = connection_of(sql);
  check(connection, detail::number_each(connection, fmt::format("INSERT INTO {} (text) VALUES (?)", table),
                                        fmt::format("SELECT id FROM {} WHERE text = ?", table), texts, out));
  return out;
}

void each_row(soci::session& sql, Backend backend, const std::string& query, std::size_t columns,
              const std::function<void(std::span<const std::int64_t>)>& function) {
  if (backend == Backend::sqlite) {
    auto* connection = connection_of(sql);
    check(connection, detail::read_each(connection, query, columns, function));
    return;
  }
  read_copied(server_of(sql), query, columns, function);
}

void each_text_row(soci::session& sql, Backend backend, const std::string& query,
                   std::span<const Parameter> parameters,
                   const std::function<void(std::span<const std::string_view>)>& function) {
  if (backend == Backend::sqlite) {
    auto* connection = connection_of(sql);
    check(connection, detail::read_texts(connection, query, parameters, function));
    return;
  }
  std::vector<std::string> texts;
  texts.reserve(parameters.size());
  for (const auto& parameter : parameters) {
    const auto* number = std::get_if<std::int64_t>(&parameter);
    texts.push_back(number != nullptr ? std::to_string(*number)
                                      : std::string(std::get<std::string_view>(parameter)));
  }
  std::vector<const char*> values;
  values.reserve(texts.size());
  for (const auto& text : texts) values.push_back(text.c_str());
  auto* server = server_of(sql);
  const Answer answer(PQexecParams(server, query.c_str(), static_cast<int>(values.size()), nullptr,
                                   values.data(), nullptr, nullptr, 0));
  if (PQresultStatus(answer.get()) != PGRES_TUPLES_OK) refuse(server, answer.get());
  std::vector<std::string_view> row(static_cast<std::size_t>(PQnfields(answer.get())));
  for (int at = 0; at < PQntuples(answer.get()); ++at) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const int column = static_cast<int>(i);
      row[i] = {PQgetvalue(answer.get(), at, column),
                static_cast<std::size_t>(PQgetlength(answer.get(), at, column))};
    }
    function(row);
  }
}

}  // namespace rampart::store
