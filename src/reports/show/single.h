// The pages of single messages that failed, and of what was set aside: for people, as JSON and as CSV.
#pragma once

#include <string>
#include <string_view>

#include "reports/archive/single_history.h"

namespace rampart::reports {

// `domain` is empty for all of them.
std::string format_failures(std::string_view domain, const FailureHistory& history);
std::string format_failures_json(std::string_view domain,
                                 const FailureHistory& history);  // "rampart.reports-failures/1"
std::string format_failures_csv(const FailureHistory& history);   // a line for each report

std::string format_aside(const AsideHistory& history);
std::string format_aside_json(const AsideHistory& history);  // "rampart.reports-aside/1"

}  // namespace rampart::reports
