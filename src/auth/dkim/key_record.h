// DKIM key records: RFC 6376 section 3.6.1, with RFC 8301 (key sizes, SHA-1) and RFC 8463 (Ed25519).
//
//   const auto key = dkim::parse("v=DKIM1; k=rsa; p=MIIB…");
//   key.type      KeyType::rsa
//   key.bits      2048
//   key.usable()  true: a verifier would use it for e-mail
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/fault.h"
#include "facts/answer.h"

namespace rampart::dkim {

inline constexpr unsigned kMinRsaBits = 1024;          // RFC 8301 section 3.2: fewer are never valid
inline constexpr unsigned kRecommendedRsaBits = 2048;  // RFC 8301 section 3.2
inline constexpr unsigned kWidelyVerifiedRsaBits =
    4096;  // RFC 8301 section 3.2: verifiers must go this far only
inline constexpr std::size_t kMaxRecords =
    3;  // at one selector that are tried (RFC 6376 section 3.6.2.2 leaves it open)

enum class KeyType : std::uint8_t { rsa, ed25519, unknown };

// What a key is used for (RFC 6376 section 3.6.1, s=): mail, or mail that carries TLS reports (RFC 8460 section 3), whose keys may
// be for nothing else.
enum class Service : std::uint8_t { email, tlsrpt };

struct KeyRecord {
  std::string text;
  bool version_published = false;
  KeyType type = KeyType::rsa;
  std::string type_text = "rsa";                     // as published, printable
  std::optional<std::vector<std::string>> hashes;    // h=, lower case; nothing: every hash is allowed
  std::optional<std::vector<std::string>> services;  // s=, lower case; nothing: "*"
  std::string notes;                                 // n=, printable
  bool testing = false;                              // t=y
  bool strict = false;                               // t=s: i= must be in exactly the domain of d=
  bool revoked = false;                              // an empty p=
  unsigned bits = 0;  // RSA: of the modulus; Ed25519: 256; 0 without a readable key
  std::string
      fingerprint;  // hex SHA-256 of the SubjectPublicKeyInfo (RSA) or of the raw key; empty without one
  std::string public_key;  // what p= holds: DER (RSA), or the raw key (Ed25519); empty without a readable key
  std::vector<auth::Fault> faults;

  // s= allows it; what is allowed for e-mail is for TLS reports, too.
  [[nodiscard]] bool serves(Service service) const;
  [[nodiscard]] bool allows_sha256() const;
  // A verifier can use the key: readable, not revoked, big enough, limits allow it.
  [[nodiscard]] bool usable(Service service = Service::email) const;
};

// Whether a TXT record found at a selector is a key record at all: v=DKIM1 first, or a list with a p= tag.
bool is_key_record(std::string_view txt);

// Total; see auth/fault.h.
KeyRecord parse(std::string_view txt);

// The canonical text: v, k, h, s, t, p; `public_key` is what stands behind p= in base64.
std::string format(const KeyRecord& record, std::string_view public_key);

// What stands at a selector.
struct Selector {
  enum class State : std::uint8_t { present, absent, unknown };
  State state = State::absent;
  std::vector<KeyRecord> keys;  // at most kMaxRecords, in the answer's order
  std::size_t records = 0;      // TXT records that are key records, all of them
  std::size_t other = 0;        // TXT records that are something else
  std::string why;              // State::unknown
};
// `answer` is that of a TXT question at <selector>._domainkey.<domain>.
Selector read_selector(const facts::Answer& answer);

std::string_view to_string(KeyType type);

}  // namespace rampart::dkim
