// Compound files ([MS-CFB]): the container of Office's older documents, of messages saved by Outlook and of installers. A directory of
// storages and streams; nothing of what they mean.
//
//   const auto file = Compound::read(bytes);             // nothing: no directory can be read
//   if (const auto* entry = file->find("VBA/dir")) const auto stream = file->stream(*entry, 65'536);
//
// Chains of sectors are followed at most as often as there are sectors, so that a loop ends.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rampart::guard::files {

// All our own.
inline constexpr std::size_t kMaxCompoundEntries = 20'000;
inline constexpr std::size_t kMaxCompoundDepth = 10;  // storages in storages

struct CompoundEntry {
  std::string path;  // "Macros/VBA/ThisDocument"; the root is left out
  std::string name;  // its last part; control characters as they are
  bool is_stream = false;
  std::uint64_t size = 0;
  std::uint32_t start = 0;  // first sector
};

class Compound {
 public:
  std::vector<CompoundEntry> entries;
  std::string_view root_class_id;  // 16 bytes
  bool has_more = false;           // entries than kMaxCompoundEntries, or deeper ones

  // `bytes` outlive it.
  static std::optional<Compound> read(std::string_view bytes);

  // By the end of its path, without regard to case: "VBA/dir" finds "Macros/VBA/dir".
  [[nodiscard]] const CompoundEntry* find(std::string_view path_end) const;
  // Up to `most` bytes; shorter than `size` where the file is damaged.
  [[nodiscard]] std::string stream(const CompoundEntry& entry, std::size_t most) const;

 private:
  [[nodiscard]] std::string_view sector(std::uint32_t number) const;
  void read_fat();
  // The bytes of a chain of sectors.
  [[nodiscard]] std::string chain(std::uint32_t start, std::size_t most) const;
  void read_entries(std::string_view directory);

  std::string_view bytes_;
  std::size_t sector_size_ = 512;
  std::size_t mini_size_ = 64;
  std::uint32_t mini_cutoff_ = 4'096;
  std::vector<std::uint32_t> fat_;
  std::string mini_fat_;
  std::string mini_stream_;
};

}  // namespace rampart::guard::files
