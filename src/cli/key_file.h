// Private keys in files that nobody but their owner may read.
#pragma once

#include <string>
#include <string_view>

#include "crypto/private_file.h"
#include "crypto/sign_key.h"

namespace rampart::cli {

// A new file that its owner alone may read; what is there is never overwritten.
base::Result<> write_secret(const std::string& path, std::string_view text);

// A private key in PEM, in a file that is as private as `rules` want it (crypto/private_file.h); any other is refused.
base::Result<crypto::SignKey> read_key(const std::string& path, crypto::PrivateRules rules = {});

}  // namespace rampart::cli
