#include "guard/inspect/files/zip.h"

#include <algorithm>

#include "base/text.h"
#include "guard/inspect/files/bytes.h"
#include "guard/inspect/files/inflate.h"

namespace rampart::guard::files {
namespace {

// APPNOTE 4.3
constexpr std::string_view kLocal = "PK\3\4";
constexpr std::string_view kCentral = "PK\1\2";
constexpr std::string_view kEnd = "PK\5\6";
constexpr std::string_view kEnd64Locator = "PK\6\7";
constexpr std::string_view kEnd64 = "PK\6\6";
constexpr std::size_t kLocalSize = 30;
constexpr std::size_t kCentralSize = 46;
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kMaxComment = 65'535;
constexpr std::uint16_t kEncryptedFlag = 1;
constexpr std::uint16_t kDescriptorFlag = 8;      // sizes stand behind the data
constexpr std::uint16_t kMaskedFlag = 1U << 13U;  // the directory is encrypted
constexpr std::uint16_t kAesMethod = 99;
constexpr std::uint16_t kUnicodePath = 0x7075;
constexpr std::uint32_t kIn64 = 0xffff'ffff;

// Sizes and offset of more than 32 bits stand in the extra field 1 in this order, those that do not fit.
void read_extra64(std::string_view extra, ZipEntry& entry) {
  while (extra.size() >= 4) {
    const auto id = *u16_at(extra, 0);
    const auto size = *u16_at(extra, 2);
    const auto data = part_of(extra, 4, size);
    if (id == 1) {
      std::size_t at = 0;
      for (auto* value : {&entry.size, &entry.packed, &entry.header}) {
        if (*value != kIn64) continue;
        if (const auto wide = u64_at(data, at)) *value = *wide;
        at += 8;
      }
      return;
    }
    extra.remove_prefix(std::min<std::size_t>(extra.size(), std::size_t{4} + size));
  }
}

// The name as UTF-8 (APPNOTE 4.6.9), which those who know it take instead of the other.
std::string_view unicode_name(std::string_view extra) {
  while (extra.size() >= 4) {
    const auto size = *u16_at(extra, 2);
    if (u16_at(extra, 0) == kUnicodePath) return part_of(extra, 9, size < 5 ? 0 : size - 5U);
    extra.remove_prefix(std::min<std::size_t>(extra.size(), std::size_t{4} + size));
  }
  return {};
}

}  // namespace

Zip Zip::read(std::string_view bytes, std::size_t most) {
  Zip out;
  out.bytes_ = bytes;
  if (!out.read_directory(most)) {
    out.entries.clear();
    out.has_more = false;
    out.is_damaged = true;
    out.base_ = 0;
    out.read_headers(most);
  }
  return out;
}

bool Zip::read_directory(std::size_t most) {
  const auto tail = bytes_.size() > kEndSize + kMaxComment ? bytes_.size() - kEndSize - kMaxComment : 0;
  const auto end = bytes_.rfind(kEnd);
  if (end == std::string_view::npos || end < tail || end + kEndSize > bytes_.size()) return false;
  std::uint64_t count = *u16_at(bytes_, end + 10);
  std::uint64_t size = *u32_at(bytes_, end + 12);
  std::uint64_t offset = *u32_at(bytes_, end + 16);
  std::uint64_t after = end;  // where the directory ends
  if (end >= 20 && part_of(bytes_, end - 20, 4) == kEnd64Locator) {
    const auto at = u64_at(bytes_, end - 12);
    if (at && part_of(bytes_, *at, 4) == kEnd64) {
      count = u64_at(bytes_, *at + 32).value_or(0);
      size = u64_at(bytes_, *at + 40).value_or(0);
      offset = u64_at(bytes_, *at + 48).value_or(0);
      after = *at;
    }
  }
  if (size > after || offset > after - size) return false;
  base_ = after - size - offset;
  std::uint64_t at = base_ + offset;
  entries.reserve(static_cast<std::size_t>(std::min<std::uint64_t>({count, size / kCentralSize, most})));
  while (part_of(bytes_, at, 4) == kCentral) {
    if (entries.size() == most) {
      has_more = true;
      return true;
    }
    const auto head = part_of(bytes_, at, kCentralSize);
    if (head.size() < kCentralSize) return false;
    const auto flags = *u16_at(head, 8);
    const auto name_size = *u16_at(head, 28);
    const auto extra_size = *u16_at(head, 30);
    const auto comment_size = *u16_at(head, 32);
    ZipEntry entry{.name = part_of(bytes_, at + kCentralSize, name_size),
                   .method = *u16_at(head, 10),
                   .packed = *u32_at(head, 20),
                   .size = *u32_at(head, 24),
                   .header = *u32_at(head, 42)};
    entry.is_encrypted = (flags & (kEncryptedFlag | kMaskedFlag)) != 0 || entry.method == kAesMethod;
    const auto extra = part_of(bytes_, at + kCentralSize + name_size, extra_size);
    read_extra64(extra, entry);
    if (const auto name = unicode_name(extra); !name.empty()) entry.name = name;
    entries.push_back(entry);
    at += kCentralSize + name_size + extra_size + comment_size;
  }
  // A directory that lists less than it counts is no directory; entries that it does not list are what others may see.
  return entries.size() >= (count & 0xffffU) &&
         (!entries.empty() || bytes_.find(kLocal) == std::string_view::npos);
}

void Zip::read_headers(std::size_t most) {
  auto at = bytes_.find(kLocal);
  while (at != std::string_view::npos) {
    if (entries.size() == most) {
      has_more = true;
      return;
    }
    const auto head = part_of(bytes_, at, kLocalSize);
    if (head.size() < kLocalSize) return;
    const auto flags = *u16_at(head, 6);
    const auto name_size = *u16_at(head, 26);
    const auto extra_size = *u16_at(head, 28);
    ZipEntry entry{.name = part_of(bytes_, at + kLocalSize, name_size),
                   .method = *u16_at(head, 8),
                   .is_encrypted = (flags & kEncryptedFlag) != 0,
                   .packed = *u32_at(head, 18),
                   .size = *u32_at(head, 22),
                   .header = 0};
    read_extra64(part_of(bytes_, at + kLocalSize + name_size, extra_size), entry);
    entry.header = at;
    const std::uint64_t data = at + kLocalSize + name_size + extra_size;
    const bool is_open = (flags & kDescriptorFlag) != 0 && entry.packed == 0;
    const auto from = data + (is_open || entry.packed > bytes_.size() ? 0 : entry.packed);
    const auto next =
        from >= bytes_.size() ? std::string_view::npos : bytes_.find(kLocal, static_cast<std::size_t>(from));
    if (is_open)
      entry.packed =
          std::min<std::uint64_t>(next, bytes_.size()) - std::min<std::uint64_t>(data, bytes_.size());
    if (!entry.name.empty()) entries.push_back(entry);
    at = next;
  }
}

std::string_view Zip::before() const {
  if (is_damaged || !bytes_.starts_with(kLocal)) return {};
  std::uint64_t first = bytes_.size();
  for (const auto& entry : entries) first = std::min(first, base_ + entry.header);
  return entries.empty() ? std::string_view() : part_of(bytes_, 0, first);
}

const ZipEntry* Zip::find(std::string_view name) const {
  const auto found =
      std::ranges::find_if(entries, [&](const auto& entry) { return base::iequals(entry.name, name); });
  return found == entries.end() ? nullptr : &*found;
}

std::expected<Zip::Unpacked, Zip::Fault> Zip::unpack(const ZipEntry& entry, std::size_t most,
                                                     std::size_t ratio) const {
  if (entry.is_encrypted) return std::unexpected(Fault{.why = Unseen::encrypted});
  if (!entry.is_readable()) return std::unexpected(Fault{.why = Unseen::unsupported});
  if (entry.header > bytes_.size()) return std::unexpected(Fault{.why = Unseen::damaged});
  const auto at = base_ + entry.header;
  const auto head = part_of(bytes_, at, kLocalSize);
  if (head.size() < kLocalSize || !head.starts_with(kLocal))
    return std::unexpected(Fault{.why = Unseen::damaged});
  const auto data = at + kLocalSize + *u16_at(head, 26) + *u16_at(head, 28);
  const auto packed = part_of(bytes_, data, entry.packed);
  if (packed.size() != entry.packed) return std::unexpected(Fault{.why = Unseen::damaged});
  if (entry.method == 0)
    return Unpacked{
        .bytes = std::string(packed.substr(0, most)), .is_cut = packed.size() > most, .is_bomb = false};
  const auto by_ratio = std::max(kLargeEntry, packed.size() * ratio);
  auto unpacked = inflate(packed, Wrapping::none, entry.size, std::min(most, by_ratio));
  if (unpacked.is_damaged)
    return std::unexpected(Fault{.why = Unseen::damaged, .unpacked = unpacked.bytes.size()});
  return Unpacked{.bytes = std::move(unpacked.bytes),
                  .is_cut = unpacked.is_cut,
                  .is_bomb = unpacked.is_cut && by_ratio <= most};
}

}  // namespace rampart::guard::files
