#include "server/backup/bundle.h"

#include <array>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>

#include <archive.h>
#include <archive_entry.h>
#include <boost/json.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "crypto/digest.h"

namespace rampart::server::backup {

using base::ErrorKind;
using base::Result;

namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20U;
constexpr std::string_view kSchema = "rampart.backup/1";

struct File {
  explicit File(int number) : number(number) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (number >= 0) ::close(number);
  }
  int number;
};

struct FreeWriter {
  void operator()(::archive* writer) const { ::archive_write_free(writer); }
};
struct FreeReader {
  void operator()(::archive* reader) const { ::archive_read_free(reader); }
};
struct FreeEntry {
  void operator()(::archive_entry* entry) const { ::archive_entry_free(entry); }
};
using Reader = std::unique_ptr<::archive, FreeReader>;

std::string reason(::archive* of) {
  const char* text = ::archive_error_string(of);
  return text == nullptr ? "it cannot be read" : base::printable(text);
}

std::unexpected<base::Error> damaged(std::string_view why, const std::string& where) {
  return base::fail(ErrorKind::input, fmt::format("is no whole backup: {}", why), base::printable(where),
                    "take another copy of it");
}

// A name within a bundle: ours, and so plain.
bool is_entry_name(std::string_view name) {
  if (name.empty() || name.size() > 500 || name.front() == '/' || name.find("..") != std::string_view::npos)
    return false;
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/") ==
         std::string_view::npos;
}

constexpr std::size_t kNameRoom = 4096;

std::string user_name(uid_t id) {
  passwd found{};
  passwd* out = nullptr;
  std::array<char, kNameRoom> room{};
  return ::getpwuid_r(id, &found, room.data(), room.size(), &out) == 0 && out != nullptr ? out->pw_name : "";
}
std::string group_name(gid_t id) {
  ::group found{};
  ::group* out = nullptr;
  std::array<char, kNameRoom> room{};
  return ::getgrgid_r(id, &found, room.data(), room.size(), &out) == 0 && out != nullptr ? out->gr_name : "";
}

Result<BundleEntry> parse_entry(const boost::json::value& value) {
  const auto wrong = [](std::string_view why) {
    return base::fail(ErrorKind::input, fmt::format("the manifest has an entry {}", why));
  };
  if (!value.is_object()) return wrong("that is none");
  const auto& object = value.get_object();
  BundleEntry out{.name = base::text_member(object, "name"),
                  .path = base::text_member(object, "path"),
                  .setting = base::text_member(object, "setting"),
                  .owner = base::text_member(object, "owner"),
                  .group = base::text_member(object, "group"),
                  .sha256 = base::text_member(object, "sha256")};
  if (!is_entry_name(out.name)) return wrong("whose name is not one of ours");
  const std::filesystem::path path(out.path);
  if (!path.is_absolute() || path.lexically_normal().native() != out.path || !path.has_filename())
    return wrong("whose place is no whole path");
  if (out.sha256.size() != 2 * crypto::kSha256Bytes) return wrong("without a hash");
  boost::system::error_code failed;
  if (const auto* size = object.if_contains("size")) out.size = size->to_number<std::uint64_t>(failed);
  if (const auto* mode = object.if_contains("mode"); !failed && mode != nullptr)
    out.mode = mode->to_number<unsigned>(failed);
  if (failed || out.mode > 0777U) return wrong("whose size or mode is none");
  return out;
}

}  // namespace

std::string format_manifest(const Manifest& manifest) {
  std::string out;
  base::JsonWriter json(out, base::JsonStyle::pretty);
  json.begin_object().member("schema", kSchema).member("version", manifest.version);
  json.member("made", base::format_time(manifest.made)).member("store", manifest.store);
  json.key("entries").begin_array();
  for (const auto& entry : manifest.entries) {
    json.begin_object()
        .member("name", entry.name)
        .member("path", entry.path)
        .member("setting", entry.setting);
    json.member("mode", entry.mode).member("owner", entry.owner).member("group", entry.group);
    json.member("size", entry.size).member("sha256", entry.sha256).end_object();
  }
  json.end_array().member_array("left_out", manifest.left_out).end_object();
  return out + "\n";
}

Result<Manifest> parse_manifest(std::string_view text) {
  const auto parsed = TRY(base::parse_json(text, "the manifest", {.max_bytes = kMaxManifest}));
  const auto wrong = [](std::string_view why) {
    return base::fail(ErrorKind::input, fmt::format("the manifest {}", why));
  };
  if (!parsed.is_object()) return wrong("is none");
  const auto& object = parsed.get_object();
  if (base::text_member(object, "schema") != kSchema)
    return base::fail(ErrorKind::input, "was made by another Rampart, and cannot be read", "the manifest",
                      fmt::format("this one reads {}", kSchema));
  Manifest out{.version = base::text_member(object, "version"), .store = base::text_member(object, "store")};
  const auto made = base::parse_time(base::text_member(object, "made"));
  if (!made) return wrong("does not say when it was made");
  out.made = *made;
  const auto* const entries = object.if_contains("entries");
  if (entries == nullptr || !entries->is_array() || entries->get_array().size() > kMaxEntries)
    return wrong("lists no entries");
  std::set<std::string, std::less<>> names;
  std::set<std::string, std::less<>> paths;
  for (const auto& value : entries->get_array()) {
    auto entry = TRY(parse_entry(value));
    if (!names.insert(entry.name).second || !paths.insert(entry.path).second)
      return wrong("names an entry twice");
    out.entries.push_back(std::move(entry));
  }
  if (const auto* left = object.if_contains("left_out"); left != nullptr && left->is_array())
    for (const auto& value : left->get_array())
      if (value.is_string()) out.left_out.emplace_back(value.get_string());
  return out;
}

struct BundleWriter::Parts {
  std::string path;
  std::unique_ptr<::archive, FreeWriter> writer;
  Manifest manifest;
  bool committed = false;

  Result<> begin(const BundleEntry& entry, std::uint64_t size) {
    const std::unique_ptr<::archive_entry, FreeEntry> head(::archive_entry_new());
    ::archive_entry_set_pathname(head.get(), entry.name.c_str());
    ::archive_entry_set_filetype(head.get(), AE_IFREG);
    ::archive_entry_set_perm(head.get(), 0600);
    ::archive_entry_set_size(head.get(), static_cast<std::int64_t>(size));
    if (::archive_write_header(writer.get(), head.get()) != ARCHIVE_OK) return failed();
    return {};
  }
  Result<> write(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto written = ::archive_write_data(writer.get(), bytes.data(), bytes.size());
      if (written <= 0) return failed();
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }
  Result<> failed() {
    return base::fail(ErrorKind::io, fmt::format("cannot be written: {}", reason(writer.get())),
                      base::printable(path), "see that its disk has room");
  }
};

BundleWriter::BundleWriter(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
BundleWriter::BundleWriter(BundleWriter&&) noexcept = default;
BundleWriter& BundleWriter::operator=(BundleWriter&&) noexcept = default;
BundleWriter::~BundleWriter() {
  if (parts_ && !parts_->committed) {
    parts_->writer.reset();
    ::unlink(parts_->path.c_str());
  }
}

Result<BundleWriter> BundleWriter::create(const std::string& path) {
  TRY(base::write_new_file(path, ""));
  auto parts = std::make_unique<Parts>();
  parts->path = path;
  parts->writer.reset(::archive_write_new());
  auto* const writer = parts->writer.get();
  if (::archive_write_set_format_pax_restricted(writer) != ARCHIVE_OK ||
      ::archive_write_add_filter_zstd(writer) != ARCHIVE_OK ||
      ::archive_write_open_filename(writer, path.c_str()) != ARCHIVE_OK)
    return std::unexpected(parts->failed().error());
  return BundleWriter(std::move(parts));
}

Result<> BundleWriter::add_file(const std::string& from, BundleEntry entry) {
  const File file(::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  struct stat status{};
  if (file.number < 0 || ::fstat(file.number, &status) != 0 || !S_ISREG(status.st_mode))
    return base::fail(ErrorKind::io,
                      fmt::format("cannot be read: {}", errno == 0 ? "it is no file" : std::strerror(errno)),
                      base::printable(entry.path), entry.setting);
  entry.mode = status.st_mode & 0777U;
  entry.owner = user_name(status.st_uid);
  entry.group = group_name(status.st_gid);
  entry.size = static_cast<std::uint64_t>(status.st_size);
  TRY(parts_->begin(entry, entry.size));
  crypto::Hasher hasher;
  std::string room(kPiece, '\0');
  for (auto left = entry.size; left > 0;) {
    const auto got = ::read(file.number, room.data(), std::min<std::uint64_t>(left, room.size()));
    if (got <= 0)
      return base::fail(ErrorKind::io, "became shorter while it was read", base::printable(entry.path));
    const std::string_view piece(room.data(), static_cast<std::size_t>(got));
    hasher.update(piece);
    TRY(parts_->write(piece));
    left -= piece.size();
  }
  entry.sha256 = base::hex(hasher.finish());
  parts_->manifest.entries.push_back(std::move(entry));
  return {};
}

Result<> BundleWriter::add_bytes(std::string_view bytes, BundleEntry entry) {
  entry.size = bytes.size();
  entry.sha256 = base::hex(crypto::sha256(bytes));
  TRY(parts_->begin(entry, bytes.size()));
  TRY(parts_->write(bytes));
  parts_->manifest.entries.push_back(std::move(entry));
  return {};
}

Result<Manifest> BundleWriter::commit(Manifest about) {
  about.entries = std::move(parts_->manifest.entries);
  const auto text = format_manifest(about);
  TRY(parts_->begin({.name = std::string(kManifestName)}, text.size()));
  TRY(parts_->write(text));
  if (::archive_write_close(parts_->writer.get()) != ARCHIVE_OK)
    return std::unexpected(parts_->failed().error());
  const File file(::open(parts_->path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number < 0 || ::fsync(file.number) != 0) return std::unexpected(parts_->failed().error());
  base::sync_folder_of(parts_->path);
  parts_->committed = true;
  return about;
}

Result<Manifest> read_bundle(const std::string& path, const TakePiece& take) {
  const Reader reader(::archive_read_new());
  ::archive_read_support_filter_zstd(reader.get());
  ::archive_read_support_format_tar(reader.get());
  if (::archive_read_open_filename(reader.get(), path.c_str(), kPiece) != ARCHIVE_OK)
    return base::fail(ErrorKind::usage, fmt::format("cannot be read: {}", reason(reader.get())),
                      base::printable(path), "name a file that `rampart backup` made");
  struct Seen {
    std::uint64_t size = 0;
    std::string sha256;
  };
  std::map<std::string, Seen, std::less<>> seen;
  std::optional<Manifest> manifest;
  std::string room(kPiece, '\0');
  for (;;) {
    ::archive_entry* head = nullptr;
    const auto code = ::archive_read_next_header(reader.get(), &head);
    if (code == ARCHIVE_EOF) break;
    if (code != ARCHIVE_OK) return damaged(reason(reader.get()), path);
    const char* const raw = ::archive_entry_pathname(head);
    const std::string name = raw == nullptr ? "" : raw;
    if (!is_entry_name(name) || ::archive_entry_filetype(head) != AE_IFREG || manifest ||
        seen.size() > kMaxEntries || seen.contains(name))
      return damaged("it has an entry that is not one of ours", path);
    const bool is_manifest = name == kManifestName;
    std::string text;
    crypto::Hasher hasher;
    auto& of = seen[name];
    for (;;) {
      const auto got = ::archive_read_data(reader.get(), room.data(), room.size());
      if (got < 0) return damaged(reason(reader.get()), path);
      if (got == 0) break;
      const std::string_view piece(room.data(), static_cast<std::size_t>(got));
      hasher.update(piece);
      of.size += piece.size();
      if (!is_manifest) {
        TRY(take(name, piece));
      } else if (text.size() + piece.size() > kMaxManifest) {
        return damaged("its manifest is too large", path);
      } else {
        text += piece;
      }
    }
    of.sha256 = base::hex(hasher.finish());
    if (is_manifest)
      manifest = TRY(parse_manifest(text));
    else
      TRY(take(name, {}));
  }
  if (!manifest) return damaged("it ends before its manifest", path);
  if (seen.size() != manifest->entries.size() + 1) return damaged("something is missing in it", path);
  for (const auto& entry : manifest->entries) {
    const auto found = seen.find(entry.name);
    if (found == seen.end()) return damaged(fmt::format("{} is missing", entry.name), path);
    if (found->second.size != entry.size || found->second.sha256 != entry.sha256)
      return damaged(fmt::format("{} is not what was written", entry.name), path);
  }
  return *std::move(manifest);
}

}  // namespace rampart::server::backup
