#include "mail/message.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>

#include "base/text.h"

namespace rampart::mail {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

// Eight bytes at once: of a byte from A to Z, the sum with the one constant carries into its high bit and that with the
// other does not.
std::uint64_t lower(std::uint64_t bytes) {
  constexpr std::uint64_t kEach = 0x0101010101010101;
  const auto seven = bytes & 0x7f * kEach;
  const auto from_a = seven + (0x80 - 'A') * kEach;
  const auto behind_z = seven + (0x7f - 'Z') * kEach;
  const auto upper = ~bytes & (from_a ^ behind_z) & 0x80 * kEach;
  return bytes | upper >> 2U;
}

}  // namespace

base::Result<Message> Message::parse(std::string_view bytes) {
  Message out;
  out.header = TRY(read_header(bytes));
  out.body = bytes.substr(out.header.size);
  return out;
}

FieldIndex::Key FieldIndex::key_of(std::string_view name) {
  std::uint64_t begin = 0;
  if (name.size() >= sizeof begin) {
    std::memcpy(&begin, name.data(), sizeof begin);
  } else {
    std::memcpy(&begin, name.data(), name.size());
  }
  if constexpr (std::endian::native == std::endian::little) begin = __builtin_bswap64(begin);
  return {.begin = lower(begin), .name = name};
}

// As strings in lower case compare; no name has a zero byte.
int FieldIndex::compare(const Key& a, const Key& b) {
  if (a.begin != b.begin) return a.begin < b.begin ? -1 : 1;
  const auto shared = std::min(a.name.size(), b.name.size());
  for (auto i = sizeof a.begin; i < shared; ++i) {
    const auto x = static_cast<unsigned char>(lower(a.name[i]));
    const auto y = static_cast<unsigned char>(lower(b.name[i]));
    if (x != y) return x < y ? -1 : 1;
  }
  return a.name.size() == b.name.size() ? 0 : a.name.size() < b.name.size() ? -1 : 1;
}

FieldIndex::FieldIndex(const Header& header) : places_(header.fields.size()) {
  std::vector<Key> keys;
  keys.reserve(places_.size());
  for (const auto& field : header.fields) keys.push_back(key_of(field.name));
  std::iota(places_.begin(), places_.end(), 0U);
  std::ranges::sort(places_, [&](std::uint32_t a, std::uint32_t b) {
    const int order = compare(keys[a], keys[b]);
    return order != 0 ? order < 0 : a < b;
  });
  keys_.reserve(places_.size());
  for (const auto place : places_) keys_.push_back(keys[place]);
}

std::span<const std::uint32_t> FieldIndex::find(std::string_view name) const {
  const auto key = key_of(name);
  const auto less = [](const Key& a, const Key& b) { return compare(a, b) < 0; };
  const auto first = std::ranges::lower_bound(keys_, key, less);
  if (first == keys_.end() || compare(*first, key) != 0) return {};
  const auto behind = std::ranges::upper_bound(std::next(first), keys_.end(), key, less);
  return std::span(places_).subspan(static_cast<std::size_t>(first - keys_.begin()),
                                    static_cast<std::size_t>(behind - first));
}

std::vector<std::string_view> FieldIndex::repeated() const {
  std::vector<std::string_view> out;
  for (std::size_t i = 1; i < keys_.size(); ++i) {
    if (compare(keys_[i - 1], keys_[i]) != 0) continue;
    if (out.empty() || !base::iequals(out.back(), keys_[i].name)) out.push_back(keys_[i].name);
  }
  return out;
}

}  // namespace rampart::mail
