// The tags of fields that we signed ourselves: "v=1; id=…; until=…; sig=…".
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "base/text.h"

namespace rampart::guard {

// The values of `names`, each there once and in this order; a relay may have folded the field otherwise. Views of `text`, which is
// unfolded. Nothing of any other text, and of one longer than `most`.
template <std::size_t Count>
std::optional<std::array<std::string_view, Count>> read_tags(std::string_view text,
                                                             const std::array<std::string_view, Count>& names,
                                                             std::size_t most) {
  if (text.size() > most) return std::nullopt;
  const auto parts = base::split(text, ';');
  if (parts.size() != Count) return std::nullopt;
  std::array<std::string_view, Count> values;
  for (std::size_t at = 0; at < Count; ++at) {
    const auto part = base::trim(parts[at]);
    const auto equals = part.find('=');
    if (equals == std::string_view::npos || part.substr(0, equals) != names[at]) return std::nullopt;
    values[at] = part.substr(equals + 1);
  }
  return values;
}

}  // namespace rampart::guard
