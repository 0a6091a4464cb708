#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "server/backup/archive.h"
#include "server/backup/backup.h"
#include "server/backup/snapshot.h"

namespace rampart::server::backup {

namespace fs = std::filesystem;
using base::ErrorKind;
using base::Result;

namespace {

constexpr std::size_t kMostFaults = 100;  // that are told; our own
constexpr std::string_view kStore = "store/rampart.db";

std::string placed(const RestoreOptions& options, const std::string& target) {
  auto root = options.root;
  while (root.ends_with('/')) root.pop_back();
  return root + target;
}

Result<Manifest> read_manifest(const std::string& path) {
  auto reader = TRY(ArchiveReader::open(path));
  while (const auto entry = TRY(reader.next())) {
    if (entry->name != kManifest) continue;
    if (entry->size > kMaxManifest)
      return base::fail(ErrorKind::input, "its list of files is too long", base::printable(path));
    std::string text;
    while (const auto piece = TRY(reader.read())) text += *piece;
    return parse_manifest(text, base::printable(path));
  }
  return base::fail(ErrorKind::input, "it has no list of files", base::printable(path),
                    "it is no backup of Rampart, or was not written to its end");
}

// Whatever stands where something would be written.
Result<> check_free(const Manifest& manifest, const RestoreOptions& options) {
  const auto taken = [](const std::string& path) {
    return base::fail(ErrorKind::usage, "is there already, and nothing is written over",
                      base::printable(path), "move it away, or restore into another place: --root DIR");
  };
  for (const auto& folder : manifest.folders) {
    const auto path = placed(options, folder);
    std::error_code error;
    if (fs::exists(path, error) && !(fs::is_directory(path, error) && fs::is_empty(path, error)))
      return taken(path);
  }
  for (const auto& file : manifest.files) {
    const auto path = placed(options, file.target);
    std::error_code error;
    if (fs::symlink_status(path, error).type() != fs::file_type::not_found) return taken(path);
  }
  return {};
}

// What a restore has written, until it is all there.
class Written {
 public:
  Written() = default;
  Written(const Written&) = delete;
  Written& operator=(const Written&) = delete;
  ~Written() {
    for (auto path = paths_.rbegin(); path != paths_.rend(); ++path) ::unlink(path->c_str());
  }
  void add(std::string path) { paths_.push_back(std::move(path)); }
  void keep() { paths_.clear(); }

 private:
  std::vector<std::string> paths_;
};

// The folders above a file, for their owner alone.
Result<> make_folders(const std::string& path) {
  const auto parent = fs::path(path).parent_path();
  std::vector<fs::path> missing;
  std::error_code error;
  for (auto at = parent; !at.empty() && !fs::exists(at, error); at = at.parent_path()) missing.push_back(at);
  for (auto folder = missing.rbegin(); folder != missing.rend(); ++folder)
    if (::mkdir(folder->c_str(), 0700) != 0 && errno != EEXIST)
      return base::fail(ErrorKind::io,
                        fmt::format("the folder cannot be made: {}",
                                    std::strerror(errno)),  // NOLINT(concurrency-mt-unsafe)
                        base::printable(folder->string()),
                        "run it as root, or as the user whom the place belongs to");
  return {};
}

// One file out of the archive; its digest.
Result<std::string> write_out(ArchiveReader& reader, const std::string& path, unsigned mode,
                              Written& written) {
  TRY(make_folders(path));
  const auto failed = [&](int code) {
    return base::fail(
        ErrorKind::io,
        fmt::format("it cannot be written: {}", std::strerror(code)),  // NOLINT(concurrency-mt-unsafe)
        base::printable(path));
  };
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return failed(errno);
  written.add(path);
  crypto::Hasher hasher;
  int code = 0;
  for (;;) {
    auto piece = reader.read();
    if (!piece) {
      ::close(file);
      return std::unexpected(piece.error());
    }
    if (!*piece) break;
    hasher.update(**piece);
    for (std::string_view left = **piece; code == 0 && !left.empty();) {
      const auto count = ::write(file, left.data(), left.size());
      if (count <= 0 && errno != EINTR) code = errno;
      if (count > 0) left.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  if (code == 0 && (::fchmod(file, mode) != 0 || ::fsync(file) != 0)) code = errno;
  ::close(file);
  if (code != 0) return failed(code);
  return base::hex(hasher.finish());
}

std::map<std::string, const File*> by_name(const Manifest& manifest) {
  std::map<std::string, const File*> out;
  for (const auto& file : manifest.files) out.emplace(file.name, &file);
  return out;
}

// A file on the disk; nothing where it cannot be read.
std::optional<std::string> digest_of(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) return std::nullopt;
  crypto::Hasher hasher;
  std::string buffer(std::size_t{1} << 20U, '\0');
  ssize_t got = 0;
  while ((got = ::read(file, buffer.data(), buffer.size())) > 0)
    hasher.update(std::string_view(buffer).substr(0, static_cast<std::size_t>(got)));
  ::close(file);
  if (got < 0) return std::nullopt;
  return base::hex(hasher.finish());
}

Result<> check_store(const File& file, const std::string& path, const Manifest& manifest,
                     std::vector<std::string>& faults) {
  for (const auto& line : TRY(check_whole(path))) faults.push_back(fmt::format("{}: {}", file.target, line));
  if (TRY(count_rows(path)) != manifest.tables)
    faults.push_back(fmt::format("{}: its tables have other numbers of rows than were saved", file.target));
  return {};
}

}  // namespace

Result<Manifest> restore_backup(const std::string& path, const RestoreOptions& options) {
  // All of it is looked at before anything is written.
  const auto verdict = TRY(verify_backup(path, {.root = options.root, .compare = false}));
  if (!verdict.faults.empty())
    return base::fail(ErrorKind::input, verdict.faults.front(), base::printable(path), "take another backup");
  const auto& manifest = verdict.manifest;
  TRY(check_free(manifest, options));
  const auto files = by_name(manifest);
  Written written;
  auto reader = TRY(ArchiveReader::open(path));
  while (const auto entry = TRY(reader.next())) {
    const auto found = files.find(entry->name);
    if (found == files.end()) continue;  // the manifest
    const auto& file = *found->second;
    if (TRY(write_out(reader, placed(options, file.target), file.mode, written)) != file.digest)
      return base::fail(ErrorKind::input, "changed while it was read", base::printable(path));
  }
  for (const auto& folder : manifest.folders) TRY(make_folders(placed(options, folder) + "/x"));
  written.keep();
  return manifest;
}

Result<Verdict> verify_backup(const std::string& path, const RestoreOptions& options) {
  Verdict out{.manifest = TRY(read_manifest(path)), .faults = {}};
  auto files = by_name(out.manifest);
  const auto fault = [&](std::string text) {
    if (out.faults.size() < kMostFaults) out.faults.push_back(std::move(text));
  };
  auto reader = TRY(ArchiveReader::open(path));
  while (const auto entry = TRY(reader.next())) {
    if (entry->name == kManifest) continue;
    const auto found = files.find(entry->name);
    if (found == files.end()) {
      fault(fmt::format("{} is in the backup and not in its list", base::printable(entry->name)));
      continue;
    }
    crypto::Hasher hasher;
    while (const auto piece = TRY(reader.read())) hasher.update(*piece);
    if (base::hex(hasher.finish()) != found->second->digest || entry->size != found->second->size)
      fault(fmt::format("{} is not what was saved", base::printable(entry->name)));
    files.erase(found);
  }
  for (const auto& [name, file] : files)
    fault(fmt::format("{} is in the list and not in the backup", base::printable(name)));
  if (!options.compare) return out;
  for (const auto& file : out.manifest.files) {
    const auto place = placed(options, file.target);
    const auto digest = digest_of(place);
    if (!digest)
      fault(fmt::format("{} is not there, or cannot be read", base::printable(place)));
    else if (*digest != file.digest)
      fault(fmt::format("{} is not as it was saved", base::printable(place)));
    else if (file.name == kStore)
      TRY(check_store(file, place, out.manifest, out.faults));
  }
  return out;
}

}  // namespace rampart::server::backup
