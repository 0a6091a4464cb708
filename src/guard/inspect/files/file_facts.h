// What a file of a mail is, hides and starts, with evidence for each fact: no score, and never "clean".
//
//   files::Budget budget;                                        // one for all files of a message
//   const auto facts = files::look_at_file({.name = "a.zip", .declared_type = "application/zip", .bytes = bytes}, budget,
//                                          [&](const files::Found& found) { if (found.type == files::FileType::pdf) … });
//   facts.has(FileFact::script)              a script, in the archive: facts.evidence[0].path "a.zip/invoice.js"
//   facts.is_unseen(Unseen::encrypted)       its contents nobody could look at
//
// Pure but for the memory that libarchive and zlib allocate; bounded by the budget. Runs in a worker that opens no files:
// prepare_files() comes before that.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "guard/inspect/files/file_name.h"
#include "guard/inspect/files/file_type.h"
#include "guard/inspect/html/html_facts.h"

namespace rampart::guard::files {

// All our own.
inline constexpr std::size_t kMaxEvidence = 64;  // of one file, the first of each fact before more of any
inline constexpr std::size_t kMaxEvidenceText = 200;  // bytes
inline constexpr std::size_t kMaxNames = 100;         // names kept of what is inside
inline constexpr std::size_t kMaxFileName = 255;      // bytes of one
inline constexpr std::size_t kMaxFoundLinks = 100;    // of one file
inline constexpr std::size_t kMaxFoundUrl = 2'000;    // bytes

enum class FileFact : std::uint8_t {
  // the name
  dangerous_name,  // its ending runs something: a program, a script, a shortcut
  double_ending,   // invoice.pdf.exe
  padded_name,     // spaces or other blanks before the ending
  bidi_name,       // characters that turn its letters about
  hidden_name,     // other characters that show nothing
  wrong_ending,    // it is not what its ending says
  wrong_declared,  // it is not what the mail declares
  // what it is
  executable,
  script,
  source_code,  // of a shell or another language: who runs it means to
  shortcut,
  shortcut_command,  // that runs a program with arguments, or a script
  remote_shortcut,   // that leads to another machine
  installer,
  disk_image,
  help_file,
  note_with_file,  // OneNote, with a file in it to be clicked
  archive,
  encrypted_archive,
  nested_archive,   // archives within archives
  bomb,             // it unpacks to far more than it holds
  outside_name,     // an entry of it that would be written outside of the folder in which it is unpacked
  two_archives,     // one behind another, so that programs show different ones
  locked_document,  // by a password
  web_page,
  mail_in_file,  // a message
  // documents
  macros,
  auto_macro,     // that run by themselves
  macro_command,  // that start programs or fetch something
  old_macros,     // of Excel 4
  remote_template,
  remote_object,  // an OLE link or a frame that is loaded from elsewhere
  dde,
  active_x,
  embedded_object,   // OLE
  embedded_program,  // a program or script within a document
  equation_object,   // of the Equation Editor
  rtf_objects,
  rtf_update,  // that are loaded as it is opened
  // web pages
  credential_form,
  smuggling,  // a script that makes a file out of itself
  page_script,
  page_redirect,  // leads elsewhere by itself
  svg_script,     // scripts, handlers, foreign HTML in an image
  svg_link,
  encoded_page,  // a page written out of an encoded text
};
inline constexpr std::size_t kFileFacts = static_cast<std::size_t>(FileFact::encoded_page) + 1;
std::string_view to_string(FileFact fact);  // "double-ending"

// Why something was not looked at.
enum class Unseen : std::uint8_t {
  encrypted,
  too_deep,   // archives within archives, past the budget
  too_many,   // entries
  too_large,  // bytes unpacked
  damaged,
  unsupported,  // a format or method that is not read
};
inline constexpr std::size_t kUnseens = static_cast<std::size_t>(Unseen::unsupported) + 1;
std::string_view to_string(Unseen why);  // "too-deep"

// What all files of a message may cost together.
struct Budget {
  std::size_t bytes = std::size_t{64} << 20U;      // unpacked
  std::size_t entries = 2'000;                     // looked at
  std::size_t listed = 200'000;                    // names read
  std::size_t depth = 3;                           // containers within containers
  std::size_t page_bytes = std::size_t{2} << 20U;  // of HTML, SVG and XML that is read
  std::size_t ratio = 200;  // of one entry, unpacked to packed, once it is larger than kLargeEntry
};
inline constexpr std::size_t kLargeEntry = std::size_t{1} << 20U;  // bytes; our own

struct File {
  std::string_view name;           // UTF-8, or what the sender wrote; may be empty
  std::string_view declared_type;  // "application/pdf", lower case, without parameters; may be empty
  std::string_view bytes;          // without their transfer encoding
};

// What shows a fact: the file it is in ("a.zip/b.docm"), and a few printable words.
struct Evidence {
  FileFact fact = FileFact::archive;
  std::string path;
  std::string text;
};

struct NotSeen {
  Unseen why = Unseen::damaged;
  std::string path;
};

enum class LinkOrigin : std::uint8_t { shortcut, document, page, macro, text };
inline constexpr std::size_t kLinkOrigins = static_cast<std::size_t>(LinkOrigin::text) + 1;
std::string_view to_string(LinkOrigin origin);

struct FoundLink {
  std::string url;  // as written, up to kMaxFoundUrl; url::parse() reads it
  std::string path;
  LinkOrigin origin = LinkOrigin::document;
  bool is_loaded = false;  // without anybody clicking
};

struct FileFacts {
  FileType type = FileType::unknown;
  NameKind name_kind = NameKind::none;
  std::uint64_t own = 0;     // bits by FileFact: of the file itself
  std::uint64_t inside = 0;  // of what is in it, at any depth
  std::uint32_t unseen = 0;  // bits by Unseen
  std::vector<Evidence> evidence;
  std::vector<NotSeen> not_seen;       // the first of each reason
  std::vector<std::string> names;      // inside, with their path: "a.zip/b.zip/c.js"
  std::size_t entries = 0;             // inside, as far as they were listed
  std::uint64_t inside_types[2] = {};  // bits by FileType: what was found inside
  std::vector<FoundLink> links;

  [[nodiscard]] bool has(FileFact fact) const { return is_own(fact) || is_inside(fact); }
  [[nodiscard]] bool is_own(FileFact fact) const { return (own >> static_cast<unsigned>(fact) & 1U) != 0; }
  [[nodiscard]] bool is_inside(FileFact fact) const {
    return (inside >> static_cast<unsigned>(fact) & 1U) != 0;
  }
  [[nodiscard]] bool is_unseen(Unseen why) const { return (unseen >> static_cast<unsigned>(why) & 1U) != 0; }
  [[nodiscard]] bool holds(FileType kind) const {
    const auto bit = static_cast<std::size_t>(kind);
    return (inside_types[bit / 64] >> bit % 64 & 1U) != 0;
  }
};

// A file that was looked at: the one given, at depth 0, and each found within it.
struct Found {
  std::string_view path;  // "a.zip/b.pdf"; "a.zip" of the one given
  std::string_view name;  // "b.pdf"
  FileType type = FileType::unknown;
  std::string_view bytes;  // only during the call
  std::size_t depth = 0;
  const html::HtmlFacts* page = nullptr;  // of an HTML page, an SVG or XML, where it was read
};
// Called for the file itself and for each within it, once it has been looked at and before what is in it: PDFs, images, pages and
// messages go to their readers from here.
using Inner = std::function<void(const Found&)>;

// Before the process is shut in. Again is nothing.
void prepare_files();

// Total, whatever the bytes. What it costs is taken from the budget; what the budget does not pay for is `unseen`.
FileFacts look_at_file(const File& file, Budget& budget, const Inner& inner = {});

}  // namespace rampart::guard::files
