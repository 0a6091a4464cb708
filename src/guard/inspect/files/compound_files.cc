// What is in a compound file: macros, programs and objects of Office's older documents, the attachments of a message that Outlook saved.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "guard/inspect/files/bytes.h"
#include "guard/inspect/files/formats.h"
#include "guard/inspect/files/packed_rtf.h"
#include "guard/inspect/files/text.h"
#include "guard/inspect/files/vba.h"
#include "guard/inspect/url/find.h"

namespace rampart::guard::files {
namespace {

// All our own.
constexpr std::size_t kMaxModules = 100;                   // of macros
constexpr std::size_t kMaxStream = std::size_t{4} << 20U;  // bytes of a stream that is searched
constexpr std::size_t kMaxSource = std::size_t{4} << 20U;  // bytes of macros that are searched, together
constexpr std::size_t kMaxObjects = 50;                    // embedded, and attachments
constexpr std::size_t kMaxRecords = 100'000;               // of a workbook
constexpr std::size_t kMaxMacroLinks = 20;

// [MS-XLS] 2.4
constexpr std::uint16_t kEofRecord = 0x000a;
constexpr std::uint16_t kFilePassRecord = 0x002f;
constexpr std::uint16_t kBoundSheetRecord = 0x0085;
constexpr std::uint8_t kMacroSheet = 1;

constexpr std::string_view kNative = "\1Ole10Native";
constexpr std::string_view kMsiClass = {"\x84\x10\x0c\0\0\0\0\0\xc0\0\0\0\0\0\0\x46", 16};
// Of the Equation Editor, whose holes no reader has left open since 2018 and no writer has used since.
constexpr std::string_view kEquationStream = "equation native";

bool is_in_storage(std::string_view path, std::string_view storage) {
  const auto low = "/" + base::lower(path);
  return low.find("/" + std::string(storage) + "/") != std::string::npos;
}

class CompoundWalk {
 public:
  CompoundWalk(Walk& walk, const Compound& file) : walk_(walk), file_(file) {}

  void take(FileType type) {
    if (file_.has_more) walk_.cannot(Unseen::too_many);
    for (const auto& entry : file_.entries) take_entry(entry);
    if (has_macros_) finish_macros();
    if (type == FileType::ole_word) read_word();
    if (type == FileType::ole_excel) read_workbook();
    if (type == FileType::ole_powerpoint) read_slides();
    if (type == FileType::outlook_message) read_message();
    if (type == FileType::locked_ooxml) lock();
  }

 private:
  void lock() {
    walk_.add(FileFact::locked_document);
    walk_.cannot(Unseen::encrypted);
  }

  std::string bytes_of(const CompoundEntry& entry, std::size_t most) {
    const auto bytes = std::min(most, walk_.bytes_left());
    if (entry.size > bytes) walk_.cannot(Unseen::too_large);
    auto out = file_.stream(entry, bytes);
    walk_.spend(out.size());
    return out;
  }

  // Its beginning, where what is looked for stands.
  std::string head_of(const CompoundEntry& entry) {
    auto out = file_.stream(entry, std::min(kMaxStream, walk_.bytes_left()));
    walk_.spend(out.size());
    return out;
  }

  void take_entry(const CompoundEntry& entry) {
    const auto low = base::lower(entry.name);
    if (!entry.is_stream) return;
    if (is_in_storage(entry.path, "vba")) return take_module(entry, low);
    if (low == base::lower(kNative)) return take_object(entry);
    if (low == kEquationStream) walk_.add(FileFact::equation_object, "Equation Native");
    if (low == "package" || low == "contents" || low == "wordocument") return take_document(entry);
    if (low == "\3ocxname" || low == "\3ocxdata") walk_.add(FileFact::active_x, entry.path);
    if (low == "\1ole" && entry.size > 0) take_link(entry);
  }

  void take_module(const CompoundEntry& entry, std::string_view low) {
    has_macros_ = true;
    if (low == "dir" || low == "_vba_project" || low == "project" || low.starts_with("__srp_")) return;
    if (++modules_ > kMaxModules) return walk_.cannot(Unseen::too_many);
    const auto source = vba_source(bytes_of(entry, kMaxStream));
    if (source.empty()) {
      // A module has at least its attributes: without them its source was taken away, its compiled code not.
      if (entry.size != 0) walk_.cannot(Unseen::damaged);
      return;
    }
    source_ += source.size();
    if (source_ > kMaxSource) return walk_.cannot(Unseen::too_large);
    const auto marks = read_vba(source);
    if (by_itself_.empty()) by_itself_ = marks.by_itself;
    if (command_.empty()) command_ = marks.command;
    for (const auto& found : url::find_urls(source)) {
      if (links_++ == kMaxMacroLinks) break;
      walk_.add_link(found.text, LinkOrigin::macro, false);
    }
  }

  void finish_macros() {
    walk_.add(FileFact::macros);
    if (!by_itself_.empty()) walk_.add(FileFact::auto_macro, by_itself_);
    if (!command_.empty()) walk_.add(FileFact::macro_command, command_);
  }

  void take_object(const CompoundEntry& entry) {
    walk_.add(FileFact::embedded_object, "Package");
    if (++objects_ > kMaxObjects) return walk_.cannot(Unseen::too_many);
    const auto native = bytes_of(entry, walk_.bytes_left());
    look_into_package(walk_, part_of(native, 4, native.size()));
  }

  void take_document(const CompoundEntry& entry) {
    if (entry.path.find('/') == std::string::npos && entry.name != "Package") return;
    if (++objects_ > kMaxObjects) return walk_.cannot(Unseen::too_many);
    const auto content = bytes_of(entry, walk_.bytes_left());
    walk_.look_inside(entry.name, content);
  }

  // [MS-OLEDS] 2.3.3: a moniker in it is a link to another file.
  void take_link(const CompoundEntry& entry) {
    const auto bytes = bytes_of(entry, 65'536);
    const auto text = from_utf16(bytes);
    for (const std::string_view each :
         {std::string_view(text), std::string_view(bytes).substr(bytes.empty() ? 0 : 1)}) {
      const auto at = find_word(each, "http");
      if (at == std::string_view::npos) continue;
      const auto url = until_nul(each.substr(at));
      walk_.add(FileFact::remote_object, url);
      walk_.add_link(url, LinkOrigin::document, true);
      return;
    }
  }

  // [MS-DOC] 2.5.1: the base of the FIB, and fields that start a program.
  void read_word() {
    const auto* entry = file_.find("WordDocument");
    if (entry == nullptr) return;
    const auto bytes = head_of(*entry);
    const auto flags = u16_at(bytes, 10).value_or(0);
    if ((flags & 0x0100U) != 0) return lock();
    const auto is_field = [&](std::string_view word) {
      return has_word(bytes, "\x13 " + std::string(word)) || has_word(bytes, "\x13" + std::string(word));
    };
    if (is_field("ddeauto") || is_field("dde ")) walk_.add(FileFact::dde, "DDE");
  }

  void read_workbook() {
    const auto* entry = file_.find("Workbook");
    if (entry == nullptr) entry = file_.find("Book");
    if (entry == nullptr) return;
    const auto bytes = head_of(*entry);
    std::size_t at = 0;
    for (std::size_t i = 0; i < kMaxRecords; ++i) {
      const auto id = u16_at(bytes, at);
      const auto size = u16_at(bytes, at + 2);
      if (!id || !size || *id == kEofRecord) return;
      const auto data = part_of(bytes, at + 4, *size);
      // Excel itself opens what is locked by its well-known password: it hides macros, not numbers.
      if (*id == kFilePassRecord) return lock();
      if (*id == kBoundSheetRecord && data.size() > 5 && static_cast<std::uint8_t>(data[5]) == kMacroSheet)
        walk_.add(FileFact::old_macros, "Excel 4.0");
      at += std::size_t{4} + *size;
    }
  }

  void read_slides() {
    if (file_.find("EncryptedSummary") != nullptr) return lock();
    if (const auto* entry = file_.find("PowerPoint Document"))
      look_into_slides(walk_, bytes_of(*entry, walk_.bytes_left()));
  }

  // [MS-OXMSG] 2.2: attachments are storages, their properties streams named by tag and type.
  void read_message() {
    for (const auto& entry : file_.entries) {
      const auto slash = entry.path.rfind('/');
      const auto low = base::lower(entry.name);
      if (!entry.is_stream) continue;
      if (slash == std::string::npos) {
        if (low == "__substg1.0_10130102")
          walk_.look_inside("body.html", bytes_of(entry, walk_.bytes_left()));
        if (low == "__substg1.0_10090102") take_rtf(entry);
        if (low == "__substg1.0_1000001f")
          walk_.look_inside("body.txt", from_utf16(bytes_of(entry, walk_.bytes_left())));
        continue;
      }
      if (low != "__substg1.0_37010102") continue;
      if (++objects_ > kMaxObjects) return walk_.cannot(Unseen::too_many);
      const auto storage = entry.path.substr(0, slash);
      const auto content = bytes_of(entry, walk_.bytes_left());
      const auto name = property(storage, "3707");
      walk_.look_inside(name.empty() ? property(storage, "3704") : name, content);
    }
  }

  void take_rtf(const CompoundEntry& entry) {
    const auto rtf = unpack_rtf(bytes_of(entry, walk_.bytes_left()), walk_.bytes_left());
    if (!rtf) return;
    walk_.spend(rtf->size());
    walk_.look_inside("body.rtf", *rtf);
  }

  std::string property(const std::string& storage, std::string_view tag) {
    const auto path = storage + "/__substg1.0_" + std::string(tag);
    if (const auto* wide = file_.find(path + "001F"))
      return from_utf16(file_.stream(*wide, 2 * kMaxFileName));
    if (const auto* narrow = file_.find(path + "001E")) return file_.stream(*narrow, kMaxFileName);
    return {};
  }

  Walk& walk_;
  const Compound& file_;
  bool has_macros_ = false;
  std::size_t modules_ = 0;
  std::size_t source_ = 0;  // bytes
  std::size_t objects_ = 0;
  std::size_t links_ = 0;
  std::string_view by_itself_;
  std::string_view command_;
};

}  // namespace

FileType kind_of_compound(const Compound& compound) {
  const auto top = [&](std::string_view name) {
    return std::ranges::any_of(compound.entries,
                               [&](const CompoundEntry& entry) { return base::iequals(entry.path, name); });
  };
  if (compound.root_class_id == kMsiClass) return FileType::msi;
  if (top("EncryptedPackage")) return FileType::locked_ooxml;
  if (top("WordDocument")) return FileType::ole_word;
  if (top("Workbook") || top("Book")) return FileType::ole_excel;
  if (top("PowerPoint Document")) return FileType::ole_powerpoint;
  if (top("__properties_version1.0")) return FileType::outlook_message;
  return FileType::ole;
}

void look_into_compound(Walk& walk, const Compound& compound, FileType type) {
  CompoundWalk(walk, compound).take(type);
}

void look_into_object(Walk& walk, std::string_view bytes, std::string_view name) {
  const auto file = Compound::read(bytes);
  if (!file) return walk.cannot(Unseen::damaged);
  const auto type = kind_of_compound(*file);
  if (type == FileType::ole) return look_into_compound(walk, *file, type);
  walk.look_inside(name, bytes);
}

// [MS-OLEDS] 2.3.6 and what writers put there: flags, label, path, two numbers, a path again with its length, the file.
void look_into_package(Walk& walk, std::string_view native) {
  std::uint64_t at = 2;
  const auto label = until_nul(part_of(native, at, native.size()));
  at += label.size() + 1;
  const auto path = until_nul(part_of(native, at, native.size()));
  at += path.size() + 1 + 4;
  const auto temporary = u32_at(native, at);
  if (!temporary) return walk.cannot(Unseen::damaged);
  at += 4 + std::uint64_t{*temporary};
  const auto size = u32_at(native, at);
  if (!size) return walk.cannot(Unseen::damaged);
  // The path's ending is what decides when somebody opens it; the label is what is shown.
  const auto content = part_of(native, at + 4, *size);
  const auto name = path.empty() ? label : path;
  const auto type = type_of(content, name);
  if (is_dangerous(kind_of_name(name)) || is_program(type) || is_script(type) || is_shortcut(type))
    walk.add(FileFact::embedded_program, name);
  walk.look_inside(name, content);
}

}  // namespace rampart::guard::files
