// The token that programs show to the guard's HTTP listener.
#pragma once

#include <string>

#include "base/result.h"
#include "crypto/secret.h"

namespace rampart::server {

inline constexpr std::size_t kLeastToken = 16;  // octets; our own

// Of a file that only its owner may read; empty where no file is named. Errors are of kind input or io.
base::Result<crypto::Secret> read_api_token(const std::string& file);

}  // namespace rampart::server
