// What the name of a file promises, and what it hides.
//
//   kind_of_name("invoice.pdf.exe")                     NameKind::executable
//   has_double_ending("invoice.pdf.exe")                true
//   fits(FileType::pe, ending_of("invoice.pdf"))        false
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "guard/inspect/files/file_type.h"

namespace rampart::guard::files {

// What a computer does with a file of that name when somebody opens it.
enum class NameKind : std::uint8_t {
  other,       // an ending that nobody knows
  none,        // no ending
  executable,  // .exe, .scr, .msi
  script,      // .js, .vbs, .ps1: run by a click, or made to look so
  shortcut,    // .lnk, .url
  disk_image,  // .iso, .vhd: opened as a drive
  archive,
  macro_document,  // .docm
  document,
  web_page,  // .html, .svg
  help,      // .chm, .hlp
  note,      // .one
  add_in,    // .xll, .wll, .ppam
  message,   // .eml, .msg
  image,
  media,
  text,
  system,  // .reg, .settingcontent-ms, .theme and the like: they change settings or start something
  source,  // .sh, .py: what programmers send each other, and run on purpose
};
inline constexpr std::size_t kNameKinds = static_cast<std::size_t>(NameKind::source) + 1;
std::string_view to_string(NameKind kind);  // "disk-image"

// The last ending, in lower case and without the dot; empty without one. Trailing dots, blanks and what follows a NUL are not seen,
// as Windows does not see them.
std::string ending_of(std::string_view name);
NameKind kind_of_name(std::string_view name);
NameKind kind_of_ending(std::string_view ending);
// What somebody runs without knowing: program, script, shortcut, add-in, setting.
bool is_dangerous(NameKind kind);

// Whether an archive's entry of that name would be written outside of the folder in which it is unpacked: "../x", "C:\\x".
bool leads_outside(std::string_view name);

// A decoy before an ending that runs something, is a page or a drive: "invoice.pdf.exe".
bool has_double_ending(std::string_view name);
// Blanks that push the ending out of sight.
bool is_padded(std::string_view name);
// Embeddings, overrides and isolates (UAX #9), which turn letters about: "invoice\u202Efdp.exe". Marks that Urdu and Arabic names need
// are none.
bool has_bidi(std::string_view name);
// Characters that show nothing, but for the joiners that Urdu needs.
bool has_hidden(std::string_view name);

// Whether a file of that type may bear that ending; unknown endings and types fit everything.
bool fits(FileType type, std::string_view ending);
// Whether a part of that type may be declared so ("application/pdf").
bool fits_declared(FileType type, std::string_view declared);

}  // namespace rampart::guard::files
