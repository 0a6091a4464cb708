// The links of a digest: a token that says whose message it is about, signed so that nobody makes one up.
//
//   const auto token = format_link({.id = id, .recipient = "a@bank.example", .until = now + kLinkLife}, key);
//   const auto link = parse_link(token);                        // of a request
//   if (link && is_ours(*link, key) && now <= link->until) …
//
// ID.UNTIL.RECIPIENT.SIGNATURE: the entry, seconds since 1970, the address in base64url without padding (RFC 4648 section 5), and 64
// hexadecimal digits of HMAC-SHA-256 over the three. There is one way to write a link, and no other is read.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "crypto/secret.h"

namespace rampart::guard {

// What its key is made for (crypto/seal_key.h, derive()).
inline constexpr std::string_view kLinkPurpose = "rampart quarantine link";
inline constexpr std::size_t kMaxLinkRecipient = 320;  // octets: 64, "@" and 255 (RFC 5321 section 4.5.3.1)
inline constexpr std::size_t kMaxLink = 600;           // octets; our own: the longest has 531

struct Link {
  std::string id;         // of the entry
  std::string recipient;  // lower case
  base::Time until{};     // whole seconds
  std::string signature;  // as it was read
};

// Empty when the entry is none of ours, or the address is too long: neither is linked to. `signature` is not read.
std::string format_link(const Link& link, const crypto::Secret& key);
std::optional<Link> parse_link(std::string_view text);
// Whether it was signed with this key; compared in constant time.
bool is_ours(const Link& link, const crypto::Secret& key);

}  // namespace rampart::guard
