#include "guard/inspect/files/walk.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "guard/inspect/files/formats.h"
#include "guard/inspect/files/text.h"

namespace rampart::guard::files {
namespace {

constexpr std::uint8_t kMaxEvidenceOfOne = 2;  // of one fact; our own

constexpr std::size_t kMaxPkcs7Head = 64;  // bytes in which it says what it is; our own
constexpr std::string_view kEnvelopedData = "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03";  // RFC 5652 section 6

constexpr std::string_view kFactNames[] = {"dangerous-name",    "double-ending",   "padded-name",
                                           "bidi-name",         "hidden-name",     "wrong-ending",
                                           "wrong-declared",    "executable",      "script",
                                           "source-code",       "shortcut",        "shortcut-command",
                                           "remote-shortcut",   "installer",       "disk-image",
                                           "help-file",         "note-with-file",  "archive",
                                           "encrypted-archive", "nested-archive",  "bomb",
                                           "outside-name",      "two-archives",    "locked-document",
                                           "web-page",          "mail-in-file",    "macros",
                                           "auto-macro",        "macro-command",   "old-macros",
                                           "remote-template",   "remote-object",   "dde",
                                           "active-x",          "embedded-object", "embedded-program",
                                           "equation-object",   "rtf-objects",     "rtf-update",
                                           "credential-form",   "smuggling",       "page-script",
                                           "page-redirect",     "svg-script",      "svg-link",
                                           "encoded-page"};
static_assert(std::size(kFactNames) == kFileFacts);
static_assert(kFileFacts <= 64);  // FileFacts::own
constexpr std::string_view kUnseenNames[] = {"encrypted", "too-deep", "too-many",
                                             "too-large", "damaged",  "unsupported"};
static_assert(std::size(kUnseenNames) == kUnseens);
constexpr std::string_view kOriginNames[] = {"shortcut", "document", "page", "macro", "text"};
static_assert(std::size(kOriginNames) == kLinkOrigins);

// What somebody's computer fetches from elsewhere.
bool is_remote(std::string_view url) {
  static constexpr std::string_view kSchemes[] = {
      "http:",      "https:",     "ftp:",   "file://",        "\\\\",       "//",
      "ms-search:", "search-ms:", "mhtml:", "data:text/html", "javascript:"};
  return std::ranges::any_of(kSchemes, [url](auto scheme) { return base::istarts_with(url, scheme); });
}

bool is_container(FileType type) {
  return is_archive(type) || is_document(type) || type == FileType::tnef || is_disk_image(type) ||
         type == FileType::message || type == FileType::pkcs7;
}

}  // namespace

std::string_view to_string(FileFact fact) { return kFactNames[static_cast<std::size_t>(fact)]; }
std::string_view to_string(Unseen why) { return kUnseenNames[static_cast<std::size_t>(why)]; }
std::string_view to_string(LinkOrigin origin) { return kOriginNames[static_cast<std::size_t>(origin)]; }

std::string Walk::Here::path() const {
  auto out = base::excerpt(name, kMaxFileName);
  for (const auto* each = outer; each != nullptr; each = each->outer)
    out.insert(0, base::excerpt(each->name, kMaxFileName) + "/");
  return out;
}

void Walk::look(const File& file) {
  const Here here{.outer = nullptr, .name = file.name, .depth = 0};
  here_ = &here;
  look_here(file);
  here_ = nullptr;
}

void Walk::look_inside(std::string_view name, std::string_view bytes) {
  const auto* outer = here_;
  const Here here{.outer = outer, .name = name, .depth = outer->depth + 1};
  here_ = &here;
  look_here({.name = name, .declared_type = {}, .bytes = bytes});
  here_ = outer;
}

void Walk::look_here(const File& file) {
  auto type = type_of(file.bytes, file.name);
  std::optional<Zip> zip;
  std::optional<Compound> compound;
  if (type == FileType::zip) {
    zip = Zip::read(file.bytes, budget_.listed);
    type = kind_of_zip(*zip);
  } else if (type == FileType::ole) {
    compound = Compound::read(file.bytes);
    if (compound) type = kind_of_compound(*compound);
  }
  if (here_->depth == 0) {
    facts_.type = type;
    facts_.name_kind = kind_of_name(file.name);
  } else {
    const auto bit = static_cast<std::size_t>(type);
    facts_.inside_types[bit / 64] |= std::uint64_t{1} << bit % 64;
  }
  judge_name(file.name, type, file.declared_type);
  judge_type(type);

  std::optional<html::HtmlFacts> page;
  std::string_view text;
  std::optional<std::string> decoded;
  if (type == FileType::html || type == FileType::svg || type == FileType::xml || type == FileType::hta) {
    decoded = as_utf8(file.bytes);
    text = decoded ? std::string_view(*decoded) : file.bytes;
    if (text.size() > budget_.page_bytes) cannot(Unseen::too_large);
    text = text.substr(0, budget_.page_bytes);
    budget_.page_bytes -= text.size();
    page = html::read_html(text);
  }
  if (inner_) {
    const auto path = here_->path();
    inner_({.path = path,
            .name = file.name,
            .type = type,
            .bytes = file.bytes,
            .depth = here_->depth,
            .page = page ? &*page : nullptr});
  }
  if (page) look_into_page(*this, type, text, *page);
  if (is_container(type) && here_->depth >= budget_.depth) return cannot(Unseen::too_deep);
  if (zip && type == FileType::opendocument) return look_into_opendocument(*this, *zip);
  if (zip && is_document(type)) return look_into_office(*this, *zip, type);
  // A program's zip is looked at as what it is, not for what it is made of.
  if (zip && is_archive(type)) return look_into_zip(*this, *zip);
  if (compound) return look_into_compound(*this, *compound, type);
  open(type, file.bytes);
}

void Walk::open(FileType type, std::string_view bytes) {
  if (is_shortcut(type)) return look_into_shortcut(*this, type, bytes);
  switch (type) {
    case FileType::rtf:
      return look_into_rtf(*this, bytes);
    case FileType::onenote:
      return look_into_onenote(*this, bytes);
    case FileType::tnef:
      return look_into_tnef(*this, bytes);
    case FileType::flat_office:
      return look_into_flat_office(*this, bytes);
    case FileType::pgp:
      if (bytes.starts_with("-----BEGIN PGP MESSAGE")) cannot(Unseen::encrypted);
      return;
    case FileType::pkcs7:
      if (bytes.substr(0, kMaxPkcs7Head).find(kEnvelopedData) != std::string_view::npos)
        return cannot(Unseen::encrypted);
      return look_into_signed(*this, bytes);
    case FileType::ole:  // whose directory cannot be read
      return cannot(Unseen::damaged);
    case FileType::message:
    case FileType::mhtml:
      return look_into_message(*this, type, bytes);
    case FileType::text:
      look_for_uuencoded(*this, bytes);
      return look_for_formulas(*this, name(), bytes);
    case FileType::unknown:
      if (bytes.starts_with(kActiveMime)) return look_into_active_mime(*this, bytes);
      if (kind_of_name(name()) == NameKind::archive) cannot(Unseen::unsupported);
      return;
    case FileType::ace:
    case FileType::arj:
    case FileType::udf:
    case FileType::vhd:
    case FileType::vhdx:
    case FileType::disk:
    case FileType::dmg:
    case FileType::chm:
      return cannot(Unseen::unsupported);
    default:
      if (is_archive(type) || type == FileType::iso) look_into_archive(*this, bytes);
  }
}

void Walk::judge_name(std::string_view name, FileType type, std::string_view declared) {
  if (!fits_declared(type, declared)) add(FileFact::wrong_declared, to_string(type));
  if (name.empty()) return;
  const auto ending = ending_of(name);
  const auto kind = kind_of_ending(ending);
  // What a shortcut starts is told by what is in it.
  if (kind == NameKind::shortcut)
    add(FileFact::shortcut, name);
  else if (is_dangerous(kind))
    add(FileFact::dangerous_name, name);
  else if (kind == NameKind::source)
    add(FileFact::source_code, name);
  if (has_double_ending(name)) add(FileFact::double_ending, name);
  if (is_padded(name)) add(FileFact::padded_name, name);
  if (has_bidi(name)) add(FileFact::bidi_name, name);
  if (has_hidden(name)) add(FileFact::hidden_name, name);
  if (!fits(type, ending)) add(FileFact::wrong_ending, to_string(type));
}

void Walk::judge_type(FileType type) {
  const auto what = to_string(type);
  if (type == FileType::msi || type == FileType::msix) {
    add(FileFact::installer, what);
  } else if (is_program(type)) {
    add(FileFact::executable, what);
  }
  if (type == FileType::shell)
    add(FileFact::source_code, what);
  else if (is_script(type))
    add(FileFact::script, what);
  if (is_shortcut(type)) add(FileFact::shortcut, what);
  if (is_disk_image(type)) add(FileFact::disk_image, what);
  if (type == FileType::chm) add(FileFact::help_file, what);
  if (type == FileType::html || type == FileType::mhtml || type == FileType::hta)
    add(FileFact::web_page, what);
  if (type == FileType::message || type == FileType::outlook_message) add(FileFact::mail_in_file, what);
  if (is_archive(type)) add(here_->depth == 0 ? FileFact::archive : FileFact::nested_archive, what);
}

void Walk::look_at_name(std::string_view name) {
  const auto* outer = here_;
  const Here here{.outer = outer, .name = name, .depth = outer->depth + 1};
  here_ = &here;
  judge_name(name, FileType::unknown, {});
  switch (kind_of_name(name)) {
    case NameKind::executable:
    case NameKind::add_in:
      add(FileFact::executable, name);
      break;
    case NameKind::script:
      add(FileFact::script, name);
      break;
    case NameKind::source:
      add(FileFact::source_code, name);
      break;
    case NameKind::disk_image:
      add(FileFact::disk_image, name);
      break;
    case NameKind::help:
      add(FileFact::help_file, name);
      break;
    case NameKind::archive:
      add(FileFact::nested_archive, name);
      break;
    case NameKind::web_page:
      add(FileFact::web_page, name);
      break;
    default:
      break;
  }
  here_ = outer;
}

bool Walk::list(std::string_view name) {
  if (budget_.listed == 0) {
    cannot(Unseen::too_many);
    return false;
  }
  --budget_.listed;
  ++facts_.entries;
  if (leads_outside(name)) add(FileFact::outside_name, name);
  if (facts_.names.size() < kMaxNames) {
    const Here entry{.outer = here_, .name = name, .depth = here_->depth + 1};
    facts_.names.push_back(base::excerpt(entry.path(), kMaxFileName));
  }
  return true;
}

bool Walk::take_entry() {
  if (budget_.entries == 0) {
    cannot(Unseen::too_many);
    return false;
  }
  --budget_.entries;
  return true;
}

void Walk::add(FileFact fact, std::string_view text) {
  const auto bit = std::uint64_t{1} << static_cast<unsigned>(fact);
  (here_->depth == 0 ? facts_.own : facts_.inside) |= bit;
  auto& told = told_[static_cast<std::size_t>(fact)];
  if (told == kMaxEvidenceOfOne || facts_.evidence.size() == kMaxEvidence) return;
  ++told;
  facts_.evidence.push_back(
      {.fact = fact, .path = here_->path(), .text = base::excerpt(text, kMaxEvidenceText)});
}

void Walk::cannot(Unseen why) {
  const auto bit = std::uint32_t{1} << static_cast<unsigned>(why);
  if ((facts_.unseen & bit) != 0) return;
  facts_.unseen |= bit;
  facts_.not_seen.push_back({.why = why, .path = here_->path()});
}

void Walk::add_link(std::string_view url, LinkOrigin origin, bool is_loaded) {
  url = base::trim(url);
  if (!is_remote(url) || facts_.links.size() == kMaxFoundLinks) return;
  facts_.links.push_back({.url = base::printable(url.substr(0, kMaxFoundUrl)),
                          .path = here_->path(),
                          .origin = origin,
                          .is_loaded = is_loaded});
}

FileFacts look_at_file(const File& file, Budget& budget, const Inner& inner) {
  FileFacts out;
  Walk(out, budget, inner).look(file);
  return out;
}

}  // namespace rampart::guard::files
