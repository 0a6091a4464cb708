// OLE compound files ([MS-CFB]): old Office documents, Outlook messages, installers, vbaProject.bin. A bounded reader of our own.
//
//   const auto file = Compound::open(bytes);
//   if (const auto* entry = file->find("VBA/dir")) use(file->read(*entry, 1 << 20));
//
// Total: chains that go around, leave the file or are longer than it end where that shows. The bytes must outlive it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rampart::guard::files {

inline constexpr std::size_t kMaxCompoundEntries = 4'096;  // storages and streams; our own
inline constexpr std::size_t kMaxCompoundDepth = 16;       // a storage in a storage; our own

class Compound {
 public:
  struct Entry {
    std::string path;  // "Macros/VBA/dir", as UTF-8
    bool is_storage = false;
    std::string class_id;  // 16 bytes
    std::uint32_t start = 0;
    std::uint64_t size = 0;
  };

  // Nothing when it is none.
  static std::optional<Compound> open(std::string_view bytes);

  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
  [[nodiscard]] const std::string& class_id() const { return class_id_; }  // of its root, 16 bytes
  // By its whole path; ASCII letters without case.
  [[nodiscard]] const Entry* find(std::string_view path) const;
  // A stream's bytes, up to `most`.
  [[nodiscard]] std::string read(const Entry& entry, std::size_t most) const;
  // Whether something in it was not as it has to be.
  [[nodiscard]] bool is_damaged() const { return is_damaged_; }

 private:
  [[nodiscard]] std::uint32_t next(std::uint32_t sector) const;
  [[nodiscard]] std::string_view sector(std::uint32_t number) const;
  [[nodiscard]] std::string chain(std::uint32_t start, std::uint64_t size) const;
  void read_table();
  void read_directory();

  std::string_view bytes_;
  std::uint32_t shift_ = 9;       // of a sector's size
  std::uint32_t mini_shift_ = 6;  // of a mini sector's
  std::uint32_t cutoff_ = 4096;   // smaller streams lie in mini sectors
  std::vector<std::uint32_t> table_;
  std::string mini_table_;
  std::string mini_;
  std::vector<Entry> entries_;
  std::string class_id_;
  bool is_damaged_ = false;
};

}  // namespace rampart::guard::files
