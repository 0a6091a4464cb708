// What the commands of `rampart reports` are told alike.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "dns/name.h"
#include "reports/archive/history.h"

namespace rampart::cli {

// Days since 1970, both inside.
struct ReportDays {
  std::int64_t from = 0;
  std::int64_t to = 0;  // today
};
// What --since means: "30d", or a day. Errors are of kind usage.
base::Result<ReportDays> report_days(const std::string& since);
inline constexpr std::int64_t kMaxSinceDays =
    3660;  // ten years, as 3660d; a day is taken for what it is. Ours
// What --since takes, for the help of each.
inline constexpr std::string_view kSinceHelp =
    "How far to look back, up to 3660d, or a day: 2026-11-01 [30d]";

// Where a page of these days shows nothing: what there is, and how it is shown. `what` is "reports of bank.example".
std::string nothing_shown(const std::string& what, const std::optional<reports::KnownDays>& known,
                          const ReportDays& days);
// The same of one domain of which no report is shown. Reports are of the domain whose record decides, which may be above it.
base::Result<std::string> nothing_of(store::Database& database, const dns::Name& domain,
                                     const ReportDays& days);

}  // namespace rampart::cli
