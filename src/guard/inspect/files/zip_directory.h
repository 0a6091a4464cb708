// The entries of a ZIP archive as its own directory at the end tells of them (APPNOTE.TXT 4.3), and single ones unpacked: what an
// Office document and the like are made of. Archives of people's files are libarchive's (archive.h).
//
//   const auto entries = zip_directory(bytes);
//   entries[0].name                      "word/document.xml"
//   unzip(bytes, entries[0], 1 << 20)    its bytes; nothing when they are more, encrypted, or packed otherwise
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rampart::guard::files {

inline constexpr std::size_t kMaxZipEntries = 10'000;  // our own

struct ZipEntry {
  std::string_view name;  // lives as long as the bytes
  std::uint64_t offset = 0;  // of its local header
  std::uint64_t packed = 0;
  std::uint64_t size = 0;  // as it says
  std::uint16_t method = 0;
  bool is_encrypted = false;
};

struct ZipDirectory {
  std::vector<ZipEntry> entries;
  bool is_whole = false;  // it was found at the end, and read to its end
};

// The first kMaxZipEntries; by local headers where there is no directory.
ZipDirectory zip_directory(std::string_view bytes);
// The bytes of one that is stored or deflated, when they are at most `most`. Their check sum is not looked at.
std::optional<std::string> unzip(std::string_view bytes, const ZipEntry& entry, std::size_t most);
// Deflated bytes without a wrapper, or in zlib's: up to `most`; is_whole when the stream came to its end.
struct Inflated {
  std::string bytes;
  bool is_whole = false;
  bool is_over = false;  // there would be more than `most`
};
Inflated inflate_raw(std::string_view packed, std::size_t most);
Inflated inflate_zlib(std::string_view packed, std::size_t most);

}  // namespace rampart::guard::files
