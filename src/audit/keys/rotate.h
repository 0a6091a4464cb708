// Carries out what a domain's DKIM keys need next (auth/dkim/rotation.h): makes keys, publishes records, looks whether every
// server has them, and writes each step down before the next.
//
//   keys::Rotation rotation{.folder = folder, .records = zone, .rules = {}, .now = clock, .say = print};
//   const auto end = rotation.run(domain, types);      // Result<RotationEnd>
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "auth/dkim/rotation.h"
#include "crypto/key_folder.h"

namespace rampart::audit::keys {

// What came of a record that shall stand somewhere.
struct PutEnd {
  bool everywhere = false;         // every server of the zone serves it
  std::string why;                 // unless everywhere
  std::chrono::seconds settle{0};  // how long caches may hold what stood there before
};

// Where key records stand.
class Records {
 public:
  virtual ~Records() = default;
  // Makes the name's key record be this text (no change where it is already), and looks at every server of its zone.
  virtual base::Result<PutEnd> put(const dns::Name& name, const std::string& text) = 0;
};

struct RotationEnd {
  std::optional<base::Time>
      due;            // when there is something to do again; nothing: as soon as the world has changed
  std::string waits;  // what the world has to change, or an empty text
};

struct Rotation {
  const crypto::KeyFolder& folder;
  Records& records;
  dkim::RotationRules rules;
  unsigned bits = 2048;                                   // of RSA keys
  std::function<base::Time()> now;                        // the schedule's clock
  std::function<base::Result<>(const std::string&)> say;  // one clause for each step that was done

  // Goes on until nothing is to be done now. `at_once`: keys are replaced whatever their age.
  base::Result<RotationEnd> run(dkim::ManagedDomain& domain, const std::vector<dkim::KeyType>& types,
                                bool at_once);

 private:
  struct Done {
    bool more = false;  // there may be another step
    RotationEnd end;
  };
  base::Result<Done> step(dkim::ManagedDomain& domain, const dkim::RotationStep& next);
  base::Result<> save(const dkim::ManagedDomain& domain);
};

// What an earlier run has begun and not ended: keys that are written down and not made. `bits` of RSA.
base::Result<> complete_keys(const crypto::KeyFolder& folder, dkim::ManagedDomain& domain, unsigned bits);

// A new key of the domain, written down before it is made, so that no private key is ever there that nobody knows of.
base::Result<crypto::SignKey> make_key(const crypto::KeyFolder& folder, dkim::ManagedDomain& domain,
                                       const std::string& selector, dkim::KeyType type, unsigned bits,
                                       base::Time now);

// The domain's list in the folder; an empty one where there is none yet.
base::Result<dkim::ManagedDomain> read_domain(const crypto::KeyFolder& folder, const dns::Name& domain);
base::Result<> write_domain(const crypto::KeyFolder& folder, const dkim::ManagedDomain& domain);

}  // namespace rampart::audit::keys
