// Of what time a report speaks, and what the name of its file says of that.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "reports/defect.h"

namespace rampart::reports {

// Our own.
inline constexpr std::int64_t kMaxPeriod = std::int64_t{400} * 86400;  // seconds
inline constexpr std::int64_t kAhead = std::int64_t{2} * 86400;        // seconds; of a clock that is wrong
inline constexpr std::int64_t kMillisecondsFrom = 100'000'000'000;     // as seconds that is the year 5138

// Seconds since 1970, both inside.
struct Period {
  std::int64_t begin = 0;
  std::int64_t end = 0;

  friend bool operator==(const Period&, const Period&) = default;
};

// receiver!policy-domain!begin!end[!id].extension (RFC 9990 section 3.5.1, RFC 8460 section 5.1), with any path before it.
std::optional<Period> period_of_name(std::string_view name);

// Such a name. An empty id is left out.
struct FileName {
  std::string receiver;
  std::string domain;
  Period period;
  std::string id;         // letters and digits
  std::string extension;  // "xml.gz"

  [[nodiscard]] std::string text() const;
};

// What a report says of its period, with what its file's name says where it says nothing. Errors are of kind input: no time, a
// time more than kAhead after `now`, more than kMaxPeriod.
base::Result<Period> settle_period(std::optional<std::int64_t> begin, std::optional<std::int64_t> end,
                                   std::string_view file_name, base::Time now, DefectNotes& defects);

}  // namespace rampart::reports
