// Files that hold a secret.
#pragma once

#include <string>

#include "base/result.h"
#include "crypto/secret.h"

namespace rampart::crypto {

struct PrivateRules {
  bool links = true;       // a symbolic link is followed
  bool any_owner = false;  // else it belongs to the user who runs this, or to root
};

// The text of a regular file that nobody but its owner may read or write. The file is opened once: what was looked at is what is
// read. Refused (kind input) is any other; no error holds a byte of the text.
base::Result<Secret> read_private(const std::string& path, PrivateRules rules = {});

}  // namespace rampart::crypto
