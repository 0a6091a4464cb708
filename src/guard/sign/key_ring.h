// Private keys that sign for domains, as the guard asks for them. Who has them on a disk implements it (cli/folder_ring.h).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "crypto/sign_key.h"
#include "dns/name.h"

namespace rampart::guard {

struct RingKey {
  dns::Name domain;      // d=
  std::string selector;  // s=
  std::shared_ptr<const crypto::SignKey>
      key;  // shared with the ring, which may have another by the next message
};

struct FoundKeys {
  std::vector<RingKey> keys;
  std::string none;  // why there are none: one clause, printable; empty where there are
};

// Belongs to one thread.
class KeyRing {
 public:
  virtual ~KeyRing() = default;

  // Those that sign now for an author, `address`, in the domain `domain` (as DNS has it). An error is a key that has to sign and
  // cannot be read; that nobody signs for the author is none.
  virtual base::Result<FoundKeys> for_author(std::string_view address, const dns::Name& domain) = 0;
  // Those of the domain itself.
  virtual base::Result<FoundKeys> for_domain(const dns::Name& domain) = 0;
};

}  // namespace rampart::guard
