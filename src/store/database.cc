#include "store/database.h"

#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <unistd.h>

#include "base/text.h"
#include "base/time.h"

namespace rampart::store {
namespace {

using base::ErrorKind;

constexpr std::string_view kMigrationTable =
    "CREATE TABLE IF NOT EXISTS store_migration (slice TEXT NOT NULL, number BIGINT NOT NULL, applied BIGINT "
    "NOT NULL,"
    " PRIMARY KEY (slice, number))";
constexpr long long kMigrationLock = 0x52414d50;  // PostgreSQL's advisory lock of all migrations; "RAMP"

// The statements of a migration: `;` ends one, `;;` is a `;` within.
std::vector<std::string> statements_of(std::string_view sql) {
  std::vector<std::string> out(1);
  for (std::size_t i = 0; i < sql.size(); ++i) {
    if (sql[i] != ';') {
      out.back() += sql[i];
    } else if (sql.substr(i + 1).starts_with(';')) {
      out.back() += ';';
      ++i;
    } else {
      out.emplace_back();
    }
  }
  return out;
}

std::string first_line(std::string_view text) { return base::printable(text.substr(0, text.find('\n'))); }

// Folders of our own are for their owner alone; those that exist stay as they are.
base::Result<> make_folders(const std::filesystem::path& folder) {
  if (folder.empty()) return {};
  std::error_code code;
  if (std::filesystem::exists(folder, code)) return {};
  TRY(make_folders(folder.parent_path()));
  std::filesystem::create_directory(folder, code);
  if (!code) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, code);
  if (code) {
    return base::fail(ErrorKind::io, fmt::format("cannot make the folder: {}", code.message()),
                      folder.string(), "name a place where you may write: --store FILE");
  }
  return {};
}

// SQLite gives its journal the permissions of the file, so these are set before it opens it. A file that is there is never opened
// here: to close it again would take away every lock that other connections of this process hold (sqlite.org/howtocorrupt.html,
// section 2.2), and another process would then delete the journal that they write to.
base::Result<> make_file(const std::string& path) {
  TRY(make_folders(std::filesystem::path(path).parent_path()));
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file >= 0) {
    ::close(file);
    return {};
  }
  if (errno == EEXIST && ::access(path.c_str(), R_OK | W_OK) == 0) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(path, ignored)) return {};
    return base::fail(ErrorKind::io, "cannot open the store: it is no file", path,
                      "name a file that you may write: --store FILE");
  }
  const std::error_code code(errno, std::generic_category());
  return base::fail(ErrorKind::io, fmt::format("cannot open the store: {}", code.message()), path,
                    "name a file that you may write: --store FILE");
}

base::Result<std::unique_ptr<soci::session>> connect(const Url& url) {
  try {
    auto session = std::make_unique<soci::session>();
    if (url.backend == Backend::sqlite) {
      session->open(soci::sqlite3,
                    fmt::format("dbname=\"{}\" timeout={}", url.target, Database::kBusySeconds));
      *session << "PRAGMA journal_mode = WAL";
      // A commit is on the disk when it returns: what was told must not be told again after a power cut.
      *session << "PRAGMA synchronous = FULL";
      *session << "PRAGMA foreign_keys = ON";
    } else {
      // SOCI takes a text without an equals sign for a name, and puts one behind it.
      const bool plain = url.target.find('=') == std::string::npos;
      session->open(soci::postgresql, plain
                                          ? fmt::format("{}{}application_name=rampart", url.target,
                                                        url.target.find('?') == std::string::npos ? '?' : '&')
                                          : url.target);
      *session << "SET client_min_messages = warning";
    }
    return session;
  } catch (const std::exception& error) {
    return std::unexpected(explain(error, url.backend, url.shown));
  }
}

base::Result<Url> sqlite_url(std::string_view path) {
  if (path.empty()) {
    return base::fail(ErrorKind::usage, "the store's URL names no file", {},
                      "write sqlite:/path/to/rampart.db");
  }
  // SOCI's connection string has no way to write these.
  if (path.find_first_of("\"\n") != std::string_view::npos || path.find('\0') != std::string_view::npos) {
    return base::fail(ErrorKind::usage, "a store's path holds no quotation marks and no line ends",
                      base::printable(path), "name another file");
  }
  return Url{Backend::sqlite, std::string(path), std::string(path)};
}

base::Result<Url> postgresql_url(std::string_view text) {
  const auto authority = text.substr(text.find("//") + 2);
  const auto user = authority.substr(0, authority.find_first_of("/?"));
  const auto at = user.rfind('@');
  const bool password =
      (at != std::string_view::npos && user.substr(0, at).find(':') != std::string_view::npos) ||
      text.find("password=") != std::string_view::npos;
  if (password) {
    return base::fail(ErrorKind::usage, "a password in the store's URL can be read by others", {},
                      "put it into ~/.pgpass, or into a file of mode 0600 and add ?passfile=FILE");
  }
  return Url{Backend::postgresql, std::string(text), std::string(text)};
}

// SQLite's result codes, whose header cannot be included beside SOCI's (sqlite.org/rescode.html).
constexpr int kSqliteBusy = 5, kSqliteLocked = 6, kSqliteReadOnly = 8, kSqliteIo = 10, kSqliteCorrupt = 11,
              kSqliteFull = 13, kSqliteCannotOpen = 14, kSqliteNotADatabase = 26;

base::Error explain_sqlite(const soci::sqlite3_soci_error& error, const std::string& where) {
  switch (error.result() & 0xff) {
    case kSqliteBusy:
    case kSqliteLocked:
      return {ErrorKind::unavailable, "another process is writing to the store and does not end", where,
              "wait until it is done, or end it"};
    case kSqliteReadOnly:
      return {ErrorKind::io, "the store may not be written", where,
              "look at the permissions of the file and its folder"};
    case kSqliteFull:
      return {ErrorKind::io, "there is no room for the store", where,
              "make room on its disk; nothing is lost"};
    case kSqliteIo:
      return {ErrorKind::io, "the store cannot be read or written", where,
              "see that its disk has room and is sound"};
    case kSqliteCannotOpen:
      return {ErrorKind::io, "the store cannot be opened", where,
              "name a file that you may write: --store FILE"};
    case kSqliteCorrupt:
    case kSqliteNotADatabase:
      return {ErrorKind::input, "the file is no store, or it is damaged", where,
              "name another file, or put a copy from before in its place"};
    default:
      return {ErrorKind::internal, first_line(error.what()), where, {}};
  }
}

base::Error explain_postgresql(const soci::postgresql_soci_error& error, const std::string& where) {
  using Category = soci::soci_error::error_category;
  const auto state = error.sqlstate();
  if (state.starts_with("53100")) {
    return {ErrorKind::io, "there is no room for the store", where,
            "make room on the database server; nothing is lost"};
  }
  if (state.starts_with("42501")) {
    return {ErrorKind::io, "the database does not let this user do it", where,
            fmt::format("let the user make tables and write them: {}", first_line(error.what()))};
  }
  if (error.get_error_category() == Category::connection_error || state.starts_with("08") ||
      state.starts_with("57P")) {
    return {ErrorKind::unavailable, "the database server is not there, or has gone", where,
            first_line(error.what())};
  }
  return {ErrorKind::internal, first_line(error.what()), where, {}};
}

}  // namespace

base::Result<Url> parse_url(std::string_view text) {
  if (text.starts_with("postgresql://") || text.starts_with("postgres://")) return postgresql_url(text);
  if (text.starts_with("sqlite://"))
    return sqlite_url(text.substr(9));  // sqlite:///var/lib/… as others write it
  if (text.starts_with("sqlite:")) return sqlite_url(text.substr(7));
  if (const auto scheme = text.find("://"); scheme != std::string_view::npos) {
    return base::fail(
        ErrorKind::usage,
        fmt::format("there is no store of the kind {}", base::printable(text.substr(0, scheme))), {},
        "write sqlite:/path/to/rampart.db or postgresql://user@host/name");
  }
  return sqlite_url(text);
}

base::Error explain(const std::exception& error, Backend backend, const std::string& where) {
  if (const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&error))
    return explain_sqlite(*sqlite, where);
  if (const auto* postgresql = dynamic_cast<const soci::postgresql_soci_error*>(&error))
    return explain_postgresql(*postgresql, where);
  // Of a connection that could not be made SOCI says no more than its text.
  if (backend == Backend::postgresql && dynamic_cast<const soci::soci_error*>(&error) != nullptr) {
    return {ErrorKind::unavailable, first_line(error.what()), where,
            "see that the server runs and lets this user in"};
  }
  return {ErrorKind::internal, first_line(error.what()), where, {}};
}

base::Result<Database> Database::open(const Url& url) {
  if (url.backend == Backend::sqlite) TRY(make_file(url.target));
  return Database(url, TRY(connect(url)));
}

base::Result<Database> Database::open(std::string_view url) { return open(TRY(parse_url(url))); }

// SQLite takes the write lock at once: a transaction that begins with reading could otherwise be refused it later,
// whatever it waits.
void Database::begin() { *session_ << (url_.backend == Backend::sqlite ? "BEGIN IMMEDIATE" : "BEGIN"); }

void Database::commit() { *session_ << "COMMIT"; }

// SQLite may have rolled back by itself (a full disk), and then says that there is nothing to do.
void Database::roll_back() noexcept {
  try {
    *session_ << "ROLLBACK";
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch)
  }
}

base::Result<> Database::migrate(std::string_view slice, std::span<const Migration> migrations) {
  const auto newest = TRY(transact([&](soci::session& sql) {
    if (url_.backend == Backend::postgresql)
      sql << "SELECT pg_advisory_xact_lock(:lock)", soci::use(kMigrationLock);
    sql << std::string(kMigrationTable);
    long long number = 0;
    const std::string name(slice);
    sql << "SELECT COALESCE(MAX(number), 0) FROM store_migration WHERE slice = :slice", soci::use(name),
        soci::into(number);
    return number;
  }));
  if (static_cast<std::size_t>(newest) > migrations.size()) {
    return base::fail(ErrorKind::input,
                      fmt::format("a newer Rampart made this store (its {} tables are of version {}, this "
                                  "program knows {})",
                                  slice, newest, migrations.size()),
                      url_.shown, "use the newer program, or another store");
  }
  for (auto number = static_cast<unsigned>(newest); number < migrations.size(); ++number)
    TRY(migrate_one(slice, number + 1, migrations[number]));
  return {};
}

base::Result<> Database::migrate_one(std::string_view slice, unsigned number, const Migration& migration) {
  return transact([&](soci::session& sql) {
    const std::string name(slice);
    const long long at = number;
    const long long now = base::now().time_since_epoch().count();
    long long there = 0;
    if (url_.backend == Backend::postgresql)
      sql << "SELECT pg_advisory_xact_lock(:lock)", soci::use(kMigrationLock);
    sql << "SELECT COUNT(*) FROM store_migration WHERE slice = :slice AND number = :number", soci::use(name),
        soci::use(at), soci::into(there);
    if (there != 0) return;  // another process was faster
    const bool own = url_.backend == Backend::postgresql && !migration.postgresql.empty();
    for (const auto& statement : statements_of(own ? migration.postgresql : migration.sql)) {
      if (!base::trim(statement).empty()) sql << statement;
    }
    sql << "INSERT INTO store_migration (slice, number, applied) VALUES (:slice, :number, :applied)",
        soci::use(name), soci::use(at), soci::use(now);
  });
}

}  // namespace rampart::store
