#include "server/backup/backup.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include <fmt/format.h>
#include <soci/soci.h>
#include <unistd.h>

#include "base/text.h"
#include "guard/quarantine/quarantine.h"
#include "server/backup/sources.h"

namespace rampart::server::backup {

namespace fs = std::filesystem;

using base::ErrorKind;
using base::Result;

namespace {

constexpr std::string_view kSqliteHead{"SQLite format 3\0", 16};  // sqlite.org/fileformat.html, section 1.3

// A folder of ours that goes when it is not needed any more.
class Staging {
 public:
  static Result<Staging> make(const fs::path& beside) {
    auto name = (beside / ".rampart-backup-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
      return base::fail(ErrorKind::io, "no folder can be made there", base::printable(beside.string()),
                        "name a place where you may write");
    return Staging(std::move(name));
  }
  Staging(Staging&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  Staging& operator=(Staging&&) = delete;
  ~Staging() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  [[nodiscard]] fs::path path() const { return path_; }

 private:
  explicit Staging(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

// A copy of one moment, whoever writes meanwhile (sqlite.org/lang_vacuum.html).
Result<> copy_sqlite(store::Database& database, const std::string& to) {
  return database.run([&](soci::session& sql) { sql << "VACUUM INTO :target", soci::use(to); });
}

Result<bool> is_sqlite(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string head(kSqliteHead.size(), '\0');
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  return file && head == kSqliteHead;
}

class Backup {
 public:
  Backup(BundleWriter& bundle, fs::path staging) : bundle_(bundle), staging_(std::move(staging)) {}

  Result<> add_store(const store::Url& url, const std::vector<Source>& all) {
    const auto quarantine = std::ranges::find(all, SourceKind::quarantine, &Source::kind);
    std::optional<Staging> links;
    if (quarantine != all.end() && fs::is_directory(quarantine->path)) {
      links.emplace(TRY(Staging::make(fs::path(quarantine->path).parent_path())));
      TRY(link_all(quarantine->path, links->path()));
    }
    auto database = TRY(store::Database::open(url));
    if (url.backend == store::Backend::sqlite) {
      const auto copy = (staging_ / "rampart.db").string();
      TRY(copy_sqlite(database, copy));
      TRY(bundle_.add_file(copy, {.name = "store/rampart.db",
                                  .path = fs::absolute(url.target).lexically_normal().string(),
                                  .setting = "store.url"}));
      database = TRY(store::Database::open("sqlite:" + copy));  // what it says counts
    } else {
      left_out_.push_back(
          fmt::format("the database itself, {}: copy it with pg_dump, just before this", url.shown));
    }
    if (!links) return {};
    TRY(link_all(quarantine->path, links->path()));
    for (const auto& name : TRY(guard::Quarantine::kept_files(database))) {
      const auto linked = links->path() / name;
      if (!fs::exists(linked)) {
        left_out_.push_back(fmt::format("the quarantined message {}: its file is gone", name));
        continue;
      }
      TRY(bundle_.add_file(linked.string(), {.name = "quarantine/" + name,
                                             .path = (fs::path(quarantine->path) / name).string(),
                                             .setting = quarantine->setting}));
    }
    return {};
  }

  Result<> add(const Source& source) {
    std::error_code failed;
    if (source.kind == SourceKind::quarantine) return {};  // with the store
    if (!fs::exists(source.path, failed)) {
      left_out_.push_back(
          fmt::format("{} (of {}): it is not there", base::printable(source.path), source.setting));
      return {};
    }
    if (source.kind == SourceKind::file || fs::is_regular_file(source.path, failed))
      return bundle_.add_file(fs::canonical(source.path, failed).string(),
                              {.name = next_name(), .path = source.path, .setting = source.setting});
    std::vector<fs::path> files;
    for (fs::recursive_directory_iterator it(source.path, failed), end; !failed && it != end;
         it.increment(failed)) {
      if (it->is_regular_file(failed) && !it->is_symlink(failed)) files.push_back(it->path());
    }
    if (failed)
      return base::fail(ErrorKind::io, fmt::format("cannot be read: {}", failed.message()),
                        base::printable(source.path), source.setting);
    std::ranges::sort(files);
    for (const auto& file : files) TRY(add_within(source, file));
    return {};
  }

  [[nodiscard]] std::vector<std::string> left_out() { return std::move(left_out_); }
  std::string next_name() { return fmt::format("files/{}", ++number_); }

 private:
  Result<> add_within(const Source& source, const fs::path& file) {
    const auto ending = file.filename().string();
    if (ending.ends_with("-wal") || ending.ends_with("-shm")) return {};  // SQLite's, of a file beside
    BundleEntry entry{.name = next_name(), .path = file.string(), .setting = source.setting};
    if (!TRY(is_sqlite(file))) return bundle_.add_file(file.string(), std::move(entry));
    auto database = TRY(store::Database::open("sqlite:" + file.string()));
    const auto copy = (staging_ / fmt::format("{}.db", number_)).string();
    TRY(copy_sqlite(database, copy));
    return bundle_.add_file(copy, std::move(entry));
  }

  // Links the files that are not linked yet; copies where links are not to be had.
  static Result<> link_all(const fs::path& from, const fs::path& to) {
    std::error_code failed;
    for (fs::directory_iterator it(from, failed), end; !failed && it != end; it.increment(failed)) {
      const auto target = to / it->path().filename();
      std::error_code one;
      if (!it->is_regular_file(one) || fs::exists(target, one)) continue;
      fs::create_hard_link(it->path(), target, one);
      if (one && one != std::errc::no_such_file_or_directory) {
        one.clear();
        fs::copy_file(it->path(), target, one);
      }
      if (one && one != std::errc::no_such_file_or_directory)
        return base::fail(ErrorKind::io, fmt::format("cannot be read: {}", one.message()),
                          base::printable(it->path().string()));
    }
    if (!failed) return {};
    return base::fail(ErrorKind::io, fmt::format("cannot be read: {}", failed.message()),
                      base::printable(from.string()));
  }

  BundleWriter& bundle_;
  fs::path staging_;
  std::size_t number_ = 0;
  std::vector<std::string> left_out_;
};

}  // namespace

Result<Manifest> back_up(const base::Config& config, const BackupOptions& options,
                         const std::string& target) {
  auto place = fs::absolute(target).parent_path();
  auto bundle = TRY(BundleWriter::create(target));
  const auto staging = TRY(Staging::make(place));
  Backup backup(bundle, staging.path());
  const auto all = sources(config);
  TRY(backup.add_store(options.store, all));
  if (!options.config_file.empty())
    TRY(bundle.add_file(fs::canonical(options.config_file).string(),
                        {.name = "config/rampart.toml",
                         .path = fs::absolute(options.config_file).lexically_normal().string(),
                         .setting = "--config"}));
  for (const auto& source : all) TRY(backup.add(source));
  Manifest about{.version = RAMPART_VERSION, .made = options.now, .store = options.store.shown};
  about.left_out = backup.left_out();
  for (const auto* setting : config.schema().settings()) {
    const auto why = left_out_because(setting->key);
    if (!why.empty() && !config.text(setting->key).empty())
      about.left_out.push_back(
          fmt::format("{} (of {}): {}", base::printable(config.text(setting->key)), setting->key, why));
  }
  return bundle.commit(std::move(about));
}

}  // namespace rampart::server::backup
