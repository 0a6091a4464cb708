// What bytes are, by what stands in them, and what a name says they were.
//
//   type_of("MZ\x90…", "holiday.jpg")      FileType::pe
//   type_of_name("holiday.jpg")            FileType::jpeg
//   is_program(FileType::pe)               true
//
// Pure; looks at the first kTypeBytes bytes, and at the places where the containers' directories stand. Of texts that could be
// anything (JavaScript, batch) the name decides, as it does on the machine that opens them.
#pragma once

#include <cstdint>
#include <string_view>

namespace rampart::guard::files {

inline constexpr std::size_t kTypeBytes = 65'536;  // our own

enum class FileType : std::uint8_t {
  unknown,
  empty,
  // Texts and pages.
  text,
  html,
  xml,
  svg,
  mail,      // a message, RFC 5322
  calendar,  // iCalendar, RFC 5545
  contact,   // vCard, RFC 6350
  // Programs.
  pe,  // Windows: .exe, .dll, .scr, .cpl, .xll …
  dos_program,
  elf,
  mach_o,
  java_class,
  jar,
  android_package,
  installer,  // .msi
  registry,   // .reg
  // Scripts.
  shell_script,  // whatever begins with #!
  java_script,   // .js, .jse: for Windows Script Host
  visual_basic,  // .vbs, .vbe
  script_host,   // .wsf, .wsh, .wsc, .sct
  power_shell,
  batch,
  hta,  // a page that is a program
  apple_script,
  // What opens something else.
  shell_link,         // .lnk
  internet_shortcut,  // .url, .webloc, .desktop
  search_connector,   // .search-ms, .library-ms, .settingcontent-ms
  // Documents.
  pdf,
  post_script,
  rtf,
  word,  // of Office Open XML, whatever its macros
  excel,
  power_point,
  excel_binary,  // .xlsb
  open_document,
  old_word,  // of OLE compound files
  old_excel,
  old_power_point,
  old_other,           // an OLE compound file of no kind that we know
  outlook_message,     // .msg
  encrypted_document,  // Office Open XML within a password's container
  one_note,
  help,  // .chm
  tnef,  // winmail.dat
  // Archives.
  zip,
  rar,
  seven_zip,
  cabinet,
  ace,
  arj,
  tar,
  gzip,
  bzip2,
  xz,
  zstd,
  lzma,
  // Disk images.
  iso,
  udf,
  disk_image,  // .img, .vhd, .vhdx, .vmdk, .dmg
  // Images, sound and the rest.
  png,
  jpeg,
  gif,
  webp,
  bmp,
  tiff,
  icon,
  heif,
  font,
  audio,
  video,
  flash,
  pgp,  // encrypted or signed
  cms,  // S/MIME: encrypted, signed or certificates, DER
};
inline constexpr std::size_t kFileTypes = static_cast<std::size_t>(FileType::cms) + 1;
std::string_view to_string(FileType type);  // "shell-link"

bool is_program(FileType type);   // a machine's or a virtual machine's code, and what installs it
bool is_script(FileType type);    // text that the system runs when it is opened
bool is_shortcut(FileType type);  // opens something else
bool is_office(FileType type);    // Word, Excel, PowerPoint, OpenDocument, RTF
bool is_archive(FileType type);   // packs other files
bool is_disk(
    FileType type);  // is mounted when it is opened, so that what is in it carries no mark of the web
bool is_image(FileType type);
bool is_text(FileType type);  // what people read in a text editor: text, html, xml, svg, scripts …
inline bool runs(FileType type) { return is_program(type) || is_script(type); }

// `name` may be empty.
FileType type_of(std::string_view bytes, std::string_view name = {});
// By the last extension; unknown for those that say nothing.
FileType type_of_name(std::string_view name);

}  // namespace rampart::guard::files
