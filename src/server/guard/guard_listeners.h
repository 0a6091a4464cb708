// Where the guard listens, which a reload may change while mail is under way.
//
//   auto change = TRY(listeners.prepare(settings.listen, settings.socket_mode));   // opens what is new, and changes nothing else
//   listeners.apply(std::move(change), serve, leave);
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "guard/milter/listener.h"

namespace rampart::server {

class GuardListeners {
 public:
  struct Place {
    std::string setting;                                      // as the configuration says it
    std::shared_ptr<const guard::milter::Listener> listener;  // shared with the loops that are told of it
  };
  struct Change {
    std::vector<Place> added;
    std::vector<std::string> stay;  // settings
  };
  // An error, of kind config or io, where one of them cannot be opened: none of the new ones is then.
  [[nodiscard]] base::Result<Change> prepare(const std::vector<guard::milter::ListenAddress>& wanted,
                                             unsigned mode) const;
  void apply(Change change, const std::function<void(const Place&)>& serve,
             const std::function<void(const Place&)>& leave);

  [[nodiscard]] const std::vector<Place>& places() const { return places_; }
  // The sockets of the file system go.
  void clear() { places_.clear(); }

 private:
  std::vector<Place> places_;
};

}  // namespace rampart::server
