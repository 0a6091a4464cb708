// What only reporters that do not count say (reporters.h): shown beside what is gone by, and in nobody's way.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "reports/advise/reporters.h"
#include "reports/advise/streams.h"

namespace rampart::reports::advice {

struct SaidAside {
  std::string
      source;  // the id of a legitimate source; empty: of addresses that no reporter that counts speaks of
  std::string name;  // of the source; empty as `source`
  std::uint64_t messages = 0;
  std::uint64_t failing = 0;  // of them: neither SPF nor DKIM passes aligned
  std::uint64_t addresses = 0;
  std::vector<std::string> reporters;  // who says so, in the order of their names; at most kMaxAsideNamed
  std::size_t more_reporters = 0;
};
inline constexpr std::size_t kMaxAsideNamed = 20;  // our own

// Of the days from `from` on: what fails of legitimate sources, and all of addresses that nobody else speaks of; most failing
// messages first.
std::vector<SaidAside> said_aside(const Heard& heard, std::span<const Stream> streams, std::int32_t from);

// "evil.example, other.example and 3 more".
std::string named(const SaidAside& said);

}  // namespace rampart::reports::advice
