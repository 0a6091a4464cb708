#include "guard/inspect/files/zip_directory.h"

#include <algorithm>
#include <array>

#include <zlib.h>

#include "guard/inspect/files/bytes.h"

namespace rampart::guard::files {
namespace {

constexpr std::string_view kLocal("PK\x03\x04", 4);
constexpr std::string_view kCentral("PK\x01\x02", 4);
constexpr std::string_view kEnd("PK\x05\x06", 4);
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kCentralSize = 46;
constexpr std::size_t kLocalSize = 30;
constexpr std::size_t kMaxComment = 65'535;
constexpr std::uint16_t kStored = 0;
constexpr std::uint16_t kDeflated = 8;
constexpr std::size_t kPiece = 65'536;

// The last one: behind it only its comment stands.
std::size_t find_end(std::string_view bytes) {
  const auto from = bytes.size() - std::min(bytes.size(), kEndSize + kMaxComment);
  const auto at = bytes.substr(from).rfind(kEnd);
  return at == std::string_view::npos ? at : from + at;
}

void read_central(std::string_view bytes, std::uint64_t at, std::size_t end, std::uint64_t shift, ZipDirectory& out) {
  while (out.entries.size() < kMaxZipEntries && stands_at(bytes, at, kCentral) && holds(bytes, at, kCentralSize)) {
    ZipEntry entry;
    const std::uint64_t name = u16(bytes, at + 28);
    entry.is_encrypted = (u16(bytes, at + 8) & 1U) != 0;
    entry.method = u16(bytes, at + 10);
    entry.packed = u32(bytes, at + 20);
    entry.size = u32(bytes, at + 24);
    entry.offset = u32(bytes, at + 42) + shift;
    entry.name = slice(bytes, at + kCentralSize, name);
    out.entries.push_back(entry);
    at += kCentralSize + name + u16(bytes, at + 30) + u16(bytes, at + 32);
  }
  out.is_whole = !out.entries.empty() && at <= end && !stands_at(bytes, at, kCentral);
}

void read_local(std::string_view bytes, ZipDirectory& out) {
  for (auto at = bytes.find(kLocal); at != std::string_view::npos && out.entries.size() < kMaxZipEntries;) {
    if (!holds(bytes, at, kLocalSize)) return;
    ZipEntry entry;
    const std::uint64_t name = u16(bytes, at + 26);
    entry.is_encrypted = (u16(bytes, at + 6) & 1U) != 0;
    entry.method = u16(bytes, at + 8);
    entry.packed = u32(bytes, at + 18);
    entry.size = u32(bytes, at + 22);
    entry.offset = at;
    entry.name = slice(bytes, at + kLocalSize, name);
    const auto data = at + kLocalSize + name + u16(bytes, at + 28);
    // A size of 0 may stand behind the data instead (4.3.9).
    if (entry.packed == 0 && data < bytes.size()) entry.packed = bytes.size() - data;
    out.entries.push_back(entry);
    const auto behind = u32(bytes, at + 18) != 0 ? data + u32(bytes, at + 18) : data;
    at = behind < bytes.size() ? bytes.find(kLocal, behind) : std::string_view::npos;
  }
}

Inflated inflate_with(std::string_view packed, std::size_t most, int window) {
  Inflated out;
  z_stream stream{};
  if (::inflateInit2(&stream, window) != Z_OK) return out;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(std::min<std::size_t>(packed.size(), UINT32_MAX));
  std::array<char, kPiece> piece;
  int state = Z_OK;
  while (state == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = piece.size();
    state = ::inflate(&stream, Z_NO_FLUSH);
    const auto got = piece.size() - stream.avail_out;
    const auto room = most - out.bytes.size();
    out.bytes.append(piece.data(), std::min(got, room));
    if (got > room) {
      out.is_over = true;
      break;
    }
    if (got == 0 && state == Z_OK && stream.avail_in == 0) break;
  }
  out.is_whole = state == Z_STREAM_END && !out.is_over;
  ::inflateEnd(&stream);
  return out;
}

}  // namespace

ZipDirectory zip_directory(std::string_view bytes) {
  ZipDirectory out;
  const auto end = find_end(bytes);
  if (end != std::string_view::npos && holds(bytes, end, kEndSize)) {
    const std::uint64_t size = u32(bytes, end + 12);
    const std::uint64_t offset = u32(bytes, end + 16);
    // Bytes before the archive move all that it points to.
    const auto begin = size <= end ? end - size : end;
    const auto shift = begin >= offset ? begin - offset : 0;
    out.entries.reserve(std::min<std::size_t>(u16(bytes, end + 10), kMaxZipEntries));
    read_central(bytes, offset + shift, end, shift, out);
  }
  if (out.entries.empty()) read_local(bytes, out);
  return out;
}

Inflated inflate_raw(std::string_view packed, std::size_t most) { return inflate_with(packed, most, -MAX_WBITS); }
Inflated inflate_zlib(std::string_view packed, std::size_t most) { return inflate_with(packed, most, MAX_WBITS); }

std::optional<std::string> unzip(std::string_view bytes, const ZipEntry& entry, std::size_t most) {
  if (entry.is_encrypted || !stands_at(bytes, entry.offset, kLocal)) return std::nullopt;
  const auto data = entry.offset + kLocalSize + u16(bytes, entry.offset + 26) + u16(bytes, entry.offset + 28);
  const auto packed = slice(bytes, data, entry.packed);
  if (entry.method == kStored)
    return packed.size() <= most && packed.size() == entry.packed ? std::optional(std::string(packed)) : std::nullopt;
  if (entry.method != kDeflated) return std::nullopt;
  auto out = inflate_raw(packed, most);
  return out.is_whole ? std::optional(std::move(out.bytes)) : std::nullopt;
}

}  // namespace rampart::guard::files
