#include "mail/message.h"

#include <algorithm>
#include <numeric>

#include "base/text.h"

namespace rampart::mail {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

// As strings in lower case compare.
int compare(std::string_view a, std::string_view b) {
  const auto shared = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < shared; ++i) {
    const auto x = static_cast<unsigned char>(lower(a[i]));
    const auto y = static_cast<unsigned char>(lower(b[i]));
    if (x != y) return x < y ? -1 : 1;
  }
  return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
}

}  // namespace

base::Result<Message> Message::parse(std::string_view bytes) {
  Message out;
  out.header = TRY(read_header(bytes));
  out.body = bytes.substr(out.header.size);
  return out;
}

FieldIndex::FieldIndex(const Header& header) : header_(&header), places_(header.fields.size()) {
  std::iota(places_.begin(), places_.end(), 0U);
  std::ranges::sort(places_, [&](std::uint32_t a, std::uint32_t b) {
    const int order = compare(header.fields[a].name, header.fields[b].name);
    return order != 0 ? order < 0 : a < b;
  });
}

std::span<const std::uint32_t> FieldIndex::find(std::string_view name) const {
  const auto found = std::ranges::equal_range(
      places_, name, [](std::string_view a, std::string_view b) { return compare(a, b) < 0; },
      [&](std::uint32_t place) { return header_->fields[place].name; });
  return {found.begin(), found.end()};
}

}  // namespace rampart::mail
