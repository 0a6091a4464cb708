// Time as the decisions see it: seconds since 1970, UTC, always an input and never read from a clock inside a
// decision.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace rampart::base {

using Time = std::chrono::sys_seconds;

Time now();                                             // the system's clock; for drivers and providers only
std::string format_time(Time time);                     // 2026-11-23T08:00:00Z (RFC 3339)
std::optional<Time> parse_time(std::string_view text);  // exactly that form

}  // namespace rampart::base
