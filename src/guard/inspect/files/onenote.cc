// OneNote ([MS-ONESTORE]): files that lie in a page, to be clicked through a picture of a button.
#include <algorithm>
#include <string>

#include "base/text.h"
#include "guard/inspect/files/bytes.h"
#include "guard/inspect/files/formats.h"
#include "guard/inspect/files/text.h"

namespace rampart::guard::files {
namespace {

// Our own.
constexpr std::size_t kMaxFiles = 100;
constexpr std::size_t kMaxName = 128;  // characters
// 2.6.13: FileDataStoreObject: its GUID, the length, 12 bytes, the file.
constexpr std::string_view kFileMark = "\xe7\x16\xe3\xbd\x65\x26\x11\x45\xa4\xc4\x8d\x4d\x0b\x7a\x9e\xac";
constexpr std::size_t kFileHeader = 36;

// Whether the UTF-16 at a place is that text, which is lower case.
bool is_wide_at(std::string_view bytes, std::size_t at, std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = u16_at(bytes, at + 2 * i);
    if (!c || *c > 0x7f || base::to_lower(static_cast<char>(*c)) != text[i]) return false;
  }
  return true;
}

// The first name with a dangerous ending, as UTF-16 anywhere: the files have none of their own.
std::string dangerous_name(std::string_view bytes) {
  static constexpr std::string_view kEndings[] = {".hta", ".bat", ".cmd", ".vbs", ".wsf", ".jse",
                                                  ".js",  ".ps1", ".exe", ".lnk", ".scr", ".msi",
                                                  ".chm", ".vbe", ".com", ".dll"};
  for (auto at = bytes.find('.'); at != std::string_view::npos; at = bytes.find('.', at + 1)) {
    const auto ending =
        std::ranges::find_if(kEndings, [&](auto each) { return is_wide_at(bytes, at, each); });
    if (ending == std::end(kEndings)) continue;
    auto begin = at;
    while (begin >= 2 && at - begin < 2 * kMaxName && bytes[begin - 1] == '\0' &&
           static_cast<unsigned char>(bytes[begin - 2]) >= ' ')
      begin -= 2;
    if (begin != at) return from_utf16(bytes.substr(begin, at - begin)) + std::string(*ending);
  }
  return {};
}

}  // namespace

void look_into_onenote(Walk& walk, std::string_view bytes) {
  std::size_t count = 0;
  bool has_file = false;
  for (auto at = bytes.find(kFileMark); at != std::string_view::npos;) {
    if (++count > kMaxFiles) return walk.cannot(Unseen::too_many);
    const auto size = u64_at(bytes, at + 16);
    const auto content = part_of(bytes, at + kFileHeader, size.value_or(0));
    if (!size || content.size() != *size) walk.cannot(Unseen::damaged);
    const auto name = "file-" + std::to_string(count);
    const auto type = type_of(content, name);
    if (!content.empty()) {
      if (!is_image(type)) {
        has_file = true;
        walk.add(FileFact::note_with_file, to_string(type));
        if (is_program(type) || is_script(type) || is_shortcut(type))
          walk.add(FileFact::embedded_program, to_string(type));
      }
      walk.look_inside(name, content);
    }
    at = bytes.find(kFileMark, at + kFileHeader + content.size());
  }
  if (!has_file) return;
  if (const auto name = dangerous_name(bytes); !name.empty()) {
    walk.add(FileFact::embedded_program, name);
    walk.look_at_name(name);
  }
}

}  // namespace rampart::guard::files
