#include "server/backup/snapshot.h"

#include <filesystem>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "store/database.h"

namespace rampart::server::backup {

using base::Result;

Result<Snapshot> Snapshot::make(const std::string& store, const std::string& path) {
  ::unlink(path.c_str());  // of a run that was killed
  auto database = TRY(store::Database::open("sqlite:" + store));
  Snapshot out(path);
  // SQLite makes the file by the umask.
  const auto before = ::umask(0077);
  const auto made = database.run([&](soci::session& sql) { sql << "VACUUM INTO :path", soci::use(path); });
  ::umask(before);
  if (!made) return std::unexpected(made.error());
  return out;
}

Snapshot::~Snapshot() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

Result<std::map<std::string, std::int64_t>> count_rows(const std::string& store) {
  auto database = TRY(store::Database::open("sqlite:" + store));
  return database.run([&](soci::session& sql) {
    std::vector<std::string> names;
    const soci::rowset<std::string> found =
        sql.prepare
        << "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' "
           "ORDER BY name";
    for (const auto& name : found) names.push_back(name);
    std::map<std::string, std::int64_t> out;
    for (const auto& name : names) {
      // The schema's own names, quoted: no stranger gives them.
      std::string quoted;
      for (const char c : name) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
      long long rows = 0;
      sql << fmt::format("SELECT COUNT(*) FROM \"{}\"", quoted), soci::into(rows);
      out.emplace(name, rows);
    }
    return out;
  });
}

Result<std::vector<std::string>> check_whole(const std::string& store) {
  auto database = TRY(store::Database::open("sqlite:" + store));
  return database.run([&](soci::session& sql) {
    std::vector<std::string> out;
    const soci::rowset<std::string> found = sql.prepare << "PRAGMA integrity_check";
    for (const auto& line : found)
      if (line != "ok") out.push_back(base::printable(line));
    return out;
  });
}

}  // namespace rampart::server::backup
