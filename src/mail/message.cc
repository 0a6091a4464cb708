#include "mail/message.h"

#include <algorithm>
#include <numeric>

#include "base/text.h"

namespace rampart::mail {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

}  // namespace

base::Result<Message> Message::parse(std::string_view bytes) {
  Message out;
  out.header = TRY(read_header(bytes));
  out.body = bytes.substr(out.header.size);
  return out;
}

FieldIndex::Key FieldIndex::key_of(std::string_view name) {
  Key out{.begin = 0, .name = name};
  for (std::size_t i = 0; i < sizeof out.begin; ++i)
    out.begin = out.begin << 8U | (i < name.size() ? static_cast<unsigned char>(lower(name[i])) : 0U);
  return out;
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
  const auto found = std::ranges::equal_range(keys_, key_of(name),
                                              [](const Key& a, const Key& b) { return compare(a, b) < 0; });
  const auto at = static_cast<std::size_t>(found.begin() - keys_.begin());
  return std::span(places_).subspan(at, found.size());
}

}  // namespace rampart::mail
