// Whether a report is there as it was sent or as another program's export has it, and what such an export keeps of its identity.
//
// parsedmarc (its exports are read by parsedmarc/reader.h) takes < and > and all behind an @ off a report's id, names the policy's
// defaults as if they had been published, and, until its version 9, writes times in the zone of its machine. So the same report by
// both ways has another text, and mostly another period; what is left to compare is its reporter, the rest of its id, its domain,
// about when it was, and the addresses in it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "reports/period.h"

namespace rampart::reports {

enum class Fidelity : std::uint8_t {
  csv_export = 0,  // numbers stand in the store
  json_export = 1,
  original = 2,
};

// Of a report's id, what an export keeps.
inline std::string exported_id(std::string_view id) {
  std::string out(id.substr(0, id.find('@')));
  std::erase_if(out, [](char c) { return c == '<' || c == '>'; });
  return out;
}

// Whether two periods may be the same one, one of them in a zone that was not said: offsets from UTC go from -12 to +14 hours, and
// a change to or from summer time within makes it an hour longer or shorter.
inline bool may_be_same(const Period& a, const Period& b) {
  constexpr std::int64_t kHour = 3600;
  const auto off = [](std::int64_t x, std::int64_t y) { return x < y ? y - x : x - y; };
  return off(a.begin, b.begin) <= 14 * kHour && off(a.end - a.begin, b.end - b.begin) <= kHour + 1;
}

}  // namespace rampart::reports
