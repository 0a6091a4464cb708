// Dates of TLS reports: RFC 3339, as RFC 8460 section 4.4 asks, and what is written in its place.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace rampart::reports {

struct TlsDate {
  std::int64_t seconds = 0;  // since 1970
  bool exact = true;         // RFC 3339; otherwise one of the forms below
  bool day = false;          // a whole day was meant: `seconds` is its begin
};

// 2025-05-23T00:00:00Z, with a fraction, with another zone. Beside that: a blank for the T, no zone (UTC is meant), a zone without
// its colon, a day alone, seconds or milliseconds since 1970. Years are 1970 to 9999.
std::optional<TlsDate> parse_tls_date(std::string_view text);

}  // namespace rampart::reports
