// A DKIM-Signature field (RFC 6376 section 3.5, RFC 8301, RFC 8463), read; and ARC's two signature fields, which are the
// same with other tags (RFC 8617 sections 4.1.2 and 4.1.3).
//
//   const auto signature = dkim::parse_signature(field.value);
//   signature.fault          empty: a verifier may go on; otherwise why the signature is a permanent error
//   signature.key_name       s1._domainkey.bank.example
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/dkim/canon.h"
#include "auth/dkim/key_record.h"
#include "base/time.h"
#include "dns/name.h"

namespace rampart::dkim {

// All our own.
inline constexpr std::size_t kMaxSignedNames = 500;      // of h=; oversigning repeats some
inline constexpr std::size_t kMaxSignatureBytes = 1100;  // of b=: RSA-8192
inline constexpr std::size_t kMaxIdentity = 320;         // bytes of i=

inline constexpr unsigned kMaxInstance = 50;  // ARC's i=, RFC 8617 section 4.2.1

enum class Kind : std::uint8_t { dkim, arc_message, arc_seal };

struct Signature {
  KeyType type = KeyType::unknown;
  std::string algorithm;  // a=, printable
  Canon header_canon = Canon::simple;
  Canon body_canon = Canon::simple;
  dns::Name domain;                     // d=
  std::string selector;                 // s=, as a name's text
  dns::Name key_name;                   // <selector>._domainkey.<domain>
  dns::Name identity_domain;            // of i=; d= without one
  std::string identity;                 // i=, printable; empty without one
  std::vector<std::string> names;       // h=, lower case, in order, each as often as it is named
  std::optional<std::uint64_t> length;  // l=
  std::optional<base::Time> time;       // t=
  std::optional<base::Time> expires;    // x=
  std::string bytes;                    // b=
  std::string body_hash;                // bh=
  unsigned instance = 0;                // ARC's i=; 0 when it is none
  std::string chain;                    // ARC's cv= of a seal: none, pass or fail
  std::string fault;                    // printable, one clause
  std::string_view section;             // of the fault
};

// Total: what is wrong is Signature::fault. What stands before it is filled in as far as it could be read.
Signature parse_signature(std::string_view value, Kind kind = Kind::dkim);

}  // namespace rampart::dkim
