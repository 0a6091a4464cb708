#include "auth/tags.h"

#include <algorithm>

#include "base/text.h"

namespace rampart::auth {
namespace {

std::size_t offset_in(std::string_view text, std::string_view part) {
  return static_cast<std::size_t>(part.data() - text.data());
}

}  // namespace

std::vector<Tag> split_tags(std::string_view text) {
  std::vector<Tag> tags;
  tags.reserve(16);  // as many as records and signatures have, nearly all
  std::size_t begin = 0;
  while (begin <= text.size() && tags.size() < kMaxTags) {
    const auto end = std::min(text.find(';', begin), text.size());
    const auto piece = base::trim(text.substr(begin, end - begin));
    const bool final_piece = end == text.size();
    begin = end + 1;
    if (piece.empty()) {
      if (!final_piece) tags.push_back({{}, {}, end, end});
      continue;
    }
    const auto equals = piece.find('=');
    Tag tag{.name = {}, .value = piece, .position = offset_in(text, piece), .value_position = 0};
    if (equals != std::string_view::npos && equals > 0) {
      tag.name = base::trim(piece.substr(0, equals));
      tag.value = base::trim(piece.substr(equals + 1));
    }
    tag.value_position = tag.value.empty() ? tag.position : offset_in(text, tag.value);
    tags.push_back(tag);
  }
  return tags;
}

}  // namespace rampart::auth
