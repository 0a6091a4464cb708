// A backup as one file: a tar archive in POSIX's format (IEEE 1003.1, pax), which tar(1) lists and unpacks, too. Files only, by relative names.
//
//   auto writer = TRY(ArchiveWriter::create("rampart-20261128.tar"));            // 0600, and never over what is there
//   const auto digest = TRY(writer.add_file("quarantine/ab/abcd.eml", path));    // SHA-256, of what was written
//   TRY(writer.add("manifest.json", text));
//   TRY(writer.finish());
//
//   auto reader = TRY(ArchiveReader::open(path));
//   while (auto entry = TRY(reader.next())) …;                                   // then read() until it gives nothing
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rampart::server::backup {

// Our own.
inline constexpr std::size_t kMaxName = 1'000;                         // bytes
inline constexpr std::uint64_t kMaxFile = std::uint64_t{1} << 42U;     // bytes of one file
inline constexpr std::uint64_t kMaxHeader = std::uint64_t{64} << 10U;  // bytes of an extended header

struct Added {
  std::uint64_t size = 0;
  std::string digest;  // SHA-256, in hexadecimal
  unsigned mode = 0600;
};

class ArchiveWriter {
 public:
  // An error of kind usage where something of that name is there.
  static base::Result<ArchiveWriter> create(const std::string& path);
  ArchiveWriter(ArchiveWriter&& other) noexcept;
  ArchiveWriter& operator=(ArchiveWriter&&) = delete;
  ~ArchiveWriter();  // without finish() nothing stays at the path

  base::Result<Added> add(const std::string& name, std::string_view content);
  // A regular file as it is now, and no link; nothing where it is not there (any more). One that shrinks meanwhile is an error.
  base::Result<std::optional<Added>> add_file(const std::string& name, const std::string& path);
  base::Result<> finish();  // it is on the disk

 private:
  ArchiveWriter() = default;
  base::Result<> header(const std::string& name, std::uint64_t size, unsigned mode);
  base::Result<> write(std::string_view bytes);
  base::Result<> pad(std::uint64_t size);

  int file_ = -1;
  std::string path_;  // empty after finish()
};

class ArchiveReader {
 public:
  struct Entry {
    std::string name;  // relative, without "." or ".." or an empty step
    std::uint64_t size = 0;
    unsigned mode = 0600;
  };

  static base::Result<ArchiveReader> open(const std::string& path);
  ArchiveReader(ArchiveReader&& other) noexcept;
  ArchiveReader& operator=(ArchiveReader&&) = delete;
  ~ArchiveReader();

  // The next one, whatever was read of the one before; nothing at the end. Errors of kind input: it is no such archive, or cut.
  base::Result<std::optional<Entry>> next();
  // Of the current one, in pieces; nothing at its end.
  base::Result<std::optional<std::string>> read();

 private:
  ArchiveReader() = default;
  base::Result<std::string> take(std::uint64_t size);
  base::Result<std::optional<Entry>> parse(std::string_view block);
  [[nodiscard]] std::unexpected<base::Error> damaged(std::string what) const;

  int file_ = -1;
  std::string path_;
  std::uint64_t left_ = 0;     // bytes of the current one
  std::uint64_t padding_ = 0;  // behind them
  std::string long_name_;      // of the next one, out of an extended header
  std::optional<std::uint64_t> long_size_;
};

// What a header block says, without its extended one: of the fuzz target, and of next(). Nothing of a block that is none.
struct Header {
  std::string name;
  std::uint64_t size = 0;
  unsigned mode = 0;
  char type = '0';
};
std::optional<Header> parse_header(std::string_view block);
// The records of an extended header ("17 path=quarantine\n"): false where they are malformed.
bool parse_extended(std::string_view text, std::string& name, std::optional<std::uint64_t>& size);
// Whether a name can be that of a file below a folder: no step of it leads elsewhere.
bool is_safe_name(std::string_view name);

}  // namespace rampart::server::backup
