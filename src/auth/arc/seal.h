// Adds a set to a message's ARC chain (RFC 8617 section 5.1): what a gateway does that changes mail and hands it on.
//
//   const auto fields = arc::seal(message, index, key, validated.result, "mx.bank.example; spf=pass …", {.domain = …});
//   // "ARC-Seal: …\r\nARC-Message-Signature: …\r\nARC-Authentication-Results: …\r\n", to be put before the header
#pragma once

#include <string>
#include <vector>

#include "auth/arc/validate.h"
#include "base/result.h"
#include "crypto/sign_key.h"

namespace rampart::arc {

struct SealOptions {
  dns::Name domain;
  std::string selector;
  base::Time now{};
  // h= of the message signature as it is written; empty: what dkim::sign() chooses, and the DKIM signatures.
  std::vector<std::string> names;
};

// `found` is the result of the chain as it came in, before anything was changed; the sets are read from the message as it
// is now. `results`: what stands behind the name of our own Authentication-Results field. Nothing is added (an empty text) to a chain that has ended, or that has its 50 sets.
// Errors: of kind unavailable when the chain is a temperror, as a seal would then say what is not known; of kind input when
// `results` would break out of its field.
base::Result<std::string> seal(const mail::Message& message, const mail::FieldIndex& index,
                               const crypto::SignKey& key, Result found, std::string_view results,
                               const SealOptions& options);

}  // namespace rampart::arc
