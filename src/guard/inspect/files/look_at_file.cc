#include "guard/inspect/files/look_at_file.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "guard/inspect/files/archive.h"
#include "guard/inspect/files/file_name.h"
#include "guard/inspect/files/readers.h"
#include "guard/inspect/files/rules.h"
#include "guard/inspect/url/url.h"

namespace rampart::guard::files {
namespace {

// What stands for nothing in a name within a path.
std::string shown_name(std::string_view name, std::size_t most) { return base::excerpt(name, most); }

bool opens(FileType type) {
  return is_archive(type) || is_disk(type) || is_office(type) || type == FileType::pdf || type == FileType::old_other ||
         type == FileType::outlook_message || type == FileType::one_note || type == FileType::tnef;
}

}  // namespace

std::string path_inside(const Item& item, std::string_view name) {
  auto out = item.inside;
  if (!out.empty()) out += '/';
  out += shown_name(name, kMaxInsidePath);
  return base::excerpt(out, kMaxInsidePath);
}

void Looker::find(const Item& item, Mark mark, std::string_view evidence) {
  Finding finding{.mark = mark, .evidence = base::excerpt(evidence, kMaxEvidence), .inside = item.inside};
  if (std::ranges::find(facts.findings, finding) != facts.findings.end()) return;
  // Of many alike, the first speak for the rest, so that others find room.
  constexpr std::size_t kMaxAlike = 10;
  const auto alike = std::ranges::count(facts.findings, mark, &Finding::mark);
  if (facts.findings.size() >= kMaxFindings || alike >= static_cast<std::ptrdiff_t>(kMaxAlike))
    ++facts.findings_left_out;
  else
    facts.findings.push_back(std::move(finding));
}

void Looker::doubt(const Item& item, Why why, std::string_view what) {
  Unknown unknown{.why = why, .what = base::excerpt(what, kMaxEvidence), .inside = item.inside};
  if (facts.unknown.size() < kMaxUnknown && std::ranges::find(facts.unknown, unknown) == facts.unknown.end())
    facts.unknown.push_back(std::move(unknown));
}

void Looker::link(const Item& item, FileLinkFrom from, std::string_view url) {
  url = base::trim(url);
  const auto parsed = url::parse(url);
  if (!parsed || (!parsed->is_web() && !url::is_special(parsed->scheme) && parsed->scheme != "file" &&
                  parsed->scheme != "javascript" && parsed->scheme != "search-ms"))
    return;
  FileLink link{.from = from, .url = base::printable(url.substr(0, kMaxFileUrl)), .inside = item.inside};
  if (link.url.size() > kMaxFileUrl) link.url.resize(kMaxFileUrl);
  if (std::ranges::find(facts.links, link) != facts.links.end()) return;
  if (facts.links.size() < kMaxFileLinks)
    facts.links.push_back(std::move(link));
  else
    ++facts.links_left_out;
}

void Looker::text(std::string_view text) {
  if (facts.text.size() >= kMaxFileText || text.empty()) return;
  if (!facts.text.empty()) facts.text += '\n';
  for (const char c : text) {
    if (facts.text.size() >= kMaxFileText) break;
    const auto u = static_cast<unsigned char>(c);
    facts.text += (u < ' ' && c != '\n') || u == 0x7f ? ' ' : c;
  }
  // Not in the middle of a character.
  while (!facts.text.empty() && !base::is_utf8(facts.text)) {
    const auto tail = facts.text.size() - std::min<std::size_t>(facts.text.size(), 4);
    if (!base::is_utf8(std::string_view(facts.text).substr(0, tail))) {
      facts.text = base::printable(facts.text);
      facts.text.resize(std::min(facts.text.size(), kMaxFileText));
      break;
    }
    facts.text.pop_back();
  }
}

bool Looker::note_inside(const Item& within, FileType type, std::uint64_t size, bool is_encrypted, std::string sha256) {
  if (facts.inside.size() >= kMaxInside) {
    ++facts.inside_left_out;
    return false;
  }
  facts.inside.push_back({.path = within.inside, .type = type, .size = size, .is_encrypted = is_encrypted,
                          .sha256 = std::move(sha256)});
  return true;
}

void Looker::name_inside(const Item& item, std::string_view name, std::uint64_t size, bool is_encrypted) {
  const Item within{.name = name, .bytes = {}, .inside = path_inside(item, name), .depth = item.depth + 1};
  note_inside(within, type_of_name(name), size, is_encrypted, {});
  look_at_name(within);
}

void Looker::look_inside(const Item& item, std::string_view name, std::string_view bytes) {
  const Item within{.name = name, .bytes = bytes, .inside = path_inside(item, name), .depth = item.depth + 1};
  if (!Budget::take(budget.files, 1) || budget.is_late())
    return doubt(item, Why::over_limit, "it holds more files than are looked at");
  note_inside(within, type_of(bytes, name), bytes.size(), false, base::hex(crypto::sha256(bytes)));
  look(within);
}

void Looker::look_at_name(const Item& item) {
  for (const auto mark : odd_names(item.name)) find(item, mark, item.name);
}

void Looker::look_at_type(const Item& item, FileType type) {
  const auto evidence = std::string(to_string(type));
  if (is_mismatch(item.name, type)) find(item, Mark::type_mismatch, fmt::format("{}: {}", item.name, evidence));
  if (is_program(type)) find(item, Mark::program, evidence);
  if (is_script(type)) find(item, Mark::script, evidence);
  if (is_shortcut(type)) find(item, Mark::shortcut, evidence);
  if (is_disk(type)) find(item, Mark::disk_image, evidence);
  if (type == FileType::help) find(item, Mark::help_file, evidence);
  if (type == FileType::flash) find(item, Mark::flash_file, evidence);
}

void Looker::look(const Item& item) {
  const auto type = type_of(item.bytes, item.name);
  if (item.depth == 0) {
    facts.type = type;
    facts.named_type = type_of_name(item.name);
  }
  look_at_name(item);
  look_at_type(item, type);
  read_rules(item, *this);
  if (opens(type) && item.depth >= kMaxDepth)
    return doubt(item, Why::over_limit, fmt::format("files lie deeper than {} in each other", kMaxDepth));
  switch (type) {
    case FileType::word:
    case FileType::excel:
    case FileType::power_point:
    case FileType::excel_binary:
    case FileType::open_document:
      return read_office_package(item, type, *this);
    case FileType::old_word:
    case FileType::old_excel:
    case FileType::old_power_point:
    case FileType::old_other:
    case FileType::outlook_message:
    case FileType::encrypted_document:
      return read_compound(item, type, *this);
    case FileType::rtf:
      return read_rtf(item, *this);
    case FileType::pdf:
      return read_pdf(item, *this);
    case FileType::one_note:
      return read_one_note(item, *this);
    case FileType::tnef:
      return read_tnef(item, *this);
    case FileType::shell_link:
      return read_shell_link(item, *this);
    case FileType::internet_shortcut:
    case FileType::search_connector:
      return read_shortcut_text(item, *this);
    case FileType::html:
    case FileType::svg:
    case FileType::xml:
    case FileType::hta:
      return read_page(item, type, *this);
    case FileType::cms:
    case FileType::pgp:
      return doubt(item, Why::encrypted, "it is signed or encrypted");
    case FileType::jar:
    case FileType::android_package:
    case FileType::flash:
      return;  // what it is says enough
    default:
      break;
  }
  if (is_archive(type) || is_disk(type)) return read_archive(item, type, *this);
  if (is_image(type)) return read_image(item, type, *this);
}

base::Result<Prepared> prepare_files(const PrepareOptions& options) {
  crypto::sha256({});  // OpenSSL reads its configuration, which a worker may not
  prepare_archives();
  return load_rules(options.rules);
}

FileFacts look_at_file(const File& file, Budget& budget) {
  Looker looker(budget);
  Item item{.name = file.name, .bytes = file.bytes, .inside = {}, .depth = 0};
  if (!Budget::take(budget.files, 1) || budget.is_late()) {
    looker.facts.named_type = type_of_name(file.name);
    looker.doubt(item, Why::over_limit, "the message holds more files than are looked at");
    return std::move(looker.facts);
  }
  looker.look(item);
  // A part without a name of its own that says what it is.
  if (looker.facts.type == FileType::text && file.declared_type == "text/html") read_page(item, FileType::html, looker);
  return std::move(looker.facts);
}

}  // namespace rampart::guard::files
