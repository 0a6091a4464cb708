// What an authenticator signs: its data (WebAuthn section 6.1) and what was around it when it was made (attestation, section 6.5.4).
// Read as it is; what it means is judged in webauthn.cc. Every view is of what was given.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace rampart::accounts::factor {

struct AuthenticatorData {
  static constexpr std::uint8_t kPresent = 0x01;   // UP
  static constexpr std::uint8_t kVerified = 0x04;  // UV
  static constexpr std::uint8_t kEligible = 0x08;  // BE
  static constexpr std::uint8_t kBackedUp = 0x10;  // BS
  static constexpr std::uint8_t kAttested = 0x40;  // AT
  static constexpr std::uint8_t kExtended = 0x80;  // ED

  struct Credential {
    std::string_view aaguid;  // 16 octets
    std::string_view id;      // 1 to 65535 octets: the limit is judged, not read
    std::string_view key;     // a COSE_Key in CBOR, well formed and no more
  };
  std::string_view party_hash;  // SHA-256 of the RP ID
  std::uint8_t flags = 0;
  std::uint32_t sign_count = 0;
  std::optional<Credential> credential{};
  // What libfido2 has to be told of extensions that came unasked (Chrome sets credProtect): a mask of its FIDO_EXT_*, and the value of
  // credProtect.
  int extensions = 0;
  int protection = 0;

  [[nodiscard]] bool has(std::uint8_t flag) const { return (flags & flag) != 0; }
};

// Every octet belongs to something. The error says what is wrong.
std::expected<AuthenticatorData, std::string> read_authenticator_data(std::string_view bytes);

struct AttestationObject {
  std::string_view format;     // "none", "packed", …
  std::string_view statement;  // the CBOR map
  std::string_view data;       // the authenticator data
};
// Exactly the three members of section 6.5.4.
std::expected<AttestationObject, std::string> read_attestation_object(std::string_view cbor);

}  // namespace rampart::accounts::factor
