// Private keys in files that nobody but their owner may read.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/private_file.h"
#include "crypto/seal_key.h"
#include "crypto/sign_key.h"
#include "dns/name.h"

namespace rampart::server {

// A new file that its owner alone may read; what is there is never overwritten.
base::Result<> write_secret(const std::string& path, std::string_view text);

// A private key in PEM, in a file that is as private as `rules` want it (crypto/private_file.h); any other is refused.
base::Result<crypto::SignKey> read_key(const std::string& path, crypto::PrivateRules rules = {});
// What a key of a domain and selector is sealed as.
std::string sealed_name(const dns::Name& domain, const std::string& selector);
// The same of one that may be sealed as `name`.
base::Result<crypto::SignKey> read_key(const std::string& path, const std::optional<crypto::SealKey>& seal,
                                       std::string_view name);

}  // namespace rampart::server
