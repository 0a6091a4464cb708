#include "server/backup/backup.h"

#include <filesystem>
#include <set>

#include <fmt/format.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"
#include "server/backup/archive.h"
#include "server/backup/places.h"
#include "server/backup/snapshot.h"

namespace rampart::server::backup {

namespace fs = std::filesystem;
using base::ErrorKind;
using base::Result;

namespace {

class Making {
 public:
  Making(const Places& places, ArchiveWriter& writer) : places_(places), writer_(writer) {}

  Result<Manifest> run(const std::string& path) {
    manifest_.version = RAMPART_VERSION;
    manifest_.time = base::now();
    manifest_.notes = places_.notes;
    for (const auto& file : places_.files) TRY(add(file.name, file.path));
    for (const auto& folder : places_.folders) TRY(add_folder(folder));
    if (places_.store) TRY(add_store(*places_.store, path + ".store"));
    // What came while the snapshot was made, so that whatever it speaks of is there.
    for (const auto& folder : places_.folders) TRY(add_folder(folder));
    for (const auto& folder : places_.folders) manifest_.folders.push_back(folder.path);
    TRY(writer_.add(std::string(kManifest), manifest_json(manifest_)));
    TRY(writer_.finish());
    return std::move(manifest_);
  }

 private:
  Result<> add(const std::string& name, const std::string& path) {
    if (!names_.insert(name).second) return {};
    const auto added = TRY(writer_.add_file(name, path));
    if (!added) return {};  // gone meanwhile
    manifest_.files.push_back(
        {.name = name, .target = path, .size = added->size, .mode = added->mode, .digest = added->digest});
    return {};
  }

  Result<> add_folder(const Folder& folder) {
    std::error_code error;
    fs::recursive_directory_iterator files(folder.path, error);
    for (; !error && files != fs::recursive_directory_iterator(); files.increment(error)) {
      std::error_code unknown;
      if (files->symlink_status(unknown).type() != fs::file_type::regular) continue;
      const auto path = files->path().string();
      const auto relative = path.substr(folder.path.size() + 1);
      if (path == places_.store || !is_kept(relative)) continue;
      TRY(add(folder.prefix + relative, path));
    }
    if (error)
      return base::fail(ErrorKind::io, fmt::format("the folder cannot be read: {}", error.message()),
                        base::printable(folder.path), "run it as the user whom it belongs to");
    return {};
  }

  Result<> add_store(const std::string& store, const std::string& temporary) {
    const auto snapshot = TRY(Snapshot::make(store, temporary));
    const std::string name = "store/rampart.db";
    const auto added = TRY(writer_.add_file(name, snapshot.path()));
    if (!added)
      return base::fail(ErrorKind::io, "the snapshot of the store is gone", temporary, "run it again");
    manifest_.files.push_back(
        {.name = name, .target = store, .size = added->size, .mode = 0600, .digest = added->digest});
    manifest_.tables = TRY(count_rows(snapshot.path()));
    return {};
  }

  const Places& places_;
  ArchiveWriter& writer_;
  Manifest manifest_;
  std::set<std::string> names_;
};

std::int64_t integer(const boost::json::object& object, std::string_view name) {
  const auto* const value = object.if_contains(name);
  if (value == nullptr) return -1;
  if (value->is_int64()) return value->as_int64();
  return -1;
}

std::string text(const boost::json::object& object, std::string_view name) {
  const auto* const value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

}  // namespace

std::string manifest_json(const Manifest& manifest) {
  std::string out;
  base::JsonWriter json(out, base::JsonStyle::pretty);
  json.begin_object()
      .member("schema", "rampart.backup/1")
      .member("version", manifest.version)
      .member("time", base::format_time(manifest.time))
      .key("files")
      .begin_array();
  for (const auto& file : manifest.files)
    json.begin_object()
        .member("name", file.name)
        .member("target", file.target)
        .member("size", static_cast<std::int64_t>(file.size))
        .member("mode", static_cast<std::int64_t>(file.mode))
        .member("sha256", file.digest)
        .end_object();
  json.end_array().key("tables").begin_object();
  for (const auto& [name, rows] : manifest.tables) json.member(name, rows);
  json.end_object().key("folders").begin_array();
  for (const auto& folder : manifest.folders) json.value(folder);
  json.end_array().key("notes").begin_array();
  for (const auto& note : manifest.notes) json.value(note);
  json.end_array().end_object();
  return out + '\n';
}

Result<Manifest> parse_manifest(const std::string& bytes, const std::string& where) {
  const auto wrong = [&](std::string what) {
    return base::fail(ErrorKind::input, std::move(what), where, "it is no backup of Rampart, or was altered");
  };
  const auto parsed = TRY(base::parse_json(bytes, where));
  if (!parsed.is_object() || text(parsed.as_object(), "schema") != "rampart.backup/1")
    return wrong("its list of files is none of rampart.backup/1");
  const auto& root = parsed.as_object();
  Manifest out{.version = text(root, "version")};
  if (const auto time = base::parse_time(text(root, "time"))) out.time = *time;
  const auto* const files = root.if_contains("files");
  if (files == nullptr || !files->is_array()) return wrong("it lists no files");
  for (const auto& one : files->as_array()) {
    if (!one.is_object()) return wrong("it lists something that is no file");
    const auto& object = one.as_object();
    const auto size = integer(object, "size");
    const auto mode = integer(object, "mode");
    File file{.name = text(object, "name"),
              .target = text(object, "target"),
              .size = static_cast<std::uint64_t>(size),
              .mode = static_cast<unsigned>(mode),
              .digest = text(object, "sha256")};
    // A path that leads elsewhere would be written to.
    if (size < 0 || mode < 0 || mode > 0777 || !is_safe_name(file.name) || !file.target.starts_with('/') ||
        !is_safe_name(std::string_view(file.target).substr(1)))
      return wrong(fmt::format("it lists a file with no place: {}", base::excerpt(file.name, 80)));
    out.files.push_back(std::move(file));
  }
  if (const auto* const tables = root.if_contains("tables"); tables != nullptr && tables->is_object())
    for (const auto& [name, rows] : tables->as_object())
      if (rows.is_int64()) out.tables.emplace(name, rows.as_int64());
  const auto texts = [&](std::string_view name, std::vector<std::string>& to) {
    if (const auto* const list = root.if_contains(name); list != nullptr && list->is_array())
      for (const auto& one : list->as_array())
        if (one.is_string()) to.emplace_back(one.as_string());
  };
  texts("folders", out.folders);
  texts("notes", out.notes);
  for (const auto& folder : out.folders)
    if (!folder.starts_with('/') || !is_safe_name(std::string_view(folder).substr(1)))
      return wrong("it lists a folder with no place");
  return out;
}

Result<Manifest> make_backup(const base::Config& config, const std::string& config_file,
                             const std::string& path) {
  const auto places = TRY(places_of(config, config_file));
  if (!places.store && places.folders.empty() && places.files.empty())
    return base::fail(ErrorKind::usage, "there is nothing to save: no store, no keys, no quarantine", {},
                      "name the configuration of the server: --config FILE");
  auto writer = TRY(ArchiveWriter::create(path));
  return Making(places, writer).run(path);
}

}  // namespace rampart::server::backup
