// TNEF ([MS-OXTNEF]), winmail.dat: attachments that an Exchange server wrapped, and a body in HTML.
#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "guard/inspect/files/bytes.h"
#include "guard/inspect/files/readers.h"
#include "guard/inspect/files/utf16.h"

namespace rampart::guard::files {
namespace {

// All our own.
constexpr std::size_t kMaxAttributes = 10'000;
constexpr std::size_t kMaxProperties = 2'000;
constexpr std::size_t kMaxValues = 100;
constexpr std::size_t kMaxTextBody = 65'536;

constexpr std::uint32_t kTitle = 0x00018010;
constexpr std::uint32_t kData = 0x0006800f;
constexpr std::uint32_t kBegins = 0x00069002;
constexpr std::uint32_t kAttachmentProperties = 0x00069005;
constexpr std::uint32_t kMessageProperties = 0x00069003;
constexpr std::uint32_t kBody = 0x0002800c;

// MAPI's, [MS-OXPROPS].
constexpr std::uint16_t kLongName = 0x3707;
constexpr std::uint16_t kAttachData = 0x3701;
constexpr std::uint16_t kHtml = 0x1013;

struct Property {
  std::uint16_t type = 0;
  std::uint16_t id = 0;
  std::string_view value;  // the first, of several
};

std::uint64_t round_up(std::uint64_t size) { return (size + 3) & ~std::uint64_t{3}; }

// Bytes of a value whose size its type says; 0 of those that say it themselves.
std::uint64_t fixed_size(std::uint16_t type) {
  switch (type & 0x0fffU) {
    case 0x0002:  // 16 bits, padded
    case 0x0003:
    case 0x0004:
    case 0x000a:
    case 0x000b:
      return 4;
    case 0x0005:
    case 0x0006:
    case 0x0007:
    case 0x0014:
    case 0x0040:
      return 8;
    case 0x0048:
      return 16;
    default:
      return 0;
  }
}

// [MS-OXTNEF] 2.1.3.4. Calls for each; ends where it is not as it has to be.
template <class Call>
void for_each_property(std::string_view bytes, Call call) {
  const auto count = std::min<std::size_t>(u32(bytes, 0), kMaxProperties);
  std::uint64_t at = 4;
  for (std::size_t i = 0; i < count && holds(bytes, at, 4); ++i) {
    Property out{.type = u16(bytes, at), .id = u16(bytes, at + 2), .value = {}};
    at += 4;
    constexpr std::uint16_t kNamed = 0x8000;
    if (out.id >= kNamed) {
      const bool by_name = u32(bytes, at + 16) != 0;
      at += 20;
      at += by_name ? 4 + round_up(u32(bytes, at)) : 4;
    }
    const bool is_many = (out.type & 0x1000U) != 0;
    const auto fixed = fixed_size(out.type);
    std::uint64_t values = 1;
    if (is_many || fixed == 0) {
      values = u32(bytes, at);
      at += 4;
    }
    if (values > kMaxValues) return;
    for (std::uint64_t v = 0; v < values; ++v) {
      auto size = fixed;
      if (fixed == 0) {
        size = u32(bytes, at);
        at += 4;
      }
      if (!holds(bytes, at, size)) return;
      if (v == 0) out.value = slice(bytes, at, size);
      at += round_up(size);
    }
    call(out);
  }
}

struct Attachment {
  std::string name;
  std::string_view data;
  bool is_there = false;
};

std::string text_of(const Property& property) {
  constexpr std::uint16_t kUnicode = 0x001f;
  auto out = (property.type & 0x0fffU) == kUnicode ? utf16_text(property.value) : std::string(property.value);
  return out.substr(0, out.find('\0'));
}

class Tnef {
 public:
  Tnef(const Item& item, Looker& to) : item_(item), to_(to) {}

  void run() {
    std::uint64_t at = 6;
    std::size_t left = kMaxAttributes;
    while (holds(item_.bytes, at, 9)) {
      if (left-- == 0) {
        to_.doubt(item_, Why::over_limit, "it has more attributes than are looked at");
        break;
      }
      const auto id = u32(item_.bytes, at + 1);
      const std::uint64_t size = u32(item_.bytes, at + 5);
      const auto data = slice(item_.bytes, at + 9, size);
      take(id, data);
      if (data.size() < size) {
        to_.doubt(item_, Why::damaged, "it is cut");
        break;
      }
      at += 9 + size + 2;
    }
    finish();
  }

 private:
  void take(std::uint32_t id, std::string_view data) {
    switch (id) {
      case kBegins:
        finish();
        now_.is_there = true;
        break;
      case kTitle:
        if (now_.name.empty()) now_.name = std::string(data.substr(0, data.find('\0')));
        break;
      case kData:
        now_.data = data;
        break;
      case kAttachmentProperties:
        for_each_property(data, [&](const Property& property) {
          if (property.id == kLongName) now_.name = text_of(property);
          // An object begins with its interface's identifier.
          if (property.id == kAttachData && now_.data.empty()) now_.data = (property.type & 0x0fffU) == 0x0d ? slice(property.value, 16, property.value.size()) : property.value;
        });
        break;
      case kMessageProperties:
        for_each_property(data, [&](const Property& property) {
          if (property.id == kHtml) to_.look_inside(item_, "body.html", property.value);
        });
        break;
      case kBody:
        to_.text(data.substr(0, std::min(data.find('\0'), kMaxTextBody)));
        break;
      default:
        break;
    }
  }

  void finish() {
    if (!now_.data.empty()) to_.look_inside(item_, now_.name.empty() ? "attachment" : now_.name, now_.data);
    now_ = {};
  }

  const Item& item_;
  Looker& to_;
  Attachment now_;
};

}  // namespace

void read_tnef(const Item& item, Looker& to) { Tnef(item, to).run(); }

}  // namespace rampart::guard::files
