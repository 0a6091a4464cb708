// What a file is by its bytes; file_name.h says what its name promises, and file_facts.h compares the two.
//
//   type_of("MZ\x90…", "invoice.pdf")     FileType::pe
//   type_of("<?xml …<svg …", "")          FileType::svg
//
// A text says of itself hardly more than that it is one: scripts are known by their name and by the words that they begin with.
#pragma once

#include <cstdint>
#include <string_view>

namespace rampart::guard::files {

enum class FileType : std::uint8_t {
  unknown,
  empty,
  text,
  // programs
  pe,      // Windows
  dos,     // MZ without PE
  elf,     // Linux
  mach_o,  // macOS
  java_class,
  dex,   // Android
  msi,   // Windows' installer
  msix,  // the same as a zip
  jar,   // Java's zip
  apk,   // Android's
  // scripts
  shell,  // #!
  batch,
  powershell,
  javascript,
  vbscript,
  encoded_script,  // of Microsoft's script encoder (JSE, VBE)
  wsf,             // Windows script file, scriptlet
  hta,
  autoit,
  registry,  // .reg
  // shortcuts
  lnk,
  url_shortcut,  // [InternetShortcut]
  webloc,        // macOS
  desktop,       // Linux
  search,        // .search-ms, .library-ms
  // documents
  pdf,
  rtf,
  word,        // OOXML
  excel,       // the same
  powerpoint,  // the same
  ooxml,       // another of them
  ole_word,
  ole_excel,
  ole_powerpoint,
  ole,           // another compound file
  locked_ooxml,  // encrypted OOXML within a compound file
  opendocument,
  onenote,
  outlook_message,  // .msg
  xps,
  epub,
  flat_office,  // Flat OPC, SpreadsheetML 2003
  // the web
  html,
  mhtml,
  svg,
  xml,
  // containers
  zip,
  seven_zip,
  rar,
  cab,
  ace,
  arj,
  lha,
  tar,
  cpio,
  ar,
  gzip,
  bzip2,
  xz,
  zstd,
  lz4,
  compress,
  iso,
  udf,
  vhd,
  vhdx,
  disk,  // a raw image: MBR, FAT or NTFS
  dmg,
  chm,
  tnef,
  // mail and calendar
  message,
  calendar,
  card,
  // images and sound
  png,
  jpeg,
  gif,
  bmp,
  webp,
  tiff,
  ico,
  heif,
  emf,
  audio,
  video,
  font,
  // secrets
  pgp,
  pkcs7,
  certificate,
};
inline constexpr std::size_t kFileTypes = static_cast<std::size_t>(FileType::certificate) + 1;
std::string_view to_string(FileType type);  // "zip"

// By its first bytes (and those at the places where ISO and tar say what they are). `name` decides among texts, and between a zip
// and what else is one. Of a zip and of a compound file what they hold decides: look_at_file() knows, this does not.
FileType type_of(std::string_view bytes, std::string_view name);

bool is_program(FileType type);
bool is_script(FileType type);
bool is_shortcut(FileType type);
bool is_archive(FileType type);     // holds files, and is no document
bool is_disk_image(FileType type);  // opened as a drive
bool is_document(FileType type);
bool is_image(FileType type);
bool is_web_page(FileType type);

}  // namespace rampart::guard::files
