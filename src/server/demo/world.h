// The invented country of the demo: who there is, what DNS says now and said three weeks ago, and whose keys sign. The zones are those of
// examples/portfolio with what the demo adds; the keys are made when it starts, and nothing of it leaves the process.
//
//   auto world = TRY(World::make());
//   world->zones(Then::now).resolve(…);
//   world->sign(message, "treasury.example", now)       // "DKIM-Signature: …\r\n"
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "crypto/sign_key.h"
#include "facts/zones.h"

namespace rampart::server::demo {

struct Organisation {
  std::string_view id;
  std::string_view name;
  std::string_view sector;
  std::string_view contact;   // an address
  std::string_view language;  // "en", "ur"
};

struct Domain {
  std::string_view name;          // as DNS has it
  std::string_view organisation;  // id
  std::string_view sends;         // "yes", "no"; empty: not said
  std::string_view note;
};

std::span<const Organisation> organisations();
std::span<const Domain> domains();

// The domains whose mail server the demo's guard stands beside.
std::span<const std::string_view> own_domains();

// When DNS began to be as it is now.
inline constexpr std::chrono::days kChangedBefore{9};

enum class Then : std::uint8_t { before, now };

class World {
 public:
  // Errors are of our own making (a zone that does not parse).
  static base::Result<std::unique_ptr<World>> make();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  [[nodiscard]] const facts::Zones& zones(Then then) const { return then == Then::now ? *now_ : *before_; }
  // As of a moment of the demo's month, which ends at `now`.
  [[nodiscard]] const facts::Zones& zones_at(base::Time moment, base::Time now) const {
    return zones(now - moment > kChangedBefore ? Then::before : Then::now);
  }
  // A DKIM-Signature field of a message by that domain; an error where the demo has no key of it.
  [[nodiscard]] base::Result<std::string> sign(std::string_view message, std::string_view domain,
                                               base::Time now) const;
  // The selector of all its keys.
  static constexpr std::string_view kSelector = "m1";

 private:
  World() = default;
  base::Result<> add_zones();

  std::map<std::string, crypto::SignKey, std::less<>> keys_;  // by domain
  std::unique_ptr<facts::Zones> before_;
  std::unique_ptr<facts::Zones> now_;
};

}  // namespace rampart::server::demo
