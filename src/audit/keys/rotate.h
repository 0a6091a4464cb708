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
  bool changed = false;            // it did not stand there, and was put there now
  std::string why;                 // unless everywhere
  std::string foreign;             // a key that stands in its place and may not be replaced: nothing was done
  std::chrono::seconds settle{0};  // how long caches may hold what stood there before
};

struct RecordPlace {
  dns::Name name;
  dns::Name
      zone;  // in which, or above whose records, it stands: the domain, or the zone that it is delegated to
};

// Where key records stand.
class Records {
 public:
  virtual ~Records() = default;
  // Makes the name's key record say what this text does (no change where it does already), and looks at every server of its
  // zone. Another key there is replaced if it is one of `replaces`, and is otherwise foreign.
  virtual base::Result<PutEnd> put(const RecordPlace& place, const std::string& text,
                                   const std::vector<std::string>& replaces) = 0;
  // Whether every server of the domain's zone says that `alias` is an alias of `target`.
  virtual base::Result<PutEnd> leads(const dns::Name& domain, const dns::Name& alias,
                                     const dns::Name& target) = 0;
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
  base::Result<Done> publish(dkim::ManagedDomain& domain, dkim::ManagedKey& key);
  base::Result<Done> sign(dkim::ManagedDomain& domain, std::size_t key);
  base::Result<Done> retire(dkim::ManagedDomain& domain, dkim::ManagedKey& key);
  // The record of a key that verifiers need, and the way to it.
  base::Result<PutEnd> put(const dkim::ManagedDomain& domain, const dkim::ManagedKey& key);
  // Keys that sign have their records, or are told of.
  base::Result<> look_after(dkim::ManagedDomain& domain, RotationEnd& end);
  base::Result<> save(const dkim::ManagedDomain& domain);
};

// Where the record of a key stands. An error when its name is too long.
base::Result<RecordPlace> place_of(const dkim::ManagedDomain& domain, const std::string& selector);
// What may be replaced by the key's record: its own, and at a delegated domain's names, which come again, those of keys before it.
std::vector<std::string> replaced_by(const dkim::ManagedDomain& domain, const dkim::ManagedKey& key);
// Whether the private key of a key that signs, or is to sign, can be read, and is its own: an error why not. Others need none.
base::Result<> check_private_key(const crypto::KeyFolder& folder, const dkim::ManagedDomain& domain,
                                 const dkim::ManagedKey& key);
// An error where the list speaks of times to come: the clock went back, or ran ahead when it was written.
base::Result<> check_times(const dkim::ManagedDomain& domain, base::Time now);

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
