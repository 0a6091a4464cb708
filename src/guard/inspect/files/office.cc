// OLE documents ([MS-CFB]) and what documents of all formats share.
#include "guard/inspect/files/office.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "guard/inspect/files/bytes.h"
#include "guard/inspect/files/compound.h"
#include "guard/inspect/files/readers.h"
#include "guard/inspect/files/utf16.h"
#include "guard/inspect/files/vba.h"
#include "guard/inspect/files/zip_directory.h"

namespace rampart::guard::files {
namespace {

using namespace std::string_view_literals;

// All our own.
constexpr std::size_t kMaxStream = std::size_t{16} << 20U;
constexpr std::size_t kMaxObjects = 50;
constexpr std::size_t kMaxRecords = 200'000;
constexpr std::size_t kMaxFields = 10'000;

// {0002CE02-0000-0000-C000-000000000046}: Microsoft Equation 3.0.
constexpr auto kEquation = "\x02\xce\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46"sv;

std::string_view c_string(std::string_view bytes, std::uint64_t& at) {
  const auto end = bytes.find('\0', at);
  const auto out = slice(bytes, at, (end == std::string_view::npos ? bytes.size() : end) - std::min<std::uint64_t>(at, bytes.size()));
  at += out.size() + 1;
  return out;
}

// Records of a workbook ([MS-XLS] 2.1.4): sheets of macros, and a password.
void read_workbook(const Item& item, std::string_view stream, Looker& to) {
  constexpr std::uint16_t kSheet = 0x0085;
  constexpr std::uint16_t kPassword = 0x002f;
  constexpr std::uint8_t kMacroSheet = 1;
  std::size_t left = kMaxRecords;
  for (std::uint64_t at = 0; holds(stream, at, 4) && left != 0; --left) {
    const auto type = u16(stream, at);
    const std::uint64_t size = u16(stream, at + 2);
    if (type == kPassword) {
      to.find(item, Mark::encrypted_document, "workbook");
      to.doubt(item, Why::encrypted, "the workbook is encrypted");
    }
    if (type == kSheet && u8(stream, at + 4 + 5) == kMacroSheet)
      to.find(item, Mark::excel4_macros, (u8(stream, at + 4 + 4) & 3U) != 0 ? "a hidden sheet" : "a sheet");
    at += 4 + size;
  }
}

// A presentation keeps its projects and objects packed within one stream ([MS-PPT] 2.10.34).
void read_presentation(const Item& item, std::string_view stream, Looker& to) {
  constexpr auto kStorage = "\x10\0\x11\x10"sv;  // ExOleObjStgCompressedAtom
  std::size_t left = kMaxObjects;
  for (auto at = stream.find(kStorage); at != std::string_view::npos && left != 0; at = stream.find(kStorage, at + 1), --left) {
    const auto size = u32(stream, at + 4);
    const auto packed = slice(stream, at + 12, size < 4 ? 0 : size - 4);
    if (!packed.starts_with('\x78')) continue;
    const auto room = std::min<std::uint64_t>(kMaxStream, to.budget.bytes);
    const auto inflated = inflate_zlib(packed, room);
    (void)Budget::take(to.budget.bytes, inflated.bytes.size());
    if (inflated.is_over) to.doubt(item, Why::over_limit, "an object is larger than is looked at");
    if (const auto file = Compound::open(inflated.bytes)) {
      if (!tell_macros(item, *file, to)) {
        to.find(item, Mark::embedded_object, "of a slide");
        if (item.depth < kMaxDepth) to.look_inside(item, "object", inflated.bytes);
      }
    }
  }
}

// The attachments of an Outlook message ([MS-OXMSG] 2.2.2), with their names, and its body.
void read_outlook(const Item& item, const Compound& file, Looker& to) {
  constexpr std::string_view kProperty = "__substg1.0_";
  constexpr std::string_view kData = "37010102";
  for (const auto& entry : file.entries()) {
    const auto at = entry.path.rfind(kProperty);
    if (entry.is_storage || at == std::string::npos) continue;
    const auto id = std::string_view(entry.path).substr(at + kProperty.size());
    const auto folder = entry.path.substr(0, at);
    if (id == kData) {
      std::string name;
      for (const std::string_view of : {"3707001F", "3704001F", "3707001E", "3704001E"})
        if (const auto* found = file.find(folder + std::string(kProperty) + std::string(of)); found != nullptr && name.empty()) {
          name = file.read(*found, 1024);
          if (of.ends_with('F')) name = utf16_text(name);
        }
      if (!Budget::take(to.budget.bytes, entry.size)) return to.doubt(item, Why::over_limit, "its attachments are larger than is looked at");
      to.look_inside(item, name.empty() ? "attachment" : name, file.read(entry, kMaxOneFile));
    } else if (id == "1000001F" || id == "1000001E") {
      const auto bytes = file.read(entry, 2 * kMaxFileText);
      to.text(id.ends_with('F') ? utf16_text(bytes) : bytes);
    } else if (id == "10130102") {
      to.look_inside(item, "body.html", file.read(entry, kMaxStream));
    }
  }
}

void read_objects(const Item& item, const Compound& file, FileType type, Looker& to) {
  std::size_t objects = 0;
  for (const auto& entry : file.entries()) {
    const auto slash = entry.path.rfind('/');
    const auto name = std::string_view(entry.path).substr(slash == std::string::npos ? 0 : slash + 1);
    if (entry.class_id == kEquation || base::iequals(name, "Equation Native")) to.find(item, Mark::equation_object, entry.path);
    if (entry.is_storage && base::iequals(name, "ObjectPool") && type == FileType::old_word &&
        std::ranges::any_of(file.entries(), [&](const Compound::Entry& e) { return e.path.starts_with(entry.path + "/"); }))
      to.find(item, Mark::embedded_object, entry.path);
    if (!name.ends_with("Ole10Native") || entry.is_storage) continue;
    if (++objects > kMaxObjects) return to.doubt(item, Why::over_limit, "it holds more objects than are looked at");
    if (!Budget::take(to.budget.bytes, entry.size)) return to.doubt(item, Why::over_limit, "its objects are larger than is looked at");
    tell_package(item, file.read(entry, kMaxOneFile), to);
  }
}

}  // namespace

bool tell_macros(const Item& item, const Compound& file, Looker& to) {
  const auto macros = read_macros(file);
  if (!macros.are_there) return false;
  const auto words = words_of(macros.text);
  to.find(item, Mark::macros, "VBA");
  if (!words.starts.empty()) to.find(item, Mark::auto_macro, base::join(words.starts, ", "));
  if (!words.acts.empty()) to.find(item, Mark::suspicious_macro, base::join(words.acts, ", "));
  if (!macros.is_whole) to.doubt(item, Why::damaged, "not all macros can be read");
  return true;
}

void tell_macros(const Item& item, std::string_view project, Looker& to) {
  const auto file = Compound::open(project);
  if (file && tell_macros(item, *file, to)) return;
  to.find(item, Mark::macros, "VBA");
  to.doubt(item, Why::damaged, "its macros cannot be read");
}

void tell_fields(const Item& item, std::string_view fields, Looker& to) {
  for (const auto line : base::split(fields, '\n')) {
    const auto field = base::trim(line);
    const auto low = base::lower(field.substr(0, kMaxFileUrl));
    if (low.starts_with("ddeauto") || low.starts_with("dde ") || low.find(" ddeauto") != std::string::npos) to.find(item, Mark::dde, field);
    if (low.starts_with("includetext") || low.starts_with("includepicture \"\\\\"))
      to.find(item, Mark::remote_object, field);
    if (!low.starts_with("hyperlink")) continue;
    const auto quote = field.find('"');
    if (quote == std::string_view::npos) continue;
    const auto rest = field.substr(quote + 1);
    to.link(item, FileLinkFrom::office, rest.substr(0, rest.find('"')));
  }
}

void tell_package(const Item& item, std::string_view native, Looker& to) {
  // u32 size, u16 kind, label, path, u16, u16, u32 size of the next, a path, u32 size, bytes.
  std::uint64_t at = 6;
  auto name = c_string(native, at);
  const auto path = c_string(native, at);
  at += 4;
  at += 4 + std::uint64_t{u32(native, at)};
  const auto size = u32(native, at);
  const auto bytes = slice(native, at + 4, size);
  if (name.empty()) name = path;
  if (const auto slash = name.find_last_of("/\\"); slash != std::string_view::npos) name.remove_prefix(slash + 1);
  to.find(item, Mark::embedded_object, name);
  if (bytes.empty()) {
    // Not as it is written by Office: what it holds begins where its header ends.
    if (runs(type_of(slice(native, 4, native.size())))) to.find(item, Mark::embedded_program, "an object");
    return;
  }
  const auto type = type_of(bytes, name);
  if (runs(type) || is_shortcut(type)) to.find(item, Mark::embedded_program, name);
  if (item.depth < kMaxDepth) to.look_inside(item, name, bytes);
}

void read_compound(const Item& item, FileType type, Looker& to) {
  const auto file = Compound::open(item.bytes);
  if (!file) return;
  if (file->is_damaged()) to.doubt(item, Why::damaged, "the compound file is not whole");
  if (type == FileType::encrypted_document) {
    to.find(item, Mark::encrypted_document, "a password is asked for");
    return to.doubt(item, Why::encrypted, "the document is encrypted");
  }
  if (type == FileType::outlook_message) return read_outlook(item, *file, to);
  (void)tell_macros(item, *file, to);
  read_objects(item, *file, type, to);
  for (const std::string_view name : {"Workbook", "Book"})
    if (const auto* entry = file->find(name)) read_workbook(item, file->read(*entry, kMaxStream), to);
  if (const auto* entry = file->find("PowerPoint Document")) read_presentation(item, file->read(*entry, kMaxStream), to);
  if (const auto* entry = file->find("WordDocument")) {
    const auto stream = file->read(*entry, kMaxStream);
    constexpr unsigned kEncrypted = 0x100;  // fEncrypted of the FIB ([MS-DOC] 2.5.2)
    if ((u16(stream, 0x0a) & kEncrypted) != 0) {
      to.find(item, Mark::encrypted_document, "document");
      to.doubt(item, Why::encrypted, "the document is encrypted");
    }
    // A field's text stands as it is shown, between its marks ([MS-DOC] 2.8.25).
    std::size_t left = kMaxFields;
    for (auto at = stream.find('\x13'); at != std::string::npos && left != 0; at = stream.find('\x13', at + 1), --left) {
      constexpr std::size_t kLongField = 512;
      const auto text = slice(stream, at + 1, kLongField);
      const auto low = base::lower(base::trim(text.substr(0, 10)));
      if (low.starts_with("dde")) to.find(item, Mark::dde, text.substr(0, text.find_first_of("\x14\x15"sv)));
      if (low.starts_with("hyperlink")) tell_fields(item, text.substr(0, text.find_first_of("\x14\x15"sv)), to);
    }
  }
}

}  // namespace rampart::guard::files
