// The directory of a zip (PKWARE's APPNOTE), and single entries unpacked: documents of an office are zips of which a few entries are
// looked at, and a directory lists names though everything is encrypted.
//
//   const auto zip = Zip::read(bytes, 10'000);
//   for (const auto& entry : zip.entries) if (entry.name == "[Content_Types].xml") auto text = zip.unpack(entry, 65'536, 200);
//
// Linear in the bytes. A directory that is damaged or missing is made up for by the headers of the entries themselves.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "guard/inspect/files/file_facts.h"

namespace rampart::guard::files {

struct ZipEntry {
  std::string_view name;  // as written: UTF-8, or some code page
  std::uint16_t method = 0;
  bool is_encrypted = false;
  std::uint64_t packed = 0;  // bytes, as said
  std::uint64_t size = 0;    // the same
  std::uint64_t header = 0;  // where its local header stands

  [[nodiscard]] bool is_folder() const { return name.ends_with('/') || name.ends_with('\\'); }
  // Stored or deflated.
  [[nodiscard]] bool is_readable() const { return method == 0 || method == 8; }
};

class Zip {
 public:
  std::vector<ZipEntry> entries;
  bool has_more = false;    // entries than `most`
  bool is_damaged = false;  // its directory is not there, or does not fit

  // `bytes` outlive it.
  static Zip read(std::string_view bytes, std::size_t most);

  [[nodiscard]] const ZipEntry* find(std::string_view name) const;  // without regard to case
  // Up to `most` bytes of it, and not more than `ratio` times what it is packed to, once past kLargeEntry. `is_cut` when there is more.
  struct Unpacked {
    std::string bytes;
    bool is_cut = false;
    bool is_bomb = false;  // it was cut for what it becomes, not for what is left to spend
  };
  struct Fault {
    Unseen why = Unseen::damaged;
    std::size_t unpacked = 0;  // bytes, before it was found to be damaged: they cost as much as others
  };
  [[nodiscard]] std::expected<Unpacked, Fault> unpack(const ZipEntry& entry, std::size_t most,
                                                      std::size_t ratio) const;
  [[nodiscard]] std::string_view bytes() const { return bytes_; }
  // What stands before the first entry that the directory names, where that is a zip of its own: some programs open the first of
  // two zips, others the last. Empty: nothing does.
  [[nodiscard]] std::string_view before() const;

 private:
  bool read_directory(std::size_t most);
  void read_headers(std::size_t most);

  std::string_view bytes_;
  std::uint64_t base_ = 0;  // of offsets: what stands before the zip
};

}  // namespace rampart::guard::files
