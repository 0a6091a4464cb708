// Private keys in files that nobody but their owner may read.
#pragma once

#include <string>
#include <string_view>

#include "crypto/sign_key.h"

namespace rampart::cli {

// A new file that its owner alone may read; what is there is never overwritten.
base::Result<> write_secret(const std::string& path, std::string_view text);

// The text of a file that its owner alone may read or write; any other is refused.
base::Result<std::string> read_secret(const std::string& path);
// A private key in PEM. A file that others may read or write is refused.
base::Result<crypto::SignKey> read_key(const std::string& path);

}  // namespace rampart::cli
