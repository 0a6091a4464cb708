// Files made for tests, benches and seeds: archives by libarchive, compound files and macros by hand. All content is invented.
#pragma once

#include <array>
#include <clocale>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>

namespace rampart::guard::files::made {

using Entries = std::vector<std::pair<std::string, std::string>>;

inline std::string le(std::uint64_t value, std::size_t bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xffU);
  return out;
}

inline std::string wide(std::string_view ascii) {
  std::string out;
  for (const char c : ascii) {
    out += c;
    out += '\0';
  }
  return out;
}

inline ::la_ssize_t append(::archive* /*a*/, void* to, const void* bytes, std::size_t size) {
  static_cast<std::string*>(to)->append(static_cast<const char*>(bytes), size);
  return static_cast<::la_ssize_t>(size);
}

// `options` as archive_write_set_options() takes them: "zip:encryption=zipcrypt".
inline std::string archive(int format, int filter, const Entries& entries, const char* options = nullptr) {
  std::string out;
  auto* a = ::archive_write_new();
  ::archive_write_set_format(a, format);
  ::archive_write_add_filter(a, filter);
  ::archive_write_set_bytes_in_last_block(a, 1);
  if (options != nullptr) {
    ::archive_write_set_options(a, options);
    ::archive_write_set_passphrase(a, "open sesame");
  }
  ::archive_write_open(a, &out, nullptr, &append, nullptr);
  // Names are of the locale: in that of C none but ASCII.
  const ::locale_t utf8 = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  const ::locale_t before = ::uselocale(utf8);
  for (const auto& [name, bytes] : entries) {
    auto* entry = ::archive_entry_new();
    ::archive_entry_set_pathname(entry, name.c_str());
    ::archive_entry_set_size(entry, static_cast<::la_int64_t>(bytes.size()));
    ::archive_entry_set_filetype(entry, AE_IFREG);
    ::archive_entry_set_perm(entry, 0644);
    ::archive_write_header(a, entry);
    ::archive_write_data(a, bytes.data(), bytes.size());
    ::archive_entry_free(entry);
  }
  ::archive_write_close(a);
  ::archive_write_free(a);
  ::uselocale(before);
  ::freelocale(utf8);
  return out;
}

inline std::string zip(const Entries& entries, const char* options = nullptr) {
  return archive(ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, entries, options);
}

// RFC 1950, and RFC 1951 without what is around it.
inline std::string zlib(std::string_view bytes) {
  std::string out(::compressBound(bytes.size()), '\0');
  auto size = static_cast<::uLongf>(out.size());
  ::compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
              bytes.size(), 9);
  out.resize(size);
  return out;
}
inline std::string deflated(std::string_view bytes) {
  const auto whole = zlib(bytes);
  return whole.substr(2, whole.size() - 6);
}

// Whose entries all are the first.
inline std::string overlapping_zip(std::string_view name, std::string_view packed, std::size_t size,
                                   std::size_t count) {
  const auto sizes = le(0, 4) + le(packed.size(), 4) + le(size, 4) + le(name.size(), 2) + le(0, 2);
  const auto local =
      "PK\3\4" + le(20, 2) + le(0, 2) + le(8, 2) + le(0, 4) + sizes + std::string(name) + std::string(packed);
  std::string directory;
  for (std::size_t i = 0; i < count; ++i)
    directory += "PK\1\2" + le(20, 2) + le(20, 2) + le(0, 2) + le(8, 2) + le(0, 4) + sizes + le(0, 2) +
                 le(0, 2) + le(0, 2) + le(0, 4) + le(0, 4) + std::string(name);
  return local + directory + "PK\5\6" + le(0, 4) + le(count, 2) + le(count, 2) + le(directory.size(), 4) +
         le(local.size(), 4) + le(0, 2);
}

// [MS-OVBA] 2.4.1 of literals alone.
inline std::string packed_vba(std::string_view source) {
  std::string out = "\1";
  while (!source.empty()) {
    const auto piece = source.substr(0, 3'000);
    source.remove_prefix(piece.size());
    std::string tokens;
    for (std::size_t i = 0; i < piece.size(); i += 8) {
      tokens += '\0';
      tokens += piece.substr(i, 8);
    }
    out += le(0xb000U | (tokens.size() + 2 - 3), 2) + tokens;
  }
  return out;
}

inline std::string vba_module(std::string_view body) {
  return std::string(700, '\x17') + packed_vba("Attribute VB_Name = \"Module1\"\r\n" + std::string(body));
}

// A compound file ([MS-CFB]) of streams by their paths; small ones lie in the mini stream.
class CompoundMaker {
 public:
  std::string make(const Entries& streams, std::string_view root_class = {}) {
    entries_.push_back({.name = "Root Entry", .type = 5});
    for (const auto& [path, bytes] : streams) put(path, bytes);
    const auto mini_start = allocate(mini_);
    entries_[0].start = mini_start;
    entries_[0].size = mini_.size();
    std::string mini_fat;
    for (const auto next : mini_fat_) mini_fat += le(next, 4);
    const auto mini_fat_start = allocate(mini_fat);
    std::string directory;
    for (const auto& entry : entries_) directory += raw(entry);
    if (!root_class.empty()) directory.replace(80, 16, root_class);
    const auto directory_start = allocate(directory);
    // The FAT says of its own sectors, too, that they are.
    const auto fat_sectors = (fat_.size() + 127) / 127 + 1;
    const auto fat_start = fat_.size();
    fat_.resize(fat_.size() + fat_sectors, 0xffff'fffd);
    std::string fat;
    for (const auto next : fat_) fat += le(next, 4);
    fat.resize(fat_sectors * 512, '\xff');
    std::string header = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + std::string(16, '\0') + le(0x3e, 2) + le(3, 2) +
                         le(0xfffe, 2) + le(9, 2) + le(6, 2) + std::string(6, '\0') + le(0, 4) +
                         le(fat_sectors, 4) + le(directory_start, 4) + le(0, 4) + le(4'096, 4) +
                         le(mini_fat_start, 4) + le(1, 4) + le(0xffff'fffe, 4) + le(0, 4);
    for (std::size_t i = 0; i < fat_sectors; ++i) header += le(fat_start + i, 4);
    header.resize(512, '\xff');
    return header + sectors_ + fat;
  }

 private:
  struct Entry {
    std::string name;
    std::uint8_t type = 2;
    std::uint32_t child = 0xffff'ffff;
    std::uint32_t right = 0xffff'ffff;
    std::uint32_t start = 0;
    std::size_t size = 0;
  };

  static std::string raw(const Entry& entry) {
    auto out = wide(entry.name);
    const auto name_size = out.size() + 2;
    out.resize(64, '\0');
    out += le(name_size, 2) + static_cast<char>(entry.type) + '\1' + le(0xffff'ffff, 4) + le(entry.right, 4) +
           le(entry.child, 4);
    out.resize(116, '\0');
    return out + le(entry.start, 4) + le(entry.size, 8);
  }

  std::uint32_t allocate(std::string_view bytes) {
    if (bytes.empty()) return 0xffff'fffe;
    const auto first = static_cast<std::uint32_t>(fat_.size());
    for (std::size_t at = 0; at < bytes.size(); at += 512) {
      auto sector = std::string(bytes.substr(at, 512));
      sector.resize(512, '\0');
      sectors_ += sector;
      fat_.push_back(at + 512 < bytes.size() ? static_cast<std::uint32_t>(fat_.size() + 1) : 0xffff'fffe);
    }
    return first;
  }

  std::uint32_t allocate_mini(std::string_view bytes) {
    const auto first = static_cast<std::uint32_t>(mini_fat_.size());
    for (std::size_t at = 0; at < bytes.size(); at += 64) {
      auto sector = std::string(bytes.substr(at, 64));
      sector.resize(64, '\0');
      mini_ += sector;
      mini_fat_.push_back(at + 64 < bytes.size() ? static_cast<std::uint32_t>(mini_fat_.size() + 1)
                                                 : 0xffff'fffe);
    }
    return first;
  }

  std::uint32_t child(std::uint32_t parent, const std::string& name, std::uint8_t type) {
    const auto number = static_cast<std::uint32_t>(entries_.size());
    entries_.push_back({.name = name, .type = type, .right = entries_[parent].child});
    entries_[parent].child = number;
    return number;
  }

  void put(std::string_view path, std::string_view bytes) {
    std::uint32_t at = 0;
    std::string whole;
    for (auto slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/')) {
      const std::string name(path.substr(0, slash));
      whole += "/" + name;
      if (!storages_.contains(whole)) storages_[whole] = child(at, name, 1);
      at = storages_[whole];
      path.remove_prefix(slash + 1);
    }
    const auto number = child(at, std::string(path), 2);
    entries_[number].size = bytes.size();
    entries_[number].start = bytes.size() < 4'096 ? allocate_mini(bytes) : allocate(bytes);
  }

  std::vector<Entry> entries_;
  std::map<std::string, std::uint32_t> storages_;
  std::vector<std::uint32_t> fat_;
  std::vector<std::uint32_t> mini_fat_;
  std::string mini_;
  std::string sectors_;
};

inline std::string compound(const Entries& streams, std::string_view root_class = {}) {
  return CompoundMaker().make(streams, root_class);
}

inline std::string program() {
  std::string out = "MZ";
  out.resize(0x3c, '\0');
  out += le(0x40, 4) + std::string("PE\0\0", 4) + le(0x14c, 2);
  out.resize(512, '\0');
  return out;
}

// OLE1's native data of a package.
inline std::string package(std::string_view path, std::string_view bytes) {
  const std::string name(path);
  return le(2, 2) + "label.pdf" + '\0' + name + '\0' + le(0x30000, 4) + le(name.size() + 1, 4) + name + '\0' +
         le(bytes.size(), 4) + std::string(bytes);
}

inline std::string lnk(std::string_view target, std::string_view arguments) {
  std::string out("\x4c\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46", 20);
  out += le(0x08U | 0x20U | 0x80U, 4);
  out.resize(0x4c, '\0');
  return out + le(target.size(), 2) + wide(target) + le(arguments.size(), 2) + wide(arguments) + le(0, 4);
}

inline std::string onenote(const std::vector<std::string>& files) {
  std::string out =
      "\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3" + std::string(1'000, '\0');
  for (const auto& file : files)
    out += "\xe7\x16\xe3\xbd\x65\x26\x11\x45\xa4\xc4\x8d\x4d\x0b\x7a\x9e\xac" + le(file.size(), 8) +
           std::string(12, '\0') + file;
  return out;
}

// With the packed RTF of a body, where there is one.
inline std::string tnef(const Entries& attachments, const std::string& rtf = {}) {
  std::string out = "\x78\x9f\x3e\x22" + le(1, 2);
  const auto attribute = [](std::uint32_t id, const std::string& data) {
    return '\2' + le(id, 4) + le(data.size(), 4) + data + le(0, 2);
  };
  for (const auto& [name, bytes] : attachments)
    out += attribute(0x69002, std::string(14, '\0')) + attribute(0x18010, "SHORT~1" + std::string(1, '\0')) +
           attribute(0x6800f, bytes) +
           attribute(0x69005, le(1, 4) + le(0x1f, 2) + le(0x3707, 2) + le(1, 4) + le(2 * name.size(), 4) +
                                  wide(name) + std::string((4 - 2 * name.size() % 4) % 4, '\0'));
  if (!rtf.empty())
    out += attribute(0x69003, le(1, 4) + le(0x102, 2) + le(0x1009, 2) + le(1, 4) + le(rtf.size(), 4) + rtf);
  return out;
}

// A document of Word: [Content_Types].xml and what is given.
inline std::string docx(Entries entries) {
  entries.insert(entries.begin(),
                 {{"[Content_Types].xml", "<Types/>"}, {"word/document.xml", "<w:document/>"}});
  return zip(entries);
}

inline std::string relations(std::string_view type, std::string_view target) {
  return "<?xml version=\"1.0\"?><Relationships><Relationship Id=\"rId1\" "
         "Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/" +
         std::string(type) + "\" Target=\"" + std::string(target) +
         "\" TargetMode=\"External\"/></Relationships>";
}

}  // namespace rampart::guard::files::made
