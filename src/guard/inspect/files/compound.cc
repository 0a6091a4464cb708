#include "guard/inspect/files/compound.h"

#include <algorithm>

#include "base/text.h"
#include "guard/inspect/files/bytes.h"
#include "guard/inspect/files/text.h"

namespace rampart::guard::files {
namespace {

// [MS-CFB] 2.1 to 2.6
constexpr std::string_view kSignature = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
constexpr std::uint32_t kMaxSector = 0xffff'fffa;  // higher numbers are marks
constexpr std::uint32_t kNoEntry = 0xffff'ffff;
constexpr std::size_t kHeaderFats = 109;
constexpr std::size_t kEntrySize = 128;
constexpr std::uint8_t kStorage = 1;
constexpr std::uint8_t kStream = 2;
constexpr std::uint8_t kRoot = 5;

}  // namespace

std::optional<Compound> Compound::read(std::string_view bytes) {
  Compound out;
  out.bytes_ = bytes;
  if (!bytes.starts_with(kSignature) || bytes.size() < 512) return std::nullopt;
  const auto shift = *u16_at(bytes, 30);
  const auto mini_shift = *u16_at(bytes, 32);
  if (shift < 7 || shift > 16 || mini_shift > shift || mini_shift < 4) return std::nullopt;
  out.sector_size_ = std::size_t{1} << shift;
  out.mini_size_ = std::size_t{1} << mini_shift;
  out.mini_cutoff_ = *u32_at(bytes, 56);
  out.read_fat();
  out.mini_fat_ = out.chain(*u32_at(bytes, 60), bytes.size());
  const auto directory = out.chain(*u32_at(bytes, 48), kMaxCompoundEntries * kEntrySize);
  out.has_more = directory.size() == kMaxCompoundEntries * kEntrySize;
  if (directory.size() < kEntrySize || static_cast<std::uint8_t>(directory[66]) != kRoot) return std::nullopt;
  out.mini_stream_ = out.chain(*u32_at(directory, 116), static_cast<std::size_t>(*u32_at(directory, 120)));
  out.read_entries(directory);
  // Where it stands in the file: the directory itself is a copy.
  out.root_class_id = part_of(out.sector(*u32_at(bytes, 48)), 80, 16);
  return out;
}

std::string_view Compound::sector(std::uint32_t number) const {
  return part_of(bytes_, (std::uint64_t{number} + 1) * sector_size_, sector_size_);
}

void Compound::read_fat() {
  const auto most = bytes_.size() / sector_size_;  // sectors that there can be
  fat_.reserve(most);
  std::size_t sectors = 0;
  const auto add = [&](std::uint32_t number) {
    if (number >= kMaxSector || ++sectors > most || fat_.size() > most) return;
    const auto bytes = sector(number);
    for (std::size_t i = 0; i + 4 <= bytes.size(); i += 4) fat_.push_back(*u32_at(bytes, i));
  };
  for (std::size_t i = 0; i < kHeaderFats; ++i) add(u32_at(bytes_, 76 + 4 * i).value_or(kNoEntry));
  auto next = *u32_at(bytes_, 68);
  for (std::size_t i = 0; i < most && next < kMaxSector; ++i) {
    const auto bytes = sector(next);
    if (bytes.size() < sector_size_) return;
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += 4) add(*u32_at(bytes, at));
    next = *u32_at(bytes, sector_size_ - 4);
  }
}

std::string Compound::chain(std::uint32_t start, std::size_t most) const {
  std::string out;
  std::size_t steps = 0;
  for (auto at = start; at < kMaxSector && out.size() < most && steps <= fat_.size(); ++steps) {
    const auto bytes = sector(at);
    if (bytes.empty()) break;
    out += bytes;
    if (at >= fat_.size()) break;
    at = fat_[at];
  }
  if (out.size() > most) out.resize(most);
  return out;
}

std::string Compound::stream(const CompoundEntry& entry, std::size_t most) const {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>({entry.size, most, bytes_.size()}));
  if (!entry.is_stream) return {};
  if (entry.size >= mini_cutoff_) return chain(entry.start, size);
  std::string out;
  std::size_t steps = 0;
  for (std::uint64_t at = entry.start; at < kMaxSector && out.size() < size && steps <= mini_fat_.size() / 4;
       ++steps) {
    const auto bytes = part_of(mini_stream_, at * mini_size_, mini_size_);
    if (bytes.empty()) break;
    out += bytes;
    const auto next = u32_at(mini_fat_, at * 4);
    if (!next) break;
    at = *next;
  }
  if (out.size() > size) out.resize(size);
  return out;
}

void Compound::read_entries(std::string_view directory) {
  const auto count = directory.size() / kEntrySize;
  struct Todo {
    std::uint32_t number;
    std::string parent;
    std::size_t depth;
  };
  std::vector<bool> seen(count);
  std::vector<Todo> todo;
  todo.push_back({.number = *u32_at(directory, 76), .parent = {}, .depth = 0});
  seen[0] = true;
  while (!todo.empty()) {
    auto [number, parent, depth] = std::move(todo.back());
    todo.pop_back();
    if (number >= count || seen[number]) continue;
    seen[number] = true;
    const auto raw = directory.substr(std::size_t{number} * kEntrySize, kEntrySize);
    const auto type = static_cast<std::uint8_t>(raw[66]);
    todo.push_back({.number = *u32_at(raw, 68), .parent = parent, .depth = depth});
    todo.push_back({.number = *u32_at(raw, 72), .parent = parent, .depth = depth});
    if (type != kStorage && type != kStream) continue;
    const auto name_size = std::min<std::size_t>(*u16_at(raw, 64), 64);
    CompoundEntry entry{.path = {},
                        .name = from_utf16(raw.substr(0, name_size < 2 ? 0 : name_size - 2)),
                        .is_stream = type == kStream,
                        .size = *u32_at(raw, 120),
                        .start = *u32_at(raw, 116)};

    entry.path = parent.empty() ? entry.name : parent + "/" + entry.name;
    if (type == kStorage && depth == kMaxCompoundDepth) has_more = true;
    if (type == kStorage && depth < kMaxCompoundDepth)
      todo.push_back({.number = *u32_at(raw, 76), .parent = entry.path, .depth = depth + 1});
    entries.push_back(std::move(entry));
  }
}

const CompoundEntry* Compound::find(std::string_view path_end) const {
  const auto found = std::ranges::find_if(entries, [&](const CompoundEntry& entry) {
    const std::string_view path = entry.path;
    if (path.size() < path_end.size()) return false;
    const auto at = path.size() - path_end.size();
    return base::iequals(path.substr(at), path_end) && (at == 0 || path[at - 1] == '/');
  });
  return found == entries.end() ? nullptr : &*found;
}

}  // namespace rampart::guard::files
