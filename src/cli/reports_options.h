// What the commands of `rampart reports` are told alike.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace rampart::cli {

// Days since 1970, both inside.
struct ReportDays {
  std::int64_t from = 0;
  std::int64_t to = 0;  // today
};
// What --since means: "30d", or a day. Errors are of kind usage.
base::Result<ReportDays> report_days(const std::string& since);

}  // namespace rampart::cli
