#include "reports/archive/days.h"

#include <algorithm>

namespace rampart::reports {

Days::Days(std::int64_t first, std::int64_t last) {
  const auto day_of = [](std::int64_t second) {
    return second >= 0 ? second / kDay : (second - kDay + 1) / kDay;
  };
  auto end = std::max(last, first) + 1;  // behind the range
  if (last > first && last % kDay == 0) end = last;
  std::int64_t before = 0;
  for (auto day = day_of(first); day <= day_of(end - 1); ++day) {
    before += std::min(end, (day + 1) * kDay) - std::max(first, day * kDay);
    shares_.push_back({day, before});
  }
}

}  // namespace rampart::reports
