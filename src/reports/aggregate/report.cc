#include "reports/aggregate/report.h"

#include <algorithm>

namespace rampart::reports {

std::uint64_t Report::messages() const {
  std::uint64_t out = 0;
  for (const auto& row : rows) out = std::min(out + row.count, kMaxSum);
  return out;
}

}  // namespace rampart::reports
