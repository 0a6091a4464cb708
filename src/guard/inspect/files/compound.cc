#include "guard/inspect/files/compound.h"

#include <algorithm>

#include "base/text.h"
#include "guard/inspect/files/bytes.h"
#include "guard/inspect/files/utf16.h"

namespace rampart::guard::files {
namespace {

constexpr std::string_view kSignature("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8);
constexpr std::size_t kHeader = 512;
constexpr std::size_t kEntry = 128;
constexpr std::size_t kClassIdAt = 0x50;
constexpr std::size_t kClassId = 16;
constexpr std::uint32_t kLastSector = 0xfffffffa;  // MAXREGSECT: what is above is no sector
constexpr std::uint32_t kNoEntry = 0xffffffff;
constexpr std::uint32_t kInHeader = 109;  // sectors of the table that the header names
constexpr std::size_t kMaxMini = std::size_t{32} << 20U;

enum Kind : std::uint8_t { kStorage = 1, kStream = 2, kRoot = 5 };

}  // namespace

std::string_view Compound::sector(std::uint32_t number) const {
  return slice(bytes_, (std::uint64_t{number} + 1) << shift_, std::uint64_t{1} << shift_);
}

std::uint32_t Compound::next(std::uint32_t number) const {
  return number < table_.size() ? table_[number] : kNoEntry;
}

// The sectors from `start`, up to `size` bytes, and never more of them than the file has.
std::string Compound::chain(std::uint32_t start, std::uint64_t size) const {
  std::string out;
  const auto most = std::min<std::uint64_t>(size, bytes_.size());
  out.reserve(most);
  std::size_t left = table_.size();
  for (auto at = start; at < kLastSector && out.size() < most && left != 0; at = next(at), --left) {
    const auto piece = sector(at);
    if (piece.empty()) break;
    out += piece.substr(0, most - out.size());
  }
  return out;
}

void Compound::read_table() {
  const std::size_t per_sector = (std::size_t{1} << shift_) / 4;
  const std::size_t sectors = (bytes_.size() >> shift_) + 1;
  const auto take = [&](std::uint32_t number) {
    const auto piece = sector(number);
    if (number >= kLastSector || piece.empty()) return;
    for (std::size_t i = 0; i + 4 <= piece.size() && table_.size() < sectors; i += 4) table_.push_back(u32(piece, i));
  };
  table_.reserve(sectors);
  const auto count = std::min<std::uint64_t>(u32(bytes_, 0x2c), sectors);
  for (std::uint32_t i = 0; i < kInHeader && i < count; ++i) take(u32(bytes_, 0x4c + 4 * std::uint64_t{i}));
  // Further ones are named by sectors of their own, a chain.
  auto at = u32(bytes_, 0x44);
  for (std::size_t left = sectors; at < kLastSector && left != 0 && table_.size() < sectors; --left) {
    const auto piece = sector(at);
    if (piece.size() < per_sector * 4) {
      is_damaged_ = true;
      break;
    }
    for (std::size_t i = 0; i + 1 < per_sector; ++i) take(u32(piece, 4 * i));
    at = u32(piece, 4 * (per_sector - 1));
  }
}

void Compound::read_directory() {
  const auto directory = chain(u32(bytes_, 0x30), kMaxCompoundEntries * kEntry);
  const std::size_t count = directory.size() / kEntry;
  if (count == 0) {
    is_damaged_ = true;
    return;
  }
  const auto record = [&](std::uint32_t i) { return std::string_view(directory).substr(i * kEntry, kEntry); };
  const auto root = record(0);
  class_id_ = root.substr(kClassIdAt, kClassId);
  const auto mini_size = std::min<std::uint64_t>(u32(root, 0x78), kMaxMini);
  mini_ = chain(u32(root, 0x74), mini_size);
  mini_table_ = chain(u32(bytes_, 0x3c), std::uint64_t{u32(bytes_, 0x40)} << shift_);

  struct Open {
    std::uint32_t id;
    std::string folder;
    std::size_t depth;
  };
  std::vector<bool> seen(count);
  std::vector<Open> open;
  open.push_back({u32(root, 0x4c), {}, 0});
  while (!open.empty()) {
    auto [id, folder, depth] = std::move(open.back());
    open.pop_back();
    if (id == kNoEntry) continue;
    if (id >= count || seen[id]) {
      is_damaged_ = true;
      continue;
    }
    seen[id] = true;
    const auto one = record(id);
    open.push_back({u32(one, 0x44), folder, depth});
    open.push_back({u32(one, 0x48), folder, depth});
    const auto kind = u8(one, 0x42);
    if (kind != kStorage && kind != kStream) continue;
    const std::size_t name_size = std::min<std::size_t>(u16(one, 0x40), 64);
    Entry entry;
    entry.path = folder + utf16_text(one.substr(0, name_size < 2 ? 0 : name_size - 2));
    entry.is_storage = kind == kStorage;
    entry.class_id = one.substr(kClassIdAt, kClassId);
    entry.start = u32(one, 0x74);
    entry.size = shift_ == 9 ? u32(one, 0x78) : u64(one, 0x78);
    if (entry.is_storage && depth + 1 < kMaxCompoundDepth) open.push_back({u32(one, 0x4c), entry.path + "/", depth + 1});
    entries_.push_back(std::move(entry));
  }
}

std::optional<Compound> Compound::open(std::string_view bytes) {
  if (!bytes.starts_with(kSignature) || bytes.size() < kHeader) return std::nullopt;
  Compound out;
  out.bytes_ = bytes;
  out.shift_ = u16(bytes, 0x1e);
  out.mini_shift_ = u16(bytes, 0x20);
  out.cutoff_ = u32(bytes, 0x38);
  // [MS-CFB] 2.2: 512 or 4096 bytes, and 64.
  if ((out.shift_ != 9 && out.shift_ != 12) || out.mini_shift_ != 6) {
    out.is_damaged_ = true;
    out.shift_ = out.shift_ == 12 ? 12 : 9;
    out.mini_shift_ = 6;
  }
  out.entries_.reserve(64);
  out.read_table();
  out.read_directory();
  return out;
}

const Compound::Entry* Compound::find(std::string_view path) const {
  const auto found = std::ranges::find_if(entries_, [&](const Entry& e) { return base::iequals(e.path, path); });
  return found == entries_.end() ? nullptr : &*found;
}

std::string Compound::read(const Entry& entry, std::size_t most) const {
  const auto size = std::min<std::uint64_t>(entry.size, most);
  if (entry.is_storage || size == 0) return {};
  if (entry.size >= cutoff_) return chain(entry.start, size);
  std::string out;
  out.reserve(std::min<std::uint64_t>(size, mini_.size()));
  std::size_t left = (mini_.size() >> mini_shift_) + 1;
  for (auto at = entry.start; at < kLastSector && out.size() < size && left != 0; --left) {
    const auto piece = slice(mini_, std::uint64_t{at} << mini_shift_, std::uint64_t{1} << mini_shift_);
    if (piece.empty()) break;
    out += piece.substr(0, size - out.size());
    if (!holds(mini_table_, std::uint64_t{at} * 4, 4)) break;
    at = u32(mini_table_, std::uint64_t{at} * 4);
  }
  return out;
}

}  // namespace rampart::guard::files
