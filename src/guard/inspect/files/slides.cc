// Older presentations ([MS-PPT]): macros, objects and controls lie in records of the stream "PowerPoint Document", each a compound file,
// packed by zlib. They are looked for in all of the stream: what says where they are (the persist directory) may skip what a walk from
// record to record would follow.
#include <algorithm>

#include "guard/inspect/files/bytes.h"
#include "guard/inspect/files/formats.h"

namespace rampart::guard::files {
namespace {

// All our own.
constexpr std::size_t kMaxObjects = 50;
constexpr std::size_t kMaxTried = 1'000;  // places that look like one and are none

// 2.3.1, 2.10.34 to 2.10.36: RT_ExternalOleObjectStg behind its version and instance, which is 1 where it is packed.
constexpr std::string_view kRecord{"\x11\x10", 2};
constexpr std::string_view kCompound = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
constexpr char kZlib = '\x78';

}  // namespace

Inflated unpack_object(Walk& walk, std::string_view packed) {
  const auto by_ratio = std::max(kLargeEntry, packed.size() * walk.budget().ratio);
  const auto left = walk.bytes_left();
  auto out = inflate(packed, Wrapping::zlib, 0, std::min(left, by_ratio));
  walk.spend(out.bytes.size());
  if (out.is_cut) walk.cannot(Unseen::too_large);
  if (out.is_cut && by_ratio <= left) walk.add(FileFact::bomb);
  return out;
}

void look_into_slides(Walk& walk, std::string_view stream) {
  std::size_t objects = 0;
  std::size_t tried = 0;
  for (auto at = stream.find(kRecord, 2); at != std::string_view::npos; at = stream.find(kRecord, at + 1)) {
    const auto head = u16_at(stream, at - 2).value_or(0xffff);
    const auto size = u32_at(stream, at + 2);
    if (head > 0x10 || (head & 0xfU) != 0 || !size) continue;
    const auto data = part_of(stream, at + 6, *size);
    const bool is_packed = head == 0x10;
    if (is_packed ? data.size() < 6 || data[4] != kZlib : !data.starts_with(kCompound)) continue;
    if (++tried > kMaxTried || objects == kMaxObjects) return walk.cannot(Unseen::too_many);
    if (!is_packed) {
      ++objects;
      look_into_object(walk, data, "object");
      continue;
    }
    const auto packed = data.substr(4);
    const auto content = unpack_object(walk, packed);
    if (content.is_damaged || !content.bytes.starts_with(kCompound)) {
      walk.cannot(Unseen::damaged);
      continue;
    }
    ++objects;
    look_into_object(walk, content.bytes, "object");
  }
}

}  // namespace rampart::guard::files
