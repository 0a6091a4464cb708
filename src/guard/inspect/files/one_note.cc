// OneNote sections ([MS-ONESTORE]): files that lie in them, which a click runs.
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "guard/inspect/files/bytes.h"
#include "guard/inspect/files/extensions.h"
#include "guard/inspect/files/readers.h"
#include "guard/inspect/files/utf16.h"

namespace rampart::guard::files {
namespace {

using namespace std::string_view_literals;

// Of a FileDataStoreObject (2.6.13), {BDE316E7-2665-4511-A4C4-8D4D0B7A9EAC}; its size follows, its bytes 20 bytes on.
constexpr auto kFileData = "\xe7\x16\xe3\xbd\x65\x26\x11\x45\xa4\xc4\x8d\x4d\x0b\x7a\x9e\xac"sv;
constexpr std::size_t kMaxFiles = 50;        // our own
constexpr std::size_t kMaxNameChars = 128;   // our own
constexpr std::size_t kMaxNames = 50;        // our own

bool is_name(char c) { return static_cast<unsigned char>(c) >= ' ' && c != '"' && c != '<' && c != '>' && c != '|' && c != '*' && c != '?'; }

// Names in UTF-16 that end in an extension that runs.
void look_at_names(const Item& item, Looker& to) {
  const auto bytes = item.bytes;
  std::size_t found = 0;
  std::string name;
  for (std::size_t i = 0; i + 1 < bytes.size() && found < kMaxNames;) {
    if (bytes[i + 1] == '\0' && is_name(bytes[i]) && static_cast<unsigned char>(bytes[i]) < 0x7f) {
      name += bytes[i];
      i += 2;
      if (name.size() < 4 * kMaxNameChars) continue;
    } else {
      ++i;
    }
    if (name.empty()) continue;
    const auto dot = name.rfind('.');
    if (dot != std::string::npos && dot + 1 < name.size() && name.size() <= kMaxNameChars) {
      const auto* const known = find_extension(std::string_view(name).substr(dot + 1));
      if (known != nullptr && known->does == Does::run) {
        to.find(item, Mark::dangerous_name, name);
        ++found;
      }
    }
    name.clear();
  }
}

}  // namespace

void read_one_note(const Item& item, Looker& to) {
  std::size_t files = 0;
  for (auto at = item.bytes.find(kFileData); at != std::string_view::npos; at = item.bytes.find(kFileData, at + 1)) {
    if (++files > kMaxFiles) return to.doubt(item, Why::over_limit, "it holds more files than are looked at");
    const auto size = u64(item.bytes, at + 16);
    const auto bytes = slice(item.bytes, at + 36, size);
    if (bytes.size() < size) to.doubt(item, Why::damaged, "a file in it is cut");
    const auto type = type_of(bytes);
    if (!is_image(type)) to.find(item, Mark::one_note_file, to_string(type));
    to.look_inside(item, fmt::format("file {}", files), bytes);
  }
  look_at_names(item, to);
}

}  // namespace rampart::guard::files
