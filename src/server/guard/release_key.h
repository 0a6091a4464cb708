// The keys by which the guard knows what was released, whom a link is for, and what it let through.
#pragma once

#include <optional>

#include "base/config.h"
#include "crypto/seal_key.h"

namespace rampart::server {

// Made of what guard.release_key_file holds, or of what guard.seal_file does; nothing where neither is named.
base::Result<std::optional<crypto::Secret>> release_key(const base::Config& config);
// The key of the links in digests, made of the same.
base::Result<std::optional<crypto::Secret>> link_key(const base::Config& config);

// The key of the marks of what was let through, made of the same.
base::Result<std::optional<crypto::Secret>> mark_key(const base::Config& config);

}  // namespace rampart::server
