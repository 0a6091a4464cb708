#include "guard/inspect/files/file_name.h"

#include <algorithm>

#include "base/text.h"
#include "guard/inspect/files/extensions.h"

namespace rampart::guard::files {
namespace {

// What people take for an extension when it stands before the last: of documents and images, not of archives (a.tar.gz) or pages.
bool pretends(std::string_view text) {
  const auto* const known = find_extension(text);
  return known != nullptr && known->does == Does::show &&
         (is_office(known->type) || is_image(known->type) || known->type == FileType::pdf ||
          known->type == FileType::text || known->type == FileType::audio || known->type == FileType::video ||
          known->type == FileType::outlook_message);
}

// Marks of direction and characters that show nothing; joiners belong to words of Urdu and Persian.
bool hides(std::string_view name) {
  while (!name.empty()) {
    const auto [length, c] = base::decode_utf8(name);
    constexpr char32_t kNonJoiner = 0x200c;
    constexpr char32_t kJoiner = 0x200d;
    constexpr char32_t kFirstVisible = 0x80;
    if (c >= kFirstVisible && c != kNonJoiner && c != kJoiner && base::is_deceptive(c)) return true;
    name.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return false;
}

struct Split {
  std::string_view stem;
  std::string_view extension;
};
Split split(std::string_view name) {
  while (!name.empty() && (name.back() == ' ' || name.back() == '.')) name.remove_suffix(1);
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos) return {name, {}};
  return {name.substr(0, dot), name.substr(dot + 1)};
}

// Other white space than the plain one is used to push an extension out of sight, too.
std::size_t spaces_at_end(std::string_view stem) {
  std::size_t out = 0;
  for (;;) {
    if (stem.ends_with(' ') || stem.ends_with('\t') || stem.ends_with('_')) {
      stem.remove_suffix(1);
    } else if (stem.ends_with("\xc2\xa0")) {
      stem.remove_suffix(2);
    } else if (stem.size() >= 3 && stem[stem.size() - 3] == '\xe2' && stem[stem.size() - 2] == '\x80' &&
               static_cast<unsigned char>(stem.back()) <= 0x8b) {
      stem.remove_suffix(3);
    } else {
      return out;
    }
    ++out;
  }
}

}  // namespace

std::vector<Mark> odd_names(std::string_view name) {
  std::vector<Mark> out;
  if (const auto slash = name.find_last_of("/\\"); slash != std::string_view::npos) name.remove_prefix(slash + 1);
  const auto [stem, extension] = split(name);
  const auto* const known = find_extension(extension);
  const bool acts = known != nullptr && known->does == Does::run;
  const auto spaces = spaces_at_end(stem);
  const auto inner = split(base::trim(stem.substr(0, stem.find_last_not_of(" _") + 1)));
  const bool opens = acts || (known != nullptr && (known->does == Does::mount || known->type == FileType::html ||
                                                   known->type == FileType::svg));
  if (opens && !inner.extension.empty() && pretends(inner.extension)) out.push_back(Mark::double_extension);
  if (opens && spaces >= kManySpaces) out.push_back(Mark::spaced_name);
  if (hides(name)) out.push_back(Mark::bidi_name);
  if (acts) out.push_back(Mark::dangerous_name);
  return out;
}

bool is_mismatch(std::string_view name, FileType type) {
  const auto* const known = find_extension(split(name).extension);
  if (known == nullptr || known->does != Does::show || known->type == type) return false;
  if (runs(type) || is_shortcut(type) || is_disk(type) || type == FileType::help) return known->type != FileType::text;
  // Formats that are made of an archive are told apart above; a page or a picture with scripts under another name is opened by
  // nobody, but for what looks at the bytes.
  const bool is_document = known->type == FileType::pdf || is_image(known->type) || known->type == FileType::audio ||
                           known->type == FileType::video;
  return is_document && known->type != FileType::svg &&
         (is_archive(type) || is_office(type) || type == FileType::html || type == FileType::svg ||
          type == FileType::one_note || type == FileType::pdf);
}

}  // namespace rampart::guard::files
