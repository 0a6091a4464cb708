// The file of a backup: a pax tar in zstd, which `tar --zstd -xf` opens, too. Its entries have names of ours; the last one, manifest.json,
// says of each where it belongs, how large it is and what its hash is.
//
//   auto bundle = TRY(BundleWriter::create("rampart.backup"));
//   TRY(bundle.add_file("files/1", "/etc/rampart/seal.key", {.setting = "guard.seal_file"}));
//   TRY(bundle.commit(about));
//
//   const auto manifest = TRY(read_bundle("rampart.backup", [](const BundleEntry&, …) { … }));
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace rampart::server::backup {

// All our own.
inline constexpr std::size_t kMaxEntries = 2'000'000;
inline constexpr std::size_t kMaxManifest = std::size_t{1} << 30U;
inline constexpr std::string_view kManifestName = "manifest.json";

struct BundleEntry {
  std::string name;     // within the bundle: "store/rampart.db", "quarantine/7f3a….kept"
  std::string path;     // absolute: where it was, and belongs
  std::string setting;  // that names it, or the folder that it is in: "guard.seal_file"
  unsigned mode = 0600;
  std::string owner{};  // names; empty where the system knows none
  std::string group{};
  std::uint64_t size = 0;
  std::string sha256;  // hex
};

struct Manifest {
  std::string version;  // of the program that made it
  base::Time made{};
  std::string store;                  // "sqlite:/var/lib/rampart/rampart.db", or where else the database is
  std::vector<BundleEntry> entries;   // in the order of the file
  std::vector<std::string> left_out;  // sentences
};
// Errors are of kind input.
std::string format_manifest(const Manifest& manifest);
base::Result<Manifest> parse_manifest(std::string_view text);

class BundleWriter {
 public:
  // A new file of mode 0600; one that is there stays, which is an error.
  static base::Result<BundleWriter> create(const std::string& path);
  BundleWriter(BundleWriter&&) noexcept;
  BundleWriter& operator=(BundleWriter&&) noexcept;
  ~BundleWriter();  // without commit() nothing is left

  // `entry` without size, mode and hash, which are those of the file `from`. What grows meanwhile is cut where it began to.
  base::Result<> add_file(const std::string& from, BundleEntry entry);
  base::Result<> add_bytes(std::string_view bytes, BundleEntry entry);
  // The manifest, of what was added, and the end; on the disk when it returns.
  base::Result<Manifest> commit(Manifest about);

 private:
  struct Parts;
  explicit BundleWriter(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

// What is done with an entry while a bundle is read: its pieces, one after another, then an empty one at its end.
using TakePiece = std::function<base::Result<>(const std::string& name, std::string_view piece)>;
// Reads all of it and compares each entry with the manifest: an error of kind input says which one is not what was written.
base::Result<Manifest> read_bundle(const std::string& path, const TakePiece& take);

}  // namespace rampart::server::backup
