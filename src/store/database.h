// A database that keeps what has to outlive a run: SQLite in one file, or PostgreSQL. Slices write SQL for both, with
// parameters and never with text put together, and bring their tables as numbered migrations.
//
//   auto database = TRY(store::Database::open("sqlite:/var/lib/rampart/rampart.db"));
//   TRY(database.migrate("audit", kMigrations));
//   TRY(database.transact([&](soci::session& sql) {
//     sql << "UPDATE …", soci::use(domain);
//   }));
//
// Times are stored as seconds since 1970, names and texts as UTF-8, bytes as base64 in a text column (a type that both
// databases have). One Database belongs to one thread.
#pragma once

#include <exception>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include <soci/soci.h>

#include "base/result.h"

namespace rampart::store {

enum class Backend : std::uint8_t { sqlite, postgresql };

// One step of a slice's tables, numbered from 1 by its place. Statements end in `;`; one within a statement, as a trigger has it, is
// written `;;`.
struct Migration {
  std::string_view sql;
  std::string_view postgresql{};  // where it needs words of its own
};

namespace detail {
template <class T>
struct AsResult {
  using type = base::Result<T>;
};
template <class T>
struct AsResult<base::Result<T>> {
  using type = base::Result<T>;
};
}  // namespace detail

// Where a store is, as --store and store.url say it.
struct Url {
  Backend backend = Backend::sqlite;
  std::string target;  // the file's path, or what libpq connects with
  std::string shown;   // for people: without a password
};

// "sqlite:PATH" or a bare PATH; "postgresql://[USER@]HOST[:PORT]/NAME[?…]" as libpq reads it. A password within the URL
// is refused, for it shows in the list of processes: libpq takes it from ~/.pgpass or ?passfile=FILE. Errors are of
// kind usage.
base::Result<Url> parse_url(std::string_view text);

// What a database's exception means: a full disk, a lock, a lost connection, a file that is no database. `where` is
// the store.
base::Error explain(const std::exception& error, Backend backend, const std::string& where);

class Database {
 public:
  template <class F>
  using Outcome = detail::AsResult<std::invoke_result_t<F, soci::session&>>::type;

  // How long a statement waits while another process writes (SQLite).
  static constexpr int kBusySeconds = 30;

  // Connects. SQLite: makes the file (mode 0600) and the folders above it (0700) when they are not there.
  static base::Result<Database> open(const Url& url);
  static base::Result<Database> open(std::string_view url);
  Database(Database&&) noexcept = default;
  Database& operator=(Database&&) noexcept = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() = default;

  [[nodiscard]] Backend backend() const { return url_.backend; }
  [[nodiscard]] const std::string& where() const { return url_.shown; }

  // Brings a slice's tables to the newest of its migrations, each in a transaction, whoever else does so meanwhile.
  // An error of kind input when a newer program has been here.
  base::Result<> migrate(std::string_view slice, std::span<const Migration> migrations);

  // function(soci::session&), whose exceptions become errors. What it returns, or the error if that is a Result.
  template <class F>
  auto run(F&& function) -> Outcome<F>;
  // The same in one transaction: all of it is there afterwards, or, after an error, none.
  template <class F>
  auto transact(F&& function) -> Outcome<F>;

 private:
  Database(Url url, std::unique_ptr<soci::session> session)
      : url_(std::move(url)), session_(std::move(session)) {}
  void begin();
  void commit();
  void roll_back() noexcept;
  base::Result<> migrate_one(std::string_view slice, unsigned number, const Migration& migration);

  Url url_;
  std::unique_ptr<soci::session> session_;
};

template <class F>
auto Database::run(F&& function) -> Outcome<F> {
  try {
    if constexpr (std::is_void_v<std::invoke_result_t<F, soci::session&>>) {
      std::forward<F>(function)(*session_);
      return {};
    } else {
      return std::forward<F>(function)(*session_);
    }
  } catch (const std::exception& error) {
    return std::unexpected(explain(error, url_.backend, url_.shown));
  }
}

template <class F>
auto Database::transact(F&& function) -> Outcome<F> {
  if (auto begun = run([this](soci::session&) { begin(); }); !begun) return std::unexpected(begun.error());
  auto result = run(std::forward<F>(function));
  if (result) {
    if (auto done = run([this](soci::session&) { commit(); }); !done) result = std::unexpected(done.error());
  }
  if (!result) roll_back();
  return result;
}

}  // namespace rampart::store
