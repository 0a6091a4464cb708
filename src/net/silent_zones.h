// Zones from which nothing comes: name servers that are gone.
//
// A resolver that waits for them says nothing either, so every question costs all its tries, and a domain asks
// several rounds of them. When so many questions in a row stayed without a reply that loss cannot be the cause,
// further ones still get all their tries, but short ones; the first reply ends that.
#pragma once

#include <chrono>
#include <cstddef>

#include <boost/unordered/unordered_flat_map.hpp>

#include "dns/name.h"

namespace rampart::net {

class SilentZones {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Our own. With 1 % of packets lost and four tries, eight questions fail by chance once in 10^64.
  static constexpr unsigned kAfter = 8;
  static constexpr std::chrono::seconds kRemembered{60};
  static constexpr std::size_t kMost = 10'000;  // zones; beyond it all are forgotten

  // A question stayed without a reply in all its tries.
  void failed(const dns::Name& asked, Time now);
  void replied(const dns::Name& asked);
  [[nodiscard]] bool contains(const dns::Name& asked, Time now) const;

 private:
  struct Zone {
    unsigned failed = 0;  // questions in a row
    Time last{};
  };
  boost::unordered_flat_map<dns::Name, Zone, std::hash<dns::Name>> zones_;  // by registered domain
};

}  // namespace rampart::net
