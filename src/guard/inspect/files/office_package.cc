// Office Open XML (ECMA-376) and OpenDocument: a ZIP archive whose parts are looked for by their names.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "guard/inspect/files/markup.h"
#include "guard/inspect/files/office.h"
#include "guard/inspect/files/readers.h"
#include "guard/inspect/files/zip_directory.h"

namespace rampart::guard::files {
namespace {

// All our own.
constexpr std::size_t kMaxPart = std::size_t{8} << 20U;  // bytes of one part of XML
constexpr std::size_t kMaxRelationParts = 200;
constexpr std::size_t kMaxPictures = 12;
constexpr std::size_t kMaxSlides = 10;
constexpr std::size_t kFewBytes = 200;  // of a picture that can hold nothing

class Package {
 public:
  Package(const Item& item, FileType type, Looker& to)
      : item_(item), type_(type), to_(to), directory_(zip_directory(item.bytes)) {}

  void run() {
    if (!directory_.is_whole) to_.doubt(item_, Why::damaged, "its directory is not whole");
    for (const auto& entry : directory_.entries) {
      if (!Budget::take(to_.budget.entries, 1)) return to_.doubt(item_, Why::over_limit, "it has more parts than are looked at");
      if (entry.is_encrypted && !said_encrypted_) {
        said_encrypted_ = true;
        to_.find(item_, Mark::encrypted_document, "a part is encrypted");
        to_.doubt(item_, Why::encrypted, "a part of it is encrypted");
      }
      take(entry, base::lower(entry.name));
    }
  }

 private:
  std::optional<std::string> part(const ZipEntry& entry, std::size_t most) {
    if (to_.budget.is_late()) return std::nullopt;
    const auto room = std::min<std::uint64_t>(most, to_.budget.bytes);
    auto out = unzip(item_.bytes, entry, room);
    if (!out && !entry.is_encrypted) to_.doubt(item_, entry.size > room ? Why::over_limit : Why::damaged, fmt::format("{} cannot be read", base::excerpt(entry.name, 80)));
    (void)Budget::take(to_.budget.bytes, out ? out->size() : room);
    return out;
  }

  void take(const ZipEntry& entry, std::string_view name) {
    if (name.ends_with(".rels")) return relations(entry, name);
    if (name.ends_with("vbaproject.bin")) return macros(entry);
    if (name.find("/macrosheets/") != std::string_view::npos && !name.ends_with('/'))
      return to_.find(item_, Mark::excel4_macros, entry.name);
    if (name.find("/activex/") != std::string_view::npos && name.ends_with(".bin")) return to_.find(item_, Mark::active_x, entry.name);
    if (name.find("/embeddings/") != std::string_view::npos && !name.ends_with('/')) return embedded(entry);
    if (name.starts_with("basic/") && type_ == FileType::open_document && name.ends_with(".xml") && !name.ends_with("-lc.xml") && !name.ends_with("-lb.xml"))
      return to_.find(item_, Mark::macros, entry.name);
    if (name.find("/media/") != std::string_view::npos || name.starts_with("pictures/")) return picture(entry);
    if (name == "word/document.xml") return body(entry, "t", "p");
    if (name == "xl/sharedstrings.xml") return body(entry, "t", "si");
    if (name == "content.xml" && type_ == FileType::open_document) return body(entry, "p", "p");
    if (name.starts_with("ppt/slides/slide") && slides_++ < kMaxSlides) return body(entry, "t", "p");
    if (name.starts_with("xl/externallinks/") && name.ends_with(".xml")) return excel_link(entry);
    if (type_ == FileType::word && name.starts_with("word/") && (name.find("header") != std::string_view::npos || name.find("footer") != std::string_view::npos || name.find("footnotes") != std::string_view::npos) && name.ends_with(".xml"))
      return fields(entry);
  }

  void relations(const ZipEntry& entry, std::string_view name) {
    if (++relation_parts_ > kMaxRelationParts) return to_.doubt(item_, Why::over_limit, "it has more relations than are looked at");
    const auto xml = part(entry, kMaxPart);
    if (!xml) return;
    for_each_element(*xml, "Relationship", [&](std::string_view tag, std::size_t) {
      if (!base::iequals(attribute(tag, "TargetMode"), "External")) return;
      const auto target = attribute(tag, "Target");
      const auto type = attribute(tag, "Type");
      const auto kind = base::lower(std::string_view(type).substr(type.rfind('/') + 1));
      if (kind == "attachedtemplate") to_.find(item_, Mark::remote_template, target);
      // What is loaded when the document is opened. Pictures from elsewhere and sheets that others refer to are usual.
      if (kind == "oleobject" || kind == "frame" || kind == "subdocument" || kind == "afchunk" || kind == "control")
        to_.find(item_, Mark::remote_object, target);
      if (kind == "hyperlink" && base::lower(target).starts_with("mhtml:")) to_.find(item_, Mark::remote_object, target);
      if (kind != "image" || name.find("_rels/") == std::string_view::npos) to_.link(item_, FileLinkFrom::office, target);
    });
  }

  void macros(const ZipEntry& entry) {
    const auto bytes = part(entry, kMaxOneFile);
    if (!bytes) return to_.find(item_, Mark::macros, entry.name);
    tell_macros(item_, *bytes, to_);
  }

  void embedded(const ZipEntry& entry) {
    const auto bytes = part(entry, kMaxOneFile);
    if (!bytes) return to_.find(item_, Mark::embedded_object, entry.name);
    const auto type = type_of(*bytes, entry.name);
    // A chart's own sheet is usual.
    if (!is_office(type) || type == FileType::rtf) to_.find(item_, Mark::embedded_object, entry.name);
    if (runs(type)) to_.find(item_, Mark::embedded_program, entry.name);
    to_.look_inside(item_, entry.name, *bytes);
  }

  void picture(const ZipEntry& entry) {
    if (entry.packed < kFewBytes || ++pictures_ > kMaxPictures) return;
    const auto type = type_of_name(entry.name);
    if (!is_image(type)) return;
    const auto bytes = part(entry, kMaxOneFile);
    if (!bytes) return;
    Item within{.name = entry.name, .bytes = *bytes, .inside = path_inside(item_, entry.name), .depth = item_.depth + 1};
    read_image(within, type_of(*bytes), to_);
  }

  void body(const ZipEntry& entry, std::string_view text, std::string_view line) {
    const auto xml = part(entry, kMaxPart);
    if (!xml) return;
    to_.text(element_text(*xml, text, line, kMaxFileText));
    look_at_fields(*xml);
  }
  void fields(const ZipEntry& entry) {
    if (const auto xml = part(entry, kMaxPart)) look_at_fields(*xml);
  }

  void look_at_fields(std::string_view xml) {
    if (type_ != FileType::word) return;
    constexpr std::size_t kMaxFields = 65'536;
    auto said = element_text(xml, "instrText", "p", kMaxFields);
    for_each_element(xml, "fldSimple", [&](std::string_view tag, std::size_t) {
      if (said.size() < kMaxFields) said += "\n" + attribute(tag, "instr");
    });
    tell_fields(item_, said, to_);
  }

  void excel_link(const ZipEntry& entry) {
    const auto xml = part(entry, kMaxPart);
    if (!xml) return;
    for_each_element(*xml, "ddeLink", [&](std::string_view tag, std::size_t) {
      to_.find(item_, Mark::dde, attribute(tag, "ddeService") + " " + attribute(tag, "ddeTopic"));
    });
  }

  const Item& item_;
  FileType type_;
  Looker& to_;
  ZipDirectory directory_;
  std::size_t relation_parts_ = 0;
  std::size_t pictures_ = 0;
  std::size_t slides_ = 0;
  bool said_encrypted_ = false;
};

}  // namespace

void read_office_package(const Item& item, FileType type, Looker& to) { Package(item, type, to).run(); }

}  // namespace rampart::guard::files
