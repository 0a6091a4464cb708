#include <algorithm>
#include <filesystem>
#include <map>

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <soci/soci.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "guard/quarantine/quarantine.h"
#include "server/backup/backup.h"

namespace rampart::server::backup {

namespace fs = std::filesystem;

using base::ErrorKind;
using base::Result;

namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20U;

// Where an entry belongs.
fs::path place_of(const BundleEntry& entry, const std::string& root) {
  return root.empty() ? fs::path(entry.path) : fs::absolute(root) / fs::path(entry.path).relative_path();
}

std::unexpected<base::Error> cannot_write(const fs::path& path, const std::error_code& why) {
  return base::fail(ErrorKind::io, fmt::format("cannot be written: {}", why.message()),
                    base::printable(path.string()));
}

std::error_code last_error() { return {errno, std::generic_category()}; }

// Folders that are not there are made for their owner alone; the owner of the first file in them has them.
Result<std::vector<fs::path>> make_folders(const fs::path& folder) {
  std::vector<fs::path> made;
  std::error_code failed;
  for (auto at = folder; !at.empty() && !fs::exists(at, failed); at = at.parent_path()) made.push_back(at);
  std::ranges::reverse(made);
  for (const auto& path : made)
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return cannot_write(path, last_error());
  return made;
}

constexpr std::size_t kNameRoom = 4096;

// As root: whoever had it has it again, where the system knows him.
Result<> give_to(const fs::path& path, const BundleEntry& entry) {
  if (::geteuid() != 0 || entry.owner.empty()) return {};
  std::array<char, kNameRoom> room{};
  passwd user{};
  passwd* found = nullptr;
  if (::getpwnam_r(entry.owner.c_str(), &user, room.data(), room.size(), &found) != 0 || found == nullptr)
    return {};
  const auto owner = user.pw_uid;
  auto group = user.pw_gid;
  ::group named{};
  ::group* found_group = nullptr;
  if (!entry.group.empty() &&
      ::getgrnam_r(entry.group.c_str(), &named, room.data(), room.size(), &found_group) == 0 &&
      found_group != nullptr)
    group = named.gr_gid;
  if (::lchown(path.c_str(), owner, group) != 0) return cannot_write(path, last_error());
  return {};
}

// Writes the entries of a bundle as their pieces come.
class Restorer {
 public:
  Restorer(const Manifest& manifest, std::string root) : root_(std::move(root)) {
    for (const auto& entry : manifest.entries) entries_.emplace(entry.name, &entry);
  }
  ~Restorer() {
    if (file_ >= 0) ::close(file_);
  }
  Restorer(const Restorer&) = delete;
  Restorer& operator=(const Restorer&) = delete;

  Result<> take(const std::string& name, std::string_view piece) {
    const auto found = entries_.find(name);
    if (found == entries_.end()) return {};
    if (file_ < 0) TRY(begin(*found->second));
    while (!piece.empty()) {
      const auto written = ::write(file_, piece.data(), piece.size());
      if (written <= 0) return cannot_write(place_, last_error());
      piece.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }
  Result<> end(const std::string& name) {
    const auto found = entries_.find(name);
    if (found == entries_.end()) return {};
    if (file_ < 0) TRY(begin(*found->second));
    const bool whole = ::fchmod(file_, found->second->mode) == 0 && ::fsync(file_) == 0;
    ::close(std::exchange(file_, -1));
    if (!whole) return cannot_write(place_, last_error());
    return give_to(place_, *found->second);
  }

 private:
  Result<> begin(const BundleEntry& entry) {
    place_ = place_of(entry, root_);
    for (const auto& folder : TRY(make_folders(place_.parent_path()))) TRY(give_to(folder, entry));
    file_ = ::open(place_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file_ < 0) return cannot_write(place_, last_error());
    return {};
  }

  std::string root_;
  std::map<std::string, const BundleEntry*, std::less<>> entries_;
  fs::path place_;
  int file_ = -1;
};

Result<> compare(const BundleEntry& entry, const fs::path& place) {
  const int file = ::open(place.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) return cannot_write(place, last_error());
  crypto::Hasher hasher;
  std::string room(kPiece, '\0');
  ssize_t got = 0;
  while ((got = ::read(file, room.data(), room.size())) > 0)
    hasher.update({room.data(), static_cast<std::size_t>(got)});
  ::close(file);
  if (got == 0 && base::hex(hasher.finish()) == entry.sha256) return {};
  return base::fail(ErrorKind::io, "is not what was written", base::printable(place.string()),
                    "look at this disk before you trust it");
}

// The store says that it is sound, and has every message that it says it keeps.
Result<> prove_store(const BundleEntry& entry, const Manifest& manifest, const std::string& root) {
  const auto place = place_of(entry, root).string();
  auto database = TRY(store::Database::open("sqlite:" + place));
  const auto word = TRY(database.run([](soci::session& sql) {
    std::string out;
    sql << "PRAGMA integrity_check", soci::into(out);
    return out;
  }));
  if (word != "ok")
    return base::fail(ErrorKind::input, fmt::format("is not sound: {}", base::printable(word)), place,
                      "take another backup");
  for (const auto& name : TRY(guard::Quarantine::kept_files(database))) {
    const auto found = std::ranges::find(manifest.entries, "quarantine/" + name, &BundleEntry::name);
    if (found != manifest.entries.end() && fs::exists(place_of(*found, root))) continue;
    const auto said = std::ranges::any_of(
        manifest.left_out, [&](const auto& text) { return text.find(name) != std::string::npos; });
    if (!said)
      return base::fail(ErrorKind::input, "a quarantined message is missing", name, "take another backup");
  }
  return {};
}

}  // namespace

Result<Manifest> check(const std::string& file) {
  return read_bundle(file, [](const std::string&, std::string_view) { return Result<>(); });
}

Result<Manifest> restore(const std::string& file, const RestoreOptions& options) {
  auto manifest = TRY(check(file));
  for (const auto& entry : manifest.entries) {
    const auto place = place_of(entry, options.root);
    std::error_code failed;
    if (fs::exists(fs::symlink_status(place, failed)))
      return base::fail(ErrorKind::usage, "is there already, and nothing was written",
                        base::printable(place.string()),
                        "move it away, or name a folder to restore into: --root DIR");
  }
  Restorer restorer(manifest, options.root);
  TRY(read_bundle(file, [&](const std::string& name, std::string_view piece) {
    return piece.empty() ? restorer.end(name) : restorer.take(name, piece);
  }));
  for (const auto& entry : manifest.entries) TRY(compare(entry, place_of(entry, options.root)));
  for (const auto& entry : manifest.entries)
    if (entry.name == "store/rampart.db") TRY(prove_store(entry, manifest, options.root));
  return manifest;
}

}  // namespace rampart::server::backup
