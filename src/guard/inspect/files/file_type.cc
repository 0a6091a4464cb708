#include "guard/inspect/files/file_type.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "guard/inspect/files/bytes.h"
#include "guard/inspect/files/compound.h"
#include "guard/inspect/files/extensions.h"
#include "guard/inspect/files/utf16.h"
#include "guard/inspect/files/zip_directory.h"

namespace rampart::guard::files {
namespace {

using namespace std::string_view_literals;

// By FileType.
constexpr std::array<std::string_view, kFileTypes> kNames = {
    "unknown",          "empty",
    "text",             "html",
    "xml",              "svg",
    "mail",             "calendar",
    "contact",          "windows-program",
    "dos-program",      "elf",
    "mach-o",           "java-class",
    "java-archive",     "android-package",
    "installer",        "registry",
    "shell-script",     "javascript",
    "visual-basic",     "script-host",
    "powershell",       "batch",
    "html-application", "apple-script",
    "shell-link",       "internet-shortcut",
    "search-connector", "pdf",
    "postscript",       "rtf",
    "word",             "excel",
    "powerpoint",       "excel-binary",
    "open-document",    "old-word",
    "old-excel",        "old-powerpoint",
    "compound-file",    "outlook-message",
    "encrypted-office", "onenote",
    "compiled-help",    "tnef",
    "zip",              "rar",
    "7z",               "cabinet",
    "ace",              "arj",
    "tar",              "gzip",
    "bzip2",            "xz",
    "zstd",             "lzma",
    "iso",              "udf",
    "disk-image",       "png",
    "jpeg",             "gif",
    "webp",             "bmp",
    "tiff",             "icon",
    "heif",             "font",
    "audio",            "video",
    "flash",            "pgp",
    "cms",
};

struct Magic {
  std::size_t at = 0;
  std::string_view bytes;
  FileType type = FileType::unknown;
};

// What stands at one place, the first that fits.
constexpr auto kMagic = std::to_array<Magic>({
    {0, "\x7f"
        "ELF"sv,
     FileType::elf},
    {0, "\xfe\xed\xfa\xce"sv, FileType::mach_o},
    {0, "\xfe\xed\xfa\xcf"sv, FileType::mach_o},
    {0, "\xce\xfa\xed\xfe"sv, FileType::mach_o},
    {0, "\xcf\xfa\xed\xfe"sv, FileType::mach_o},
    {0, "{\\rt"sv, FileType::rtf},
    {0, "L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F"sv, FileType::shell_link},
    {0, "\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3"sv, FileType::one_note},
    {0, "ITSF"sv, FileType::help},
    {0, "\x78\x9f\x3e\x22"sv, FileType::tnef},
    {0, "Rar!\x1a\x07"sv, FileType::rar},
    {0, "7z\xbc\xaf\x27\x1c"sv, FileType::seven_zip},
    {0, "MSCF"sv, FileType::cabinet},
    {7, "**ACE**"sv, FileType::ace},
    {0, "\x60\xea"sv, FileType::arj},
    {0, "\x1f\x8b"sv, FileType::gzip},
    {0, "BZh"sv, FileType::bzip2},
    {0, "\xfd"
        "7zXZ\0"sv,
     FileType::xz},
    {0, "\x28\xb5\x2f\xfd"sv, FileType::zstd},
    {0, "\x5d\0\0"sv, FileType::lzma},
    {257, "ustar"sv, FileType::tar},
    {0, "\x89PNG\r\n\x1a\n"sv, FileType::png},
    {0, "\xff\xd8\xff"sv, FileType::jpeg},
    {0, "GIF8"sv, FileType::gif},
    {8, "WEBPVP8"sv, FileType::webp},
    {0, "II*\0"sv, FileType::tiff},
    {0, "MM\0*"sv, FileType::tiff},
    {0, "\0\0\x01\0"sv, FileType::icon},
    {4, "ftyphei"sv, FileType::heif},
    {4, "ftypmif1"sv, FileType::heif},
    {4, "ftypavif"sv, FileType::heif},
    {4, "ftypM4A"sv, FileType::audio},
    {4, "ftyp"sv, FileType::video},
    {8, "WAVEfmt"sv, FileType::audio},
    {8, "AVI LIST"sv, FileType::video},
    {0, "\x1a\x45\xdf\xa3"sv, FileType::video},
    {0, "ID3"sv, FileType::audio},
    {0, "OggS"sv, FileType::audio},
    {0, "fLaC"sv, FileType::audio},
    {0, "\0\x01\0\0\0"sv, FileType::font},
    {0, "OTTO"sv, FileType::font},
    {0, "wOF"sv, FileType::font},
    {0, "FWS"sv, FileType::flash},
    {0, "CWS"sv, FileType::flash},
    {0, "ZWS"sv, FileType::flash},
    {0, "conectix"sv, FileType::disk_image},
    {0, "vhdxfile"sv, FileType::disk_image},
    {0, "KDMV"sv, FileType::disk_image},
    {0, "MSWIM\0\0\0"sv, FileType::disk_image},
    {0, "%!PS"sv, FileType::post_script},
    {0, "\xc5\xd0\xd3\xc6"sv, FileType::post_script},
});

constexpr std::size_t kPdfHead = 1024;        // bytes within which readers look for %PDF-
constexpr std::size_t kVolume = 0x8001;       // of the first descriptor, ISO 9660
constexpr std::size_t kSectorBytes = 512;
constexpr std::size_t kLongPe = 0x1000'0000;  // where no header of a program stands
constexpr unsigned kFirstJava = 45;           // class files' versions; below, it counts a fat binary's programs
constexpr std::size_t kTextHead = 8192;

bool is_volume(std::string_view bytes, std::string_view what) {
  constexpr std::size_t kDescriptor = 2048;
  for (std::size_t i = 0; i < 4; ++i)
    if (stands_at(bytes, kVolume + i * kDescriptor, what)) return true;
  return false;
}

FileType disk_of(std::string_view bytes) {
  if (is_volume(bytes, "NSR0")) return FileType::udf;
  if (is_volume(bytes, "CD001")) return FileType::iso;
  if (is_volume(bytes, "BEA01")) return FileType::udf;
  const auto last = bytes.size() >= kSectorBytes ? bytes.substr(bytes.size() - kSectorBytes) : std::string_view();
  if (last.starts_with("conectix") || last.starts_with("koly")) return FileType::disk_image;
  const bool boots = stands_at(bytes, 510, "\x55\xaa"sv);
  if (boots && (stands_at(bytes, 54, "FAT1"sv) || stands_at(bytes, 82, "FAT32"sv) || stands_at(bytes, 3, "NTFS    "sv)))
    return FileType::disk_image;
  if (boots && stands_at(bytes, kSectorBytes, "EFI PART"sv)) return FileType::disk_image;
  return FileType::unknown;
}

FileType program_of(std::string_view bytes) {
  if (bytes.starts_with("MZ")) {
    const auto at = u32(bytes, 0x3c);
    return at < kLongPe && stands_at(bytes, at, "PE\0\0"sv) ? FileType::pe : FileType::dos_program;
  }
  if (bytes.starts_with("\xca\xfe\xba\xbe"sv))
    return u32_big(bytes, 4) % 0x10000 >= kFirstJava ? FileType::java_class : FileType::mach_o;
  return FileType::unknown;
}

FileType compound_of(std::string_view bytes) {
  // {000C1084-0000-0000-C000-000000000046}, and patches and transforms beside it.
  constexpr auto kInstaller = "\x10\x0c\0\0\0\0\0\xc0\0\0\0\0\0\0\x46"sv;
  const auto file = Compound::open(bytes);
  if (!file) return FileType::unknown;
  if (std::string_view(file->class_id()).substr(1) == kInstaller) return FileType::installer;
  if (file->find("EncryptedPackage") != nullptr) return FileType::encrypted_document;
  if (file->find("WordDocument") != nullptr) return FileType::old_word;
  if (file->find("Workbook") != nullptr || file->find("Book") != nullptr) return FileType::old_excel;
  if (file->find("PowerPoint Document") != nullptr) return FileType::old_power_point;
  if (file->find("__properties_version1.0") != nullptr) return FileType::outlook_message;
  return FileType::old_other;
}

FileType zip_of(std::string_view bytes) {
  const auto directory = zip_directory(bytes);
  const auto has = [&](std::string_view name) {
    return std::ranges::any_of(directory.entries, [&](const ZipEntry& e) { return base::iequals(e.name, name); });
  };
  const auto has_below = [&](std::string_view folder) {
    return std::ranges::any_of(directory.entries, [&](const ZipEntry& e) { return base::istarts_with(e.name, folder); });
  };
  if (has("[Content_Types].xml")) {
    if (has("xl/workbook.bin")) return FileType::excel_binary;
    if (has_below("word/")) return FileType::word;
    if (has_below("xl/")) return FileType::excel;
    if (has_below("ppt/")) return FileType::power_point;
  }
  if (has("AndroidManifest.xml")) return FileType::android_package;
  if (has("META-INF/MANIFEST.MF") &&
      std::ranges::any_of(directory.entries, [](const ZipEntry& e) { return e.name.ends_with(".class"); }))
    return FileType::jar;
  if (!directory.entries.empty() && directory.entries[0].name == "mimetype" && has("META-INF/manifest.xml"))
    return FileType::open_document;
  return FileType::zip;
}

// Bytes that no text has.
bool is_texty(std::string_view bytes) {
  return std::ranges::none_of(bytes.substr(0, kTextHead), [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return (u < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' && u != 0x1a && u != 0x1b) || u == 0x7f;
  });
}

// As browsers find out that bytes are HTML (https://mimesniff.spec.whatwg.org), and a few more.
bool is_html(std::string_view low) {
  constexpr auto kTags = std::to_array<std::string_view>(
      {"<!doctype html", "<html", "<head", "<script", "<iframe", "<h1", "<div", "<font", "<table", "<a ", "<style",
       "<title", "<b>", "<body", "<br", "<p>", "<p ", "<form", "<meta", "<img", "<center", "<span"});
  return std::ranges::any_of(kTags, [&](std::string_view tag) { return low.starts_with(tag); });
}

FileType markup_of(std::string_view low) {
  while (low.starts_with("<!--")) {
    const auto end = low.find("-->");
    if (end == std::string_view::npos) return FileType::html;
    low = base::trim(low.substr(end + 3));
  }
  if (low.find("<hta:application") != std::string_view::npos) return FileType::hta;
  if (low.starts_with("<svg") || low.starts_with("<!doctype svg")) return FileType::svg;
  if (low.starts_with("<job") || low.starts_with("<package") || low.starts_with("<component") ||
      low.starts_with("<scriptlet"))
    return FileType::script_host;
  if (is_html(low)) return FileType::html;
  if (!low.starts_with("<?xml")) return FileType::unknown;
  if (low.find("<svg") != std::string_view::npos) return FileType::svg;
  if (low.find("<!doctype html") != std::string_view::npos || low.find("<html") != std::string_view::npos)
    return FileType::html;
  if (low.find("<!doctype plist") != std::string_view::npos && low.find("<key>url</key>") != std::string_view::npos)
    return FileType::internet_shortcut;
  if (low.find("<persistedquery") != std::string_view::npos || low.find("<librarydescription") != std::string_view::npos ||
      low.find("<searchconnectordescription") != std::string_view::npos ||
      low.find("<pcsettings") != std::string_view::npos)
    return FileType::search_connector;
  if (low.find("<job") != std::string_view::npos || low.find("<scriptlet") != std::string_view::npos ||
      low.find("<component") != std::string_view::npos)
    return FileType::script_host;
  return FileType::xml;
}

bool is_mail(std::string_view low) {
  constexpr auto kFields = std::to_array<std::string_view>({"received:", "return-path:", "delivered-to:", "from:",
                                                            "mime-version:", "message-id:", "x-mozilla-status:"});
  return std::ranges::any_of(kFields, [&](std::string_view field) { return low.starts_with(field); });
}

FileType text_of(std::string_view bytes, FileType named) {
  const auto text = plain_text(bytes.substr(0, kTypeBytes));
  if (!is_texty(text)) return FileType::unknown;
  const auto low = base::lower(base::trim(text));
  // By what the system would open it with.
  if (is_script(named) || named == FileType::registry || named == FileType::internet_shortcut) {
    if (named != FileType::hta || low.starts_with("<")) return named;
  }
  if (low.starts_with("#!")) return FileType::shell_script;
  if (low.starts_with("<")) {
    const auto type = markup_of(low);
    if (type != FileType::unknown) return type == FileType::html && named == FileType::hta ? FileType::hta : type;
  }
  if (low.starts_with("[internetshortcut]") || low.starts_with("[desktop entry]")) return FileType::internet_shortcut;
  if (low.starts_with("windows registry editor")) return FileType::registry;
  if (low.starts_with("@echo off")) return FileType::batch;
  if (low.starts_with("begin:vcalendar")) return FileType::calendar;
  if (low.starts_with("begin:vcard")) return FileType::contact;
  if (low.starts_with("-----begin pgp")) return FileType::pgp;
  if (low.starts_with("-----begin ")) return FileType::cms;
  if (is_mail(low)) return FileType::mail;
  return FileType::text;
}

FileType by_magic(std::string_view bytes) {
  for (const auto& magic : kMagic)
    if (stands_at(bytes, magic.at, magic.bytes)) return magic.type;
  if (bytes.starts_with("BM") && bytes.size() > 26 && u32(bytes, 6) == 0) return FileType::bmp;
  // A sequence whose first is the identifier of PKCS #7, 1.2.840.113549.1.7 (RFC 5652).
  if (bytes.starts_with("\x30") && slice(bytes, 0, 32).find("\x2a\x86\x48\x86\xf7\x0d\x01\x07"sv) != std::string_view::npos)
    return FileType::cms;
  return FileType::unknown;
}

}  // namespace

std::string_view to_string(FileType type) { return kNames[static_cast<std::size_t>(type)]; }

bool is_program(FileType type) { return type >= FileType::pe && type <= FileType::registry; }
bool is_script(FileType type) { return type >= FileType::shell_script && type <= FileType::apple_script; }
bool is_shortcut(FileType type) { return type >= FileType::shell_link && type <= FileType::search_connector; }
bool is_office(FileType type) {
  return (type >= FileType::rtf && type <= FileType::old_power_point) || type == FileType::encrypted_document;
}
bool is_archive(FileType type) { return type >= FileType::zip && type <= FileType::lzma; }
bool is_disk(FileType type) { return type >= FileType::iso && type <= FileType::disk_image; }
bool is_image(FileType type) { return type >= FileType::png && type <= FileType::heif; }
bool is_text(FileType type) {
  return (type >= FileType::text && type <= FileType::contact) || is_script(type) || type == FileType::registry ||
         type == FileType::internet_shortcut || type == FileType::search_connector;
}

FileType type_of(std::string_view bytes, std::string_view name) {
  if (bytes.empty()) return FileType::empty;
  if (const auto type = program_of(bytes); type != FileType::unknown) return type;
  if (bytes.starts_with("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) return compound_of(bytes);
  if (bytes.starts_with("PK\x03\x04") || bytes.starts_with("PK\x05\x06") || bytes.starts_with("PK\x07\x08"))
    return zip_of(bytes);
  if (const auto type = by_magic(bytes); type != FileType::unknown) return type;
  if (slice(bytes, 0, kPdfHead).find("%PDF-") != std::string_view::npos) return FileType::pdf;
  if (const auto type = disk_of(bytes); type != FileType::unknown) return type;
  const auto named = type_of_name(name);
  if (const auto type = text_of(bytes, named); type != FileType::unknown) return type;
  // A zip behind other bytes, as self-extracting ones are, opens all the same.
  if (named == FileType::zip || named == FileType::jar) {
    const auto tail = bytes.substr(bytes.size() - std::min(bytes.size(), kTypeBytes));
    if (tail.find("PK\x05\x06") != std::string_view::npos) return zip_of(bytes);
  }
  return FileType::unknown;
}

FileType type_of_name(std::string_view name) {
  while (!name.empty() && (name.back() == ' ' || name.back() == '.')) name.remove_suffix(1);  // as Windows does
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos) return FileType::unknown;
  const auto* const found = find_extension(name.substr(dot + 1));
  return found == nullptr ? FileType::unknown : found->type;
}

}  // namespace rampart::guard::files
