#include "reports/settings.h"

#include <array>

namespace rampart::reports {
namespace {

using base::Setting;
using base::SettingType;

constexpr std::int64_t kDayMs = std::int64_t{24} * 3600 * 1000;

constexpr std::array kSettings{
    Setting{
        .key = "reports.keep",
        .type = SettingType::duration,
        .standard = "\"400d\"",
        .brief = "How long reports are kept",
        .detail = "From the end of the time that a report speaks of, or from when it was read where that is "
                  "later, so "
                  "that a backlog is not gone as soon as it was imported. What is older goes after each "
                  "import, and with "
                  "rampart reports prune. 400 days show mail that is sent once a year, which rampart advise "
                  "looks for: "
                  "with less it cannot see such senders.",
        .option = "--keep",
        .value_name = "TIME",
        .min = kDayMs,
        .max = 36'600 * kDayMs,
    },
};

}  // namespace

std::span<const Setting> settings() { return kSettings; }

}  // namespace rampart::reports
