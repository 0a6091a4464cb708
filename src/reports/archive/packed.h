// A report's rows as a short text: numbers of the store, in base64.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rampart::reports {

struct PackedRow {
  std::int64_t address = 0;
  std::int64_t outcome = 0;
  std::int64_t count = 0;

  friend auto operator<=>(const PackedRow&, const PackedRow&) = default;
};

// Of rows in ascending order.
std::string pack(const std::vector<PackedRow>& rows);
// What pack() made; nothing for any other text.
std::optional<std::vector<PackedRow>> unpack_rows(std::string_view text);

}  // namespace rampart::reports
