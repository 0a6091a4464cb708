// TNEF ([MS-OXTNEF]), the winmail.dat of Outlook: attachments and their names, and the text where it is not in the mail otherwise.
#include <string>

#include "guard/inspect/files/bytes.h"
#include "guard/inspect/files/formats.h"
#include "guard/inspect/files/packed_rtf.h"
#include "guard/inspect/files/text.h"

namespace rampart::guard::files {
namespace {

// All our own.
constexpr std::size_t kMaxAttributes = 10'000;
constexpr std::size_t kMaxAttachments = 200;
constexpr std::size_t kMaxProperties = 2'000;  // of one attachment
constexpr std::size_t kMaxValues = 1'000;      // of one property

// [MS-OXTNEF] 2.1.3.2
constexpr std::uint32_t kAttachTitle = 0x0001'8010;
constexpr std::uint32_t kAttachData = 0x0006'800f;
constexpr std::uint32_t kAttachBegin = 0x0006'9002;
constexpr std::uint32_t kAttachProperties = 0x0006'9005;
constexpr std::uint32_t kMessageProperties = 0x0006'9003;
// [MS-OXPROPS]
constexpr std::uint16_t kLongName = 0x3707;
constexpr std::uint16_t kData = 0x3701;
constexpr std::uint16_t kHtml = 0x1013;
constexpr std::uint16_t kPackedRtf = 0x1009;

std::uint64_t padded(std::uint64_t size) { return (size + 3) / 4 * 4; }

class TnefWalk {
 public:
  TnefWalk(Walk& walk, std::string_view bytes) : walk_(walk), bytes_(bytes) {}

  void take() {
    std::uint64_t at = 6;
    for (std::size_t i = 0; at < bytes_.size(); ++i) {
      if (i == kMaxAttributes) return walk_.cannot(Unseen::too_many);
      const auto id = u32_at(bytes_, at + 1);
      const auto size = u32_at(bytes_, at + 5);
      if (!id || !size) return fault();
      const auto data = part_of(bytes_, at + 9, *size);
      if (data.size() != *size) return fault();
      take_attribute(*id, data);
      at += 9 + std::uint64_t{*size} + 2;
    }
    finish();
  }

 private:
  void fault() {
    finish();
    walk_.cannot(Unseen::damaged);
  }

  void take_attribute(std::uint32_t id, std::string_view data) {
    switch (id) {
      case kAttachBegin:
        return finish();
      case kAttachTitle:
        if (name_.empty()) name_ = until_nul(data);
        return;
      case kAttachData:
        data_ = data;
        return;
      case kAttachProperties:
      case kMessageProperties:
        return take_properties(data);
      default:
        return;
    }
  }

  // [MS-OXTNEF] 2.1.3.4
  void take_properties(std::string_view data) {
    const auto count = u32_at(data, 0).value_or(0);
    std::uint64_t at = 4;
    for (std::uint32_t i = 0; i < count && at < data.size(); ++i) {
      if (i == kMaxProperties) return walk_.cannot(Unseen::too_many);
      const auto type = u16_at(data, at).value_or(0);
      const auto id = u16_at(data, at + 2).value_or(0);
      at += 4;
      if (id >= 0x8000) at = behind_name(data, at);
      std::uint32_t values = 1;
      const auto kind = static_cast<std::uint16_t>(type & 0x0fffU);
      const bool is_list = (type & 0x1000U) != 0;
      const bool is_long = kind == 0x1e || kind == 0x1f || kind == 0x102 || kind == 0x0d;
      if (is_list || is_long) {
        values = u32_at(data, at).value_or(0);
        at += 4;
      }
      if (values > kMaxValues) return walk_.cannot(Unseen::damaged);
      for (std::uint32_t v = 0; v < values; ++v) {
        std::uint64_t size = fixed_size(kind);
        if (is_long) {
          size = u32_at(data, at).value_or(0);
          at += 4;
        }
        take_property(id, kind, part_of(data, at, size));
        at += padded(size);
      }
    }
  }

  static std::uint64_t fixed_size(std::uint16_t kind) {
    switch (kind) {
      case 0x05:
      case 0x06:
      case 0x07:
      case 0x14:
      case 0x40:
        return 8;
      case 0x48:
        return 16;
      default:
        return 4;
    }
  }

  // A named property: its set, and a number or a name.
  static std::uint64_t behind_name(std::string_view data, std::uint64_t at) {
    const auto kind = u32_at(data, at + 16).value_or(0);
    const auto value = u32_at(data, at + 20).value_or(0);
    return at + 24 + (kind == 0 ? 0 : padded(value));
  }

  void take_property(std::uint16_t id, std::uint16_t kind, std::string_view value) {
    if (id == kLongName)
      name_ = kind == 0x1f ? std::string(until_nul(from_utf16(value))) : std::string(until_nul(value));
    // An object begins with the identifier of its interface.
    if (id == kData) data_ = kind == 0x0d ? part_of(value, 16, value.size()) : value;
    if (id == kHtml && walk_.take_entry()) walk_.look_inside("body.html", value);
    if (id == kPackedRtf) take_rtf(value);
  }

  void take_rtf(std::string_view value) {
    const auto rtf = unpack_rtf(value, walk_.bytes_left());
    if (!rtf) return walk_.cannot(Unseen::damaged);
    walk_.spend(rtf->size());
    if (walk_.take_entry()) walk_.look_inside("body.rtf", *rtf);
  }

  void finish() {
    if (data_.empty() && name_.empty()) return;
    if (++attachments_ > kMaxAttachments) {
      walk_.cannot(Unseen::too_many);
    } else if (walk_.list(name_) && walk_.take_entry()) {
      walk_.look_inside(name_, data_);
    }
    name_.clear();
    data_ = {};
  }

  Walk& walk_;
  std::string_view bytes_;
  std::string name_;
  std::string_view data_;
  std::size_t attachments_ = 0;
};

}  // namespace

void look_into_tnef(Walk& walk, std::string_view bytes) { TnefWalk(walk, bytes).take(); }

}  // namespace rampart::guard::files
