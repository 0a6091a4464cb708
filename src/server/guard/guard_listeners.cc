#include "server/guard/guard_listeners.h"

#include <algorithm>

namespace rampart::server {

base::Result<GuardListeners::Change> GuardListeners::prepare(
    const std::vector<guard::milter::ListenAddress>& wanted, unsigned mode) const {
  Change out;
  for (const auto& address : wanted) {
    auto setting = address.text();
    if (std::ranges::find(places_, setting, &Place::setting) != places_.end()) {
      out.stay.push_back(std::move(setting));
      continue;
    }
    auto listener = TRY(guard::milter::Listener::open(address, mode));
    out.added.push_back({.setting = std::move(setting),
                         .listener = std::make_shared<const guard::milter::Listener>(std::move(listener))});
  }
  return out;
}

void GuardListeners::apply(Change change, const std::function<void(const Place&)>& serve,
                           const std::function<void(const Place&)>& leave) {
  std::erase_if(places_, [&](const Place& place) {
    if (std::ranges::find(change.stay, place.setting) != change.stay.end()) return false;
    leave(place);
    return true;
  });
  for (auto& place : change.added) {
    serve(place);
    places_.push_back(std::move(place));
  }
}

}  // namespace rampart::server
