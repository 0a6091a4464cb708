// Who signs for a domain: its keys in the key folder that sign now.
#pragma once

#include <string>
#include <vector>

#include "crypto/key_folder.h"
#include "dns/name.h"

namespace rampart::server {

struct Signer {
  dns::Name domain;
  std::string selector;
  crypto::SignKey key;
};

// The keys of the folder that sign for the domain now; one at least.
base::Result<std::vector<Signer>> managed_signers(const crypto::KeyFolder& folder, const dns::Name& name);

}  // namespace rampart::server
