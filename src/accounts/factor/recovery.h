// Recovery codes: what somebody keeps in a drawer for the day when his other factor is gone.
//
//   const auto codes = TRY(factor::new_recovery_codes());        // shown once: "7KQF-2M9X-D4TR-0WBH-8S3C-Y5EN"
//   store(factor::recovery_hash(account_id, codes[0]));
//   …
//   const auto code = factor::read_recovery_code("7kqf 2m9x d4tr owbh 8s3c y5en");   // Secret, or nothing
//   factor::recovery_hash(account_id, *code)                     // is looked for; found, it is deleted in the same statement
//
// 120 bits each. That is why a plain SHA-256 is enough where a password needs Argon2 (ASVS 5.0, 6.5.2: from 112 bits on): whoever holds all hashes must try 2^119 codes for
// one of them, and no slow hash would add what ten more bits do. The account's id stands in the hash, so that all accounts cannot be
// tried at once and a row that was copied to another account opens nothing. No key is needed, so a lost key file does not take the
// last way in, too.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "crypto/secret.h"

namespace rampart::accounts::factor {

inline constexpr std::size_t kRecoveryCodes = 10;
inline constexpr std::size_t kRecoveryLetters = 24;   // of 5 bits each
inline constexpr std::size_t kRecoveryGroup = 4;      // letters between hyphens
inline constexpr std::size_t kMaxRecoveryInput = 64;  // octets of what is typed

// kRecoveryCodes different ones, in groups, of Crockford's 32 letters and digits (no I, L, O, U). Error: kind internal.
base::Result<std::vector<crypto::Secret>> new_recovery_codes();

// What was typed: any case, spaces and hyphens anywhere, O for 0, I and L for 1. Nothing when it is no code.
std::optional<crypto::Secret> read_recovery_code(std::string_view typed);

// 64 hexadecimal digits, of a code as either of the two above gives it. Empty for what is no code.
std::string recovery_hash(std::string_view account, std::string_view code);

}  // namespace rampart::accounts::factor
