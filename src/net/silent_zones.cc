#include "net/silent_zones.h"

#include "dns/domain.h"

namespace rampart::net {
namespace {

dns::Name zone_of(const dns::Name& asked) { return dns::registered_domain(asked).value_or(asked); }

}  // namespace

void SilentZones::failed(const dns::Name& asked, Time now) {
  if (zones_.size() >= kMost) zones_.clear();
  auto& zone = zones_[zone_of(asked)];
  if (now - zone.last > kRemembered) zone.failed = 0;
  ++zone.failed;
  zone.last = now;
}

void SilentZones::replied(const dns::Name& asked) {
  if (!zones_.empty()) zones_.erase(zone_of(asked));
}

bool SilentZones::contains(const dns::Name& asked, Time now) const {
  if (zones_.empty()) return false;
  const auto found = zones_.find(zone_of(asked));
  return found != zones_.end() && found->second.failed >= kAfter && now - found->second.last <= kRemembered;
}

}  // namespace rampart::net
