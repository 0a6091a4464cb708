// Documents that are zips (OOXML: ECMA-376; OpenDocument), and Office's single XML files: what they run, load and carry.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "guard/inspect/files/bytes.h"
#include "guard/inspect/files/formats.h"
#include "guard/inspect/files/text.h"

namespace rampart::guard::files {
namespace {

// All our own.
constexpr std::size_t kMaxParts = 2'000;                          // unpacked, of one document
constexpr std::size_t kMaxRelations = 1'000;                      // parts of them in one document
constexpr std::size_t kMaxPart = std::size_t{8} << 20U;           // bytes of one XML part that is searched
constexpr std::size_t kMaxRelationsPart = std::size_t{1} << 18U;  // bytes of one part of relations
constexpr std::size_t kMaxPictures = 20;                          // handed on, of one document
constexpr std::size_t kMaxService = 40;                           // bytes of a program's name in a formula
constexpr std::size_t kMaxTargets = 500;                          // links of one document that are read

bool in_folder(std::string_view low, std::string_view folder) {
  return low.find(folder) != std::string_view::npos;
}

class OfficeWalk {
 public:
  OfficeWalk(Walk& walk, const Zip& zip) : walk_(walk), zip_(zip) {}

  void take_ooxml() {
    check();
    for (const auto& entry : zip_.entries)
      if (!entry.is_folder()) take_part(entry);
  }

  void take_opendocument() {
    check();
    if (const auto* manifest = zip_.find("META-INF/manifest.xml")) {
      if (const auto text = bytes_of(*manifest, kMaxPart); text && has_word(*text, "encryption-data")) {
        walk_.add(FileFact::locked_document);
        walk_.cannot(Unseen::encrypted);
      }
    }
    for (const auto& entry : zip_.entries) {
      if (entry.is_folder()) continue;
      const auto low = base::lower(entry.name);
      if ((low.starts_with("basic/") || low.starts_with("scripts/")) && !low.ends_with("-lb.xml") &&
          !low.ends_with("-lc.xml"))
        walk_.add(FileFact::macros, entry.name);
      else if (low.starts_with("pictures/"))
        take_picture(entry);
      else if (low == "content.xml")
        take_content(entry);
      else if (low.starts_with("object") && in_folder(low, ".bin"))
        take_file(entry);
    }
  }

 private:
  void check() {
    if (zip_.is_damaged) walk_.cannot(Unseen::damaged);
    if (zip_.has_more) walk_.cannot(Unseen::too_many);
  }

  std::optional<std::string> bytes_of(const ZipEntry& entry, std::size_t most) {
    if (++parts_ > kMaxParts) {
      walk_.cannot(Unseen::too_many);
      return std::nullopt;
    }
    auto content = zip_.unpack(entry, std::min(most, walk_.bytes_left()), walk_.budget().ratio);
    if (!content) {
      if (content.error().why == Unseen::encrypted) walk_.add(FileFact::locked_document);
      walk_.spend(content.error().unpacked);
      walk_.cannot(content.error().why);
      return std::nullopt;
    }
    walk_.spend(content->bytes.size());
    if (content->is_cut) walk_.cannot(Unseen::too_large);
    if (content->is_bomb) walk_.add(FileFact::bomb, entry.name);
    return std::move(content->bytes);
  }

  void take_part(const ZipEntry& entry) {
    const auto low = base::lower(entry.name);
    const auto ending = ending_of(low);
    if (ending == "rels") return take_relations(entry);
    if (in_folder(low, "/macrosheets/")) walk_.add(FileFact::old_macros, entry.name);
    if (in_folder(low, "activex/") && ending == "xml") walk_.add(FileFact::active_x, entry.name);
    if (in_folder(low, "/media/")) return take_picture(entry);
    if (in_folder(low, "embeddings/")) {
      walk_.add(FileFact::embedded_object, entry.name);
      return take_file(entry);
    }
    if (ending == "xml" || ending == "vml") return take_xml(entry, low);
    // Parts that are no text: macros, whatever they are called, and pieces of other formats.
    if (ending != "sigs" && ending != "psmdcp" && kind_of_ending(ending) != NameKind::image &&
        !low.ends_with("printersettings1.bin") && !in_folder(low, "/printersettings/") &&
        !in_folder(low, "/fonts/") && !in_folder(low, "/customproperty"))
      take_binary(entry, low);
  }

  void take_binary(const ZipEntry& entry, std::string_view low) {
    const auto content = bytes_of(entry, walk_.bytes_left());
    if (!content) return;
    // Whatever it is called, it is the document's own: its facts are the document's.
    if (const auto compound = Compound::read(*content))
      return look_into_compound(walk_, *compound, FileType::ole);
    if (low.ends_with("vbaproject.bin")) {
      walk_.add(FileFact::macros, entry.name);
      return walk_.cannot(Unseen::damaged);
    }
    // The sheets of .xlsb are of no interest here.
    if (!low.ends_with(".bin") && !low.ends_with(".data")) walk_.look_inside(entry.name, *content);
  }

  void take_file(const ZipEntry& entry) {
    if (!walk_.take_entry()) return walk_.look_at_name(entry.name);
    const auto content = bytes_of(entry, walk_.bytes_left());
    if (!content) return walk_.look_at_name(entry.name);
    auto compound = Compound::read(*content);
    if (compound && compound->find("\1Ole10Native") != nullptr)
      return look_into_compound(walk_, *compound, FileType::ole);
    walk_.look_inside(entry.name, *content);
  }

  void take_picture(const ZipEntry& entry) {
    if (kind_of_name(entry.name) != NameKind::image) return take_file(entry);
    if (++pictures_ > kMaxPictures || !walk_.take_entry()) return;
    if (const auto content = bytes_of(entry, walk_.bytes_left())) walk_.look_inside(entry.name, *content);
  }

  void take_xml(const ZipEntry& entry, std::string_view low) {
    const bool may_have_fields = in_folder(low, "word/") && !in_folder(low, "theme/") &&
                                 !low.ends_with("styles.xml") && !low.ends_with("fonttable.xml") &&
                                 !low.ends_with("settings.xml") && !low.ends_with("numbering.xml") &&
                                 !low.ends_with("customxml");
    if (may_have_fields) return take_fields(entry);
    if (!in_folder(low, "externallinks/")) return;
    const auto text = bytes_of(entry, kMaxPart);
    if (!text) return;
    if (const auto at = find_word(*text, "<ddelink"); at != std::string::npos) {
      const auto tag = std::string_view(*text).substr(at, 1'024);
      walk_.add(FileFact::dde, attribute_of(tag, "ddeservice").value_or("DDE"));
    }
  }

  // Fields that start a program when somebody says yes once; their words may be cut into runs.
  void take_fields(const ZipEntry& entry) {
    const auto text = bytes_of(entry, kMaxPart);
    if (!text || (text->find("instr") == std::string::npos)) return;
    std::string fields;
    const std::string_view all = *text;
    for (auto at = all.find("<w:instrText"); at != std::string_view::npos && fields.size() < kMaxPart;
         at = all.find("<w:instrText", at + 1)) {
      const auto begin = all.find('>', at);
      if (begin == std::string_view::npos) break;
      const auto end = std::min(all.find('<', begin), all.size());
      fields += all.substr(begin + 1, end - begin - 1);
    }
    for (auto at = all.find("w:instr=\""); at != std::string_view::npos && fields.size() < kMaxPart;
         at = all.find("w:instr=\"", at + 1)) {
      const auto end = std::min(all.find('"', at + 9), all.size());
      fields += " ";
      fields += all.substr(at + 9, end - at - 9);
    }
    if (has_word(fields, "ddeauto") || has_word(" " + fields, " dde ")) walk_.add(FileFact::dde, fields);
    if (const auto at = find_word(fields, "includepicture"); at != std::string::npos) {
      const auto url =
          std::string_view(fields).substr(std::min(find_word(fields, "http", at), fields.size()));
      walk_.add_link(url.substr(0, url.find_first_of("\"& ")), LinkOrigin::document, true);
    }
  }

  void take_relations(const ZipEntry& entry) {
    if (++relations_ > kMaxRelations) return walk_.cannot(Unseen::too_many);
    const auto content = bytes_of(entry, kMaxRelationsPart);
    if (!content) return;
    const auto decoded = as_utf8(*content);
    const std::string_view all = decoded ? *decoded : *content;
    for (auto at = find_word(all, "relationship "); at != std::string_view::npos;
         at = find_word(all, "relationship ", at + 1)) {
      const auto tag = all.substr(at, std::min(all.find('>', at), all.size()) - at);
      const auto mode = attribute_of(tag, "targetmode");
      if (mode && base::iequals(*mode, "External")) take_target(tag);
    }
  }

  void take_target(std::string_view tag) {
    if (++targets_ > kMaxTargets) return walk_.cannot(Unseen::too_many);
    const auto target = attribute_of(tag, "target");
    const auto type = base::lower(attribute_of(tag, "type").value_or(""));
    if (!target || target->empty()) return;
    const auto is = [&](std::string_view end) { return type.ends_with(end); };
    if (is("/hyperlink")) return walk_.add_link(*target, LinkOrigin::document, false);
    const bool is_remote = base::istarts_with(*target, "http") || base::istarts_with(*target, "ftp:") ||
                           target->starts_with("\\\\") || base::istarts_with(*target, "file://") ||
                           base::istarts_with(*target, "mhtml:");
    if (!is_remote) return;
    // A template of the writer's own office stands on a share; one of the web is another matter.
    if (is("/attachedtemplate"))
      walk_.add(FileFact::remote_template, *target);
    else if (is("/oleobject") || is("/frame") || is("/subdocument") || is("/afchunk") || is("/control") ||
             base::istarts_with(*target, "mhtml:"))
      walk_.add(FileFact::remote_object, *target);
    // A workbook that refers to another asks before it reads it, and honest ones do.
    walk_.add_link(*target, LinkOrigin::document, !is("/externallinkpath"));
  }

  void take_content(const ZipEntry& entry) {
    const auto content = bytes_of(entry, kMaxPart);
    if (!content) return;
    const std::string_view all = *content;
    std::size_t count = 0;
    for (auto at = all.find("xlink:href=\""); at != std::string_view::npos && count++ < kMaxTargets;
         at = all.find("xlink:href=\"", at + 1))
      if (const auto url = attribute_of(all.substr(at - (at > 0 ? 1 : 0), 4'096), "href"))
        walk_.add_link(*url, LinkOrigin::document, false);
    if (has_word(all, "dde-source") || has_word(all, "office:dde")) walk_.add(FileFact::dde, "DDE");
  }

  Walk& walk_;
  const Zip& zip_;
  std::size_t parts_ = 0;
  std::size_t relations_ = 0;
  std::size_t targets_ = 0;
  std::size_t pictures_ = 0;
};

}  // namespace

FileType kind_of_zip(const Zip& zip) {
  bool has_types = false;
  bool has_manifest = false;
  bool has_classes = false;
  FileType folder = FileType::ooxml;
  for (const auto& entry : zip.entries) {
    const auto name = entry.name;
    if (base::iequals(name, "[Content_Types].xml")) has_types = true;
    if (base::istarts_with(name, "word/")) folder = FileType::word;
    if (base::istarts_with(name, "xl/")) folder = FileType::excel;
    if (base::istarts_with(name, "ppt/")) folder = FileType::powerpoint;
    if (base::istarts_with(name, "FixedDocSeq") || base::istarts_with(name, "Documents/1/"))
      folder = FileType::xps;
    if (name == "AppxManifest.xml" || name == "AppxMetadata/AppxBundleManifest.xml") return FileType::msix;
    if (name == "AndroidManifest.xml") return FileType::apk;
    if (base::iequals(name, "META-INF/MANIFEST.MF")) has_manifest = true;
    if (base::lower(name).ends_with(".class") || base::lower(name).ends_with(".jar")) has_classes = true;
  }
  if (has_types) return folder;
  if (has_manifest && has_classes) return FileType::jar;
  // Both write their type as the first entry, stored (OpenDocument 1.2 part 3 section 3.3; EPUB OCF).
  if (!zip.entries.empty() && zip.entries[0].name == "mimetype") {
    const auto type = zip.unpack(zip.entries[0], 256, 1);
    if (type && type->bytes.starts_with("application/epub")) return FileType::epub;
    if (type && type->bytes.starts_with("application/vnd.oasis.opendocument")) return FileType::opendocument;
  }
  return FileType::zip;
}

void look_into_office(Walk& walk, const Zip& zip, FileType /*type*/) { OfficeWalk(walk, zip).take_ooxml(); }
void look_into_opendocument(Walk& walk, const Zip& zip) { OfficeWalk(walk, zip).take_opendocument(); }

void look_into_active_mime(Walk& walk, std::string_view bytes) {
  // Its length says where the packed stream begins; writers of old, and those who copy them, put it there.
  const auto said = std::uint64_t{u16_at(bytes, 0x1e).value_or(0)} + 46;
  for (const auto at : {said, std::uint64_t{0x32}, std::uint64_t{0x22a}}) {
    const auto packed = part_of(bytes, at, bytes.size());
    if (!packed.starts_with('\x78')) continue;
    const auto content = unpack_object(walk, packed);
    if (!content.is_damaged && Compound::read(content.bytes))
      return look_into_object(walk, content.bytes, "object");
  }
  walk.cannot(Unseen::damaged);
}

// =cmd|'/c calc'!A1: a table that is text, and the programs of an office do what it says.
void look_for_formulas(Walk& walk, std::string_view name, std::string_view text) {
  const auto ending = ending_of(name);
  if (ending == "iqy") return walk.add(FileFact::remote_object, "a query of the web");
  if (ending != "csv" && ending != "slk" && ending != "tsv" && ending != "dif" && ending != "prn") return;
  for (auto at = text.find('|'); at != std::string_view::npos; at = text.find('|', at + 1)) {
    auto begin = at;
    while (begin > 0 && at - begin < kMaxService &&
           (base::is_alnum(text[begin - 1]) || text[begin - 1] == '.'))
      --begin;
    if (begin == 0 || begin == at) continue;
    // Behind a sign that begins a formula, or behind the letter that does in SYLK.
    const bool is_formula = std::string_view("=+-@").find(text[begin - 1]) != std::string_view::npos ||
                            (ending == "slk" && text[begin - 1] == ';' && base::to_lower(text[begin]) == 'e');
    const auto line = text.substr(at, std::min(text.find_first_of("\r\n", at), text.size()) - at);
    if (is_formula && line.find('!') != std::string_view::npos)
      return walk.add(FileFact::dde, text.substr(begin, at + 60 - begin));
  }
}

void look_into_flat_office(Walk& walk, std::string_view bytes) {
  const auto decoded = as_utf8(bytes);
  const std::string_view text = (decoded ? std::string_view(*decoded) : bytes).substr(0, kMaxPart);
  if (has_word(text, "editdata.mso") || has_word(text, "vbaproject") ||
      has_word(text, "macrospresent=\"yes\""))
    walk.add(FileFact::macros);
  if (has_word(text, "oledata.mso") || has_word(text, "ocxpresent=\"yes\""))
    walk.add(FileFact::embedded_object);
  // Parts in base64 are not unpacked, macros among them.
  if (has_word(text, "pkg:binarydata") || has_word(text, "bindata")) walk.cannot(Unseen::unsupported);
  std::size_t count = 0;
  for (auto at = find_word(text, "target=\"http"); at != std::string_view::npos && count++ < kMaxTargets;
       at = find_word(text, "target=\"http", at + 1))
    if (const auto url = attribute_of(text.substr(at - 1, 4'096), "target"))
      walk.add_link(*url, LinkOrigin::document, false);
}

}  // namespace rampart::guard::files
