// What is known of one file: its type, what it would do, what is in it, where it leads, and what could not be looked at.
//
//   facts.findings[0].mark       Mark::double_extension
//   facts.findings[0].evidence   "invoice.pdf.exe"
//   facts.findings[0].inside     "invoices.zip/invoice.pdf.exe": empty of the file itself
//   facts.unknown[0].why         Why::encrypted: never taken for "nothing is there"
//
// All text is UTF-8 for people (base::printable) and within the limits below.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "guard/inspect/files/file_type.h"

namespace rampart::guard::files {

// All our own. What goes beyond is counted, not kept.
inline constexpr std::size_t kMaxFindings = 100;
inline constexpr std::size_t kMaxInside = 200;     // files within one
inline constexpr std::size_t kMaxFileLinks = 200;  // different ones
inline constexpr std::size_t kMaxUnknown = 20;
inline constexpr std::size_t kMaxEvidence = 200;     // bytes
inline constexpr std::size_t kMaxInsidePath = 300;   // bytes
inline constexpr std::size_t kMaxFileUrl = 2'000;    // bytes
inline constexpr std::size_t kMaxFileText = 16'384;  // bytes

enum class Mark : std::uint8_t {
  // Names.
  double_extension,  // invoice.pdf.exe
  spaced_name,       // invoice.pdf          .exe
  bidi_name,         // characters that turn what follows around, or show nothing
  dangerous_name,    // an extension whose files run when they are opened
  type_mismatch,     // a harmless extension on what runs, opens or packs something else
  // What it is.
  program,
  script,
  shortcut,
  disk_image,
  help_file,  // compiled HTML: runs scripts
  flash_file,
  // Archives.
  encrypted_archive,
  over_unpacked,  // it would grow beyond what is unpacked: a bomb, or very large
  unsafe_path,    // an entry that leaves the folder it is unpacked to
  // Office.
  macros,            // VBA
  auto_macro,        // … that runs when the document is opened or closed
  suspicious_macro,  // … that runs programs, fetches or writes files
  excel4_macros,     // XLM, sheets of macros
  remote_template,   // a template that is loaded from elsewhere
  remote_object,     // another part that is loaded from elsewhere
  dde,               // Dynamic Data Exchange: runs a program
  active_x,
  embedded_object,   // OLE
  embedded_program,  // an embedded object that runs
  equation_object,   // Equation Editor 3, CVE-2017-11882
  object_update,     // RTF: an object that is loaded without a click
  encrypted_document,
  one_note_file,  // a file within a OneNote section
  // PDF.
  pdf_script,
  pdf_open_action,  // something happens when it is opened
  pdf_launch,       // starts a program
  pdf_embedded_file,
  pdf_form,
  pdf_submit,  // sends a form away
  pdf_encrypted,
  pdf_image_link,  // a page that is one image, and leads elsewhere
  // Pages and images.
  credential_form,  // asks for a password, a code or a card
  html_smuggling,   // a script that makes a file
  script_redirect,  // a page that leads elsewhere by itself
  svg_script,       // a picture that runs scripts or holds a page
  qr_code,          // an image with one; the evidence is what it says
  // Shortcuts.
  runs_command,  // … with arguments, as evidence
  // Rules.
  yara_rule,  // the evidence is its name
};
inline constexpr std::size_t kMarks = static_cast<std::size_t>(Mark::yara_rule) + 1;
std::string_view to_string(Mark mark);  // "double-extension"

struct Finding {
  Mark mark = Mark::double_extension;
  std::string evidence;
  std::string inside;  // path of the file within this one, "a.zip/b.exe" without the first; empty: this one

  friend bool operator==(const Finding&, const Finding&) = default;
};

enum class Why : std::uint8_t {
  encrypted,    // nobody can look without a password
  over_limit,   // larger, deeper or more than is looked at
  damaged,      // not what it says it is, or cut
  unsupported,  // of a kind that is not unpacked
  failed,       // a trouble of ours
};
inline constexpr std::size_t kWhys = static_cast<std::size_t>(Why::failed) + 1;
std::string_view to_string(Why why);  // "over-limit"

struct Unknown {
  Why why = Why::damaged;
  std::string what;  // one clause
  std::string inside;

  friend bool operator==(const Unknown&, const Unknown&) = default;
};

enum class FileLinkFrom : std::uint8_t { pdf, qr, shortcut, office, page };
inline constexpr std::size_t kFileLinkFroms = static_cast<std::size_t>(FileLinkFrom::page) + 1;
std::string_view to_string(FileLinkFrom from);  // "qr"

struct FileLink {
  FileLinkFrom from = FileLinkFrom::pdf;
  std::string url;     // as written, up to kMaxFileUrl
  std::string inside;  // as Finding's

  friend bool operator==(const FileLink&, const FileLink&) = default;
};

struct Inside {
  std::string path;
  FileType type = FileType::unknown;  // by its name alone where it was not unpacked
  std::uint64_t size = 0;             // unpacked, as far as it was; else as the archive says
  bool is_encrypted = false;
  std::string sha256;  // 64 digits; empty where it was not unpacked as a whole

  friend bool operator==(const Inside&, const Inside&) = default;
};

struct FileFacts {
  FileType type = FileType::unknown;        // by its bytes
  FileType named_type = FileType::unknown;  // by its name
  std::vector<Finding> findings;            // of it and of all within; no two alike
  std::vector<Unknown> unknown;             // empty: all was looked at
  std::vector<Inside> inside;               // in the order of the file
  std::vector<FileLink> links;
  std::string text;       // of a PDF's or a document's page, as far as it is cheap; for words
  std::size_t pages = 0;  // of a PDF
  std::size_t width = 0;  // of an image, pixels
  std::size_t height = 0;
  std::size_t findings_left_out = 0;
  std::size_t inside_left_out = 0;
  std::size_t links_left_out = 0;

  [[nodiscard]] bool has(Mark mark) const;
};

}  // namespace rampart::guard::files
