#include "guard/inspect/files/file_type.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "guard/inspect/files/bytes.h"
#include "guard/inspect/files/file_name.h"
#include "guard/inspect/files/text.h"

namespace rampart::guard::files {
namespace {

using enum FileType;

// All our own.
constexpr std::size_t kMaxTextLooked = 16'384;  // bytes of a text in which its type shows
constexpr std::size_t kMaxPdfHeader =
    1'024;                                // bytes in which readers look for %PDF- (ISO 32000-1, Annex H.3)
constexpr std::size_t kIsoMark = 32'769;  // ECMA-119 section 8: sector 16, behind its type
constexpr std::size_t kSector = 2'048;
constexpr std::size_t kTarMark = 257;  // "ustar" (POSIX)

constexpr std::string_view kTypeNames[] = {"unknown",
                                           "empty",
                                           "text",
                                           "pe",
                                           "dos",
                                           "elf",
                                           "mach-o",
                                           "java-class",
                                           "dex",
                                           "msi",
                                           "msix",
                                           "jar",
                                           "apk",
                                           "shell",
                                           "batch",
                                           "powershell",
                                           "javascript",
                                           "vbscript",
                                           "encoded-script",
                                           "wsf",
                                           "hta",
                                           "autoit",
                                           "registry",
                                           "lnk",
                                           "url-shortcut",
                                           "webloc",
                                           "desktop",
                                           "search",
                                           "pdf",
                                           "rtf",
                                           "word",
                                           "excel",
                                           "powerpoint",
                                           "ooxml",
                                           "ole-word",
                                           "ole-excel",
                                           "ole-powerpoint",
                                           "ole",
                                           "locked-ooxml",
                                           "opendocument",
                                           "onenote",
                                           "outlook-message",
                                           "xps",
                                           "epub",
                                           "flat-office",
                                           "html",
                                           "mhtml",
                                           "svg",
                                           "xml",
                                           "zip",
                                           "7z",
                                           "rar",
                                           "cab",
                                           "ace",
                                           "arj",
                                           "lha",
                                           "tar",
                                           "cpio",
                                           "ar",
                                           "gzip",
                                           "bzip2",
                                           "xz",
                                           "zstd",
                                           "lz4",
                                           "compress",
                                           "iso",
                                           "udf",
                                           "vhd",
                                           "vhdx",
                                           "disk",
                                           "dmg",
                                           "chm",
                                           "tnef",
                                           "message",
                                           "calendar",
                                           "card",
                                           "png",
                                           "jpeg",
                                           "gif",
                                           "bmp",
                                           "webp",
                                           "tiff",
                                           "ico",
                                           "heif",
                                           "emf",
                                           "audio",
                                           "video",
                                           "font",
                                           "pgp",
                                           "pkcs7",
                                           "certificate"};
static_assert(std::size(kTypeNames) == kFileTypes);
static_assert(kFileTypes <= 128);  // FileFacts::inside_types

struct Magic {
  std::string_view bytes;
  FileType type;
  std::size_t at = 0;
};

using namespace std::string_view_literals;  // NOLINT(google-build-using-namespace): for bytes with NULs

// The longest and surest first.
constexpr Magic kMagics[] = {
    {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv, ole},
    {"\x89PNG\r\n\x1a\n"sv, png},
    {"\x4c\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46"sv, lnk},
    {"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3"sv, onenote},
    {"\xa1\x2f\xff\x43\xd9\xef\x76\x4c\x9e\xe2\x10\xea\x57\x22\x76\x5f"sv, onenote},  // a table of contents
    {"vhdxfile"sv, vhdx},
    {"conectix"sv, vhd},
    {"Rar!\x1a\x07"sv, rar},
    {"7z\xbc\xaf\x27\x1c"sv, seven_zip},
    {"\xfd"
     "7zXZ\0"sv,
     xz},
    {"MSCF\0\0\0\0"sv, cab},
    {"**ACE**"sv, ace, 7},
    {"{\\rt"sv, rtf},
    {"%PDF-"sv, pdf},
    {"ITSF"sv, chm},
    {"\x7f"
     "ELF"sv,
     elf},
    {"\xce\xfa\xed\xfe"sv, mach_o},
    {"\xcf\xfa\xed\xfe"sv, mach_o},
    {"\xfe\xed\xfa\xce"sv, mach_o},
    {"\xfe\xed\xfa\xcf"sv, mach_o},
    {"dex\n03"sv, dex},
    {"\x78\x9f\x3e\x22"sv, tnef},
    {"\xff\xd8\xff"sv, jpeg},
    {"GIF87a"sv, gif},
    {"GIF89a"sv, gif},
    {"WEBP"sv, webp, 8},
    {"WAVE"sv, audio, 8},
    {"AVI "sv, video, 8},
    {"II*\0"sv, tiff},
    {"MM\0*"sv, tiff},
    {"\0\0\x01\0\x01\0"sv, ico},
    {" EMF"sv, emf, 40},
    {"\xd7\xcd\xc6\x9a"sv, emf},
    {"ftypheic"sv, heif, 4},
    {"ftypmif1"sv, heif, 4},
    {"ftypavif"sv, heif, 4},
    {"ftypM4A"sv, audio, 4},
    {"ftyp"sv, video, 4},
    {"\x1a\x45\xdf\xa3"sv, video},  // Matroska, WebM
    {"ID3"sv, audio},
    {"OggS"sv, audio},
    {"fLaC"sv, audio},
    {"#!AMR"sv, audio},
    {"\x30\x26\xb2\x75\x8e\x66\xcf\x11"sv, video},  // ASF
    {"\x28\xb5\x2f\xfd"sv, zstd},
    {"\x04\x22\x4d\x18"sv, lz4},
    {"\x1f\x9d"sv, compress},
    {"\x1f\x8b\x08"sv, gzip},
    {"BZh"sv, bzip2},
    {"!<arch>\n"sv, ar},
    {"070701"sv, cpio},
    {"070707"sv, cpio},
    {"-lh"sv, lha, 2},
    {"\x60\xea"sv, arj},
    {"wOFF"sv, font},
    {"wOF2"sv, font},
    {"OTTO"sv, font},
    {"\0\x01\0\0\0"sv, font},
    {"ustar"sv, tar, kTarMark},
    {"-----BEGIN PGP "sv, pgp},
    {"-----BEGIN PKCS7"sv, pkcs7},
    {"-----BEGIN CERT"sv, certificate},
};

std::optional<FileType> by_magic(std::string_view bytes) {
  for (const auto& magic : kMagics)
    if (part_of(bytes, magic.at, magic.bytes.size()) == magic.bytes) return magic.type;
  if (bytes.starts_with("MZ") || bytes.starts_with("ZM")) {
    const auto header = u32_at(bytes, 0x3c);
    if (header && part_of(bytes, *header, 4) == "PE\0\0"sv) return pe;
    if (!is_text(bytes)) return dos;
  }
  // A Java class has a version behind the mark that it shares with macOS' universal programs, which have few parts.
  if (bytes.starts_with("\xca\xfe\xba\xbe"))
    return bytes.size() > 7 && static_cast<unsigned char>(bytes[7]) >= 0x2d ? java_class : mach_o;
  if (bytes.starts_with("BM") && bytes.size() > 14 && u32_at(bytes, 6) == 0U) return bmp;
  return std::nullopt;
}

// What says what it is far behind its beginning, and boot sectors.
std::optional<FileType> by_volume(std::string_view bytes) {
  if (part_of(bytes, kIsoMark, 5) == "CD001") return iso;
  for (std::size_t sector = 0; sector < 4; ++sector) {
    const auto mark = part_of(bytes, kIsoMark + sector * kSector, 5);
    if (mark == "NSR02" || mark == "NSR03" || mark == "BEA01") return udf;
  }
  if (bytes.size() >= 512 && part_of(bytes, bytes.size() - 512, 8) == "conectix") return vhd;
  if (bytes.size() >= 512 && part_of(bytes, bytes.size() - 512, 4) == "koly") return dmg;
  if (part_of(bytes, 510, 2) == "\x55\xaa" &&
      (part_of(bytes, 3, 4) == "NTFS" || part_of(bytes, 54, 3) == "FAT" || part_of(bytes, 82, 5) == "FAT32" ||
       bytes.size() % 512 == 0))
    return disk;
  return std::nullopt;
}

std::optional<FileType> by_zip(std::string_view bytes) {
  const bool is_zip = bytes.starts_with("PK\3\4") || bytes.starts_with("PK\5\6") ||
                      bytes.starts_with("PK\7\10PK") || bytes.starts_with("PK00PK\3\4");
  return is_zip ? std::optional(zip) : std::nullopt;
}

// A zip's directory at the end, whatever stands before it: programs that unpack look there (APPNOTE 4.3.16).
bool ends_as_zip(std::string_view bytes) {
  constexpr std::size_t kMaxTail = 22 + 65'535;
  const auto tail = bytes.size() > kMaxTail ? bytes.substr(bytes.size() - kMaxTail) : bytes;
  const auto end = tail.rfind("PK\5\6");
  if (end == std::string_view::npos) return false;
  const auto size = u32_at(tail, end + 12);
  const auto behind = bytes.size() - tail.size() + end;
  return size && *size >= 46 && *size <= behind && part_of(bytes, behind - *size, 4) == "PK\1\2";
}

struct Words {
  std::string_view words;
  FileType type;
};

// At the beginning, behind blanks, in lower case.
constexpr Words kBeginnings[] = {
    {"<!doctype html", html},
    {"<html", html},
    {"<head", html},
    {"<body", html},
    {"<script", html},
    {"<meta ", html},
    {"<title", html},
    {"<style", html},
    {"<iframe", html},
    {"<form", html},
    {"<table", html},
    {"<div", html},
    {"<svg", svg},
    {"<!doctype svg", svg},
    {"<job", wsf},
    {"<package", wsf},
    {"<scriptlet", wsf},
    {"<component", wsf},
    {"#@~^", encoded_script},
    {"[internetshortcut", url_shortcut},
    {"[desktop entry", desktop},
    {"windows registry editor", registry},
    {"regedit4", registry},
    {"begin:vcalendar", calendar},
    {"begin:vcard", card},
    {"#!", shell},
    {"@echo off", batch},
    {"powershell", batch},
    {"cmd /c", batch},
    {"cmd.exe", batch},
    {"on error resume next", vbscript},
    {"<searchconnectordescription", search},
    {"<librarydescription", search},
    {"<persistedquery", search},
};

// Roots of XML, behind its declaration and comments.
constexpr Words kRoots[] = {
    {"<svg", svg},
    {"<html", html},
    {"<plist", webloc},
    {"<job", wsf},
    {"<package", wsf},
    {"<scriptlet", wsf},
    {"<component", wsf},
    {"<searchconnectordescription", search},
    {"<librarydescription", search},
    {"<persistedquery", search},
    {"<w:worddocument", flat_office},
    {"<workbook", flat_office},
    {"<pkg:package", flat_office},
};

struct EndingType {
  std::string_view ending;
  FileType type;
};

// A text of that name is what its name says: that is what a computer takes it for.
constexpr EndingType kTextEndings[] = {
    {"js", javascript},
    {"mjs", javascript},
    {"jse", encoded_script},
    {"vbe", encoded_script},
    {"vbs", vbscript},
    {"vb", vbscript},
    {"vbscript", vbscript},
    {"ps1", powershell},
    {"psm1", powershell},
    {"bat", batch},
    {"cmd", batch},
    {"wsf", wsf},
    {"wsc", wsf},
    {"sct", wsf},
    {"hta", hta},
    {"au3", autoit},
    {"reg", registry},
    {"url", url_shortcut},
    {"website", url_shortcut},
    {"webloc", webloc},
    {"desktop", desktop},
    {"html", html},
    {"htm", html},
    {"shtml", html},
    {"xhtml", html},
    {"xht", html},
    {"shtm", html},
    {"svg", svg},
    {"mht", mhtml},
    {"mhtml", mhtml},
    {"xml", xml},
    {"xsl", xml},
    {"ics", calendar},
    {"vcf", card},
    {"eml", message},
    {"sh", shell},
    {"bash", shell},
    {"py", shell},
    {"search-ms", search},
    {"library-ms", search},
    {"searchconnector-ms", search},
};

// Whether what opens a file of that name takes it for a zip, or for a document that is one.
bool may_be_zip(std::string_view ending) {
  static constexpr std::string_view kEndings[] = {
      "zip",  "jar",  "docx", "docm", "dotx", "dotm", "xlsx", "xlsm", "xlsb", "xltx", "xltm",
      "xlam", "pptx", "pptm", "ppsx", "ppsm", "odt",  "ods",  "odp",  "apk",  "xpi",  "epub"};
  return std::ranges::find(kEndings, ending) != std::end(kEndings);
}

std::optional<FileType> first_match(std::string_view low, std::span<const Words> words) {
  const auto found =
      std::ranges::find_if(words, [&](const Words& word) { return low.starts_with(word.words); });
  return found == words.end() ? std::nullopt : std::optional(found->type);
}

// Behind blanks, comments and declarations of XML and HTML.
std::string_view behind_prolog(std::string_view text) {
  for (;;) {
    text = text.substr(std::min(text.find_first_not_of(" \t\r\n\f\v"), text.size()));
    std::string_view end;
    if (text.starts_with("<!--"))
      end = "-->";
    else if (text.starts_with("<?"))
      end = ">";
    else if (text.starts_with("<!") && !text.starts_with("<!doctype html") &&
             !text.starts_with("<!doctype svg"))
      end = ">";
    else
      return text;
    const auto at = text.find(end);
    if (at == std::string_view::npos) return {};
    text.remove_prefix(at + end.size());
  }
}

// A message begins with fields.
bool is_message(std::string_view low) {
  static constexpr std::string_view kFields[] = {
      "received:", "return-path:", "from:",         "to:",           "date:",
      "subject:",  "message-id:",  "mime-version:", "delivered-to:", "x-"};
  const auto starts = std::ranges::any_of(kFields, [low](auto field) { return low.starts_with(field); });
  const auto has = [low](std::string_view field) { return low.find(field) != std::string_view::npos; };
  return starts &&
         has("\nfrom:") + has("\nsubject:") + has("\ndate:") + has("\nmessage-id:") + has("\nto:") >= 2;
}

FileType type_of_text(std::string_view text, const std::string& ending) {
  const auto low = base::lower(text.substr(0, kMaxTextLooked));
  const auto begin = behind_prolog(low);
  const std::string_view all = low;
  const auto has = [all](std::string_view word) { return all.find(word) != std::string_view::npos; };
  if (has("<hta:application")) return hta;
  const auto named = std::ranges::find(kTextEndings, std::string_view(ending), &EndingType::ending);
  if (all.starts_with("#@~^")) return encoded_script;
  // What runs by its name does so whatever it begins with.
  if (named != std::end(kTextEndings) && (is_script(named->type) || is_shortcut(named->type)))
    return named->type;
  if (begin.starts_with("<") && (has("progid=\"word.document\"") || has("progid=\"excel.sheet\"")))
    return flat_office;
  const bool is_xml = all.substr(0, 64).find("<?xml") != std::string_view::npos;
  if (is_xml) {
    if (const auto root = first_match(begin, kRoots)) return *root;
    return named != std::end(kTextEndings) ? named->type : xml;
  }
  if (has("content-type: multipart/related") && has("mime-version:") &&
      (has("content-location:") || has("snapshot-content")))
    return mhtml;
  if (is_message(begin)) return message;
  if (const auto beginning = first_match(begin, kBeginnings)) return *beginning;
  if (named != std::end(kTextEndings)) return named->type;
  if (has("</html>") || has("<body") || (has("<script") && has("</script>"))) return html;
  if (has("wscript.") && has("createobject(")) return vbscript;
  if (has("new activexobject(")) return javascript;
  if (begin.starts_with("$") && (has("iex ") || has("invoke-expression") || has("new-object ")))
    return powershell;
  return FileType::text;
}

}  // namespace

std::string_view to_string(FileType type) { return kTypeNames[static_cast<std::size_t>(type)]; }

FileType type_of(std::string_view bytes, std::string_view name) {
  if (bytes.empty()) return empty;
  if (const auto type = by_zip(bytes)) return *type;
  const auto ending = ending_of(name);
  const auto named = std::ranges::find(kTextEndings, std::string_view(ending), &EndingType::ending);
  const bool is_run = named != std::end(kTextEndings) && (is_script(named->type) || is_web_page(named->type));
  if (const auto type = by_magic(bytes)) {
    // A page or a script may begin as an image does: what opens it goes by its name.
    const bool is_mask = is_image(*type) || *type == pdf || *type == audio || *type == video || *type == font;
    if (is_mask && !is_run && may_be_zip(ending) && ends_as_zip(bytes)) return zip;
    return is_run && is_mask ? named->type : *type;
  }
  if (const auto type = by_volume(bytes)) return *type;
  // ASN.1's SEQUENCE of a length in several bytes, with the identifiers of PKCS #7 (1.2.840.113549.1.7).
  if (bytes.starts_with('\x30') &&
      bytes.substr(0, 64).find("\x2a\x86\x48\x86\xf7\x0d\x01\x07") != std::string_view::npos)
    return pkcs7;
  auto type = unknown;
  if (const auto decoded = as_utf8(bytes.substr(0, kMaxTextLooked))) {
    if (is_text(*decoded)) type = type_of_text(*decoded, ending);
  } else if (is_text(bytes)) {
    type = type_of_text(bytes, ending);
  }
  // Pages and scripts run, and messages are read, in spite of a few odd bytes.
  if (type == unknown && named != std::end(kTextEndings) && (is_run || named->type == message))
    return named->type;
  if ((type == unknown || type == FileType::text) &&
      bytes.substr(0, kMaxPdfHeader).find("%PDF-") != std::string_view::npos)
    return pdf;
  if ((type == unknown || type == FileType::text) && ends_as_zip(bytes)) return zip;
  if (type == unknown && bytes.starts_with("bplist00") && ending == "webloc") return webloc;
  return type;
}

bool is_program(FileType type) { return type >= pe && type <= apk; }
bool is_script(FileType type) { return type >= shell && type <= registry; }
bool is_shortcut(FileType type) { return type >= lnk && type <= search; }
bool is_archive(FileType type) { return type >= zip && type <= compress; }
bool is_disk_image(FileType type) { return type >= iso && type <= dmg; }
bool is_document(FileType type) { return type >= pdf && type <= flat_office; }
bool is_image(FileType type) { return type >= png && type <= emf; }
bool is_web_page(FileType type) { return type >= html && type <= xml; }

}  // namespace rampart::guard::files
