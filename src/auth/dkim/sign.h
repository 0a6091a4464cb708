// Signs a message (RFC 6376 section 5).
//
//   const auto field = dkim::sign(message, index, key, {.domain = bank, .selector = "s1", .now = now});
//   // "DKIM-Signature: v=1; a=rsa-sha256; …\r\n", to be put before the header
#pragma once

#include <string>
#include <vector>

#include "auth/dkim/canon.h"
#include "base/result.h"
#include "base/time.h"
#include "crypto/sign_key.h"
#include "dns/name.h"
#include "mail/message.h"

namespace rampart::dkim {

struct SignOptions {
  dns::Name domain;
  std::string selector;
  Canon header_canon = Canon::relaxed;
  Canon body_canon = Canon::relaxed;
  base::Time now{};
  std::optional<base::Time> expires;
  // The fields that are signed where they are there, in lower case; empty: usual_fields(). From is always signed, once more
  // often than it is there, so that nobody adds another (RFC 6376 section 8.15); so are other fields that come once.
  std::vector<std::string> fields;
};

// What a reader sees, what joins a thread, and what says how the body is read; never what is changed on the way (RFC 6376
// section 5.4.1).
const std::vector<std::string>& usual_fields();

// h=: of `fields` (lower case) those that are there, as often as they are; those that come once, once more.
std::vector<std::string> signed_names(const std::vector<std::string>& fields, const mail::FieldIndex& index);

// The names with colons between them, in lines that begin with white space.
std::string folded_names(const std::vector<std::string>& names);

// Errors are of kind input: a message without From, or with several.
base::Result<std::string> sign(const mail::Message& message, const mail::FieldIndex& index,
                               const crypto::SignKey& key, const SignOptions& options);

}  // namespace rampart::dkim
