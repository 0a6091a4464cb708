// Passkeys and security keys: the relying party's side of WebAuthn Level 3 (W3C), sections 7.1 and 7.2.
//
//   const factor::RelyingParty party{.id = "rampart.cert.example", .name = "Rampart",
//                                    .origins = {"https://rampart.cert.example"}};
//   // Enrolment
//   const auto challenge = TRY(factor::new_challenge());       // kept by the server with the session, used once, five minutes
//   factor::creation_options(party, {.handle = account.handle, .name = …}, challenge, account.passkeys)     // JSON for the page
//   auto passkey = factor::check_registration(party, challenge, body);       // expected<Passkey, Refusal>
//   // Sign-in
//   factor::request_options(party, challenge, account.passkeys)              // JSON for the page
//   auto proof = factor::check_assertion(party, challenge, account.handle, account.passkeys, body);  // expected<Assertion, Refusal>
//   // then: store proof->sign_count and proof->backed_up for account.passkeys[proof->passkey], in the transaction that used the challenge up
//
// libfido2 checks the hash of the RP ID, UP and UV, and the signature; everything else of the two sections is checked here, in
// the order of the sections. The caller does what needs a store: that a challenge is used once (delete
// it before the check, whatever comes of it), that no account has the credential id already (7.1 step 26; unique in the table),
// that the account is the one the session says.
//
// Decisions of ours:
//   - The password is the first factor, so user verification is "preferred": a key without a PIN proves possession, which is what is
//     missing. User presence is always needed. Whether the user was verified is reported.
//   - attestation "none" is asked for. "packed" by the key itself and "fido-u2f" are verified when they come, but no chain is followed to
//     anybody: the kind of key is not restricted. Other formats, and certificates in "packed", are refused; nobody asked for them.
//   - Algorithms: ES256 (-7), EdDSA over Ed25519 (-8), RS256 (-257) with 2048 bits and the exponent 65537, which is all that libfido2
//     and authenticators have.
//   - A counter that does not go up (end of 7.2) refuses: a key that was copied must be replaced. Passkeys that are synchronised
//     count nothing (always 0) and are not touched by it.
//   - A page within another page (crossOrigin, topOrigin) is refused: the console is never framed.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rampart::accounts::factor {

inline constexpr std::size_t kChallengeBytes = 32;  // section 13.4.3 asks for 16 at the least
inline constexpr std::size_t kUserHandleBytes =
    32;  // random; section 5.4.3 allows 64, 14.6.1 forbids what identifies
inline constexpr std::size_t kMaxCredentialId = 1023;  // octets; section 7.1 step 25
inline constexpr std::size_t kMaxCeremonyBody =
    64 * 1024;  // octets of the JSON; the limits below are our own, several times of what is seen
inline constexpr std::size_t kMaxClientData = 8 * 1024;
inline constexpr std::size_t kMaxAttestationObject = 16 * 1024;
inline constexpr std::size_t kMaxAuthenticatorData = 4 * 1024;
inline constexpr std::size_t kMaxSignature = 1024;
inline constexpr std::size_t kMaxPasskeys = 20;   // of one account
inline constexpr std::size_t kMaxTransports = 8;  // those that are kept of a passkey
inline constexpr std::int64_t kCeremonyTimeout =
    300'000;  // milliseconds; section 15.1's range is 5 to 10 minutes

enum class Algorithm : std::int32_t { es256 = -7, eddsa = -8, rs256 = -257 };  // COSE; RFC 9053, RFC 8812

struct RelyingParty {
  std::string id;                    // a domain in lower case: the host of public_url
  std::string name;                  // for people
  std::vector<std::string> origins;  // exact: "https://rampart.cert.example", "http://localhost:8025"
};

// A credential record (section 4). Bytes are raw here; who stores them in text columns encodes them.
struct Passkey {
  std::string id;
  std::string public_key;  // the COSE_Key as the authenticator sent it, at most a few hundred octets
  Algorithm algorithm = Algorithm::es256;
  std::uint32_t sign_count = 0;
  bool uv = false;                        // its user was verified when it was registered ("uvInitialized")
  bool backup_eligible = false;           // may be synchronised; never changes
  bool backed_up = false;                 // is, as of the last use
  std::string aaguid;                     // 16 octets; zeros: not said
  std::vector<std::string> transports{};  // sorted: "hybrid", "internal", "nfc", "usb", …
  std::string attestation;  // what came: "none", "packed-self", "fido-u2f"; proves nothing about the maker
};

struct Assertion {
  std::size_t passkey = 0;  // its place in what was given
  std::uint32_t sign_count = 0;
  bool backed_up = false;
  bool uv = false;  // its user was verified this time
};

// Why a response was refused. `detail` is for the log and for whoever is enrolling; a stranger who signs in is told nothing of it.
struct Refusal {
  enum class Why : std::uint8_t {
    malformed,     // no such JSON, CBOR or authenticator data; too long; something behind the end
    type,          // another ceremony's
    challenge,     // not the one that was given
    origin,        // another page
    cross_origin,  // a page within a page
    party,         // another RP ID
    presence,      // nobody touched it
    verification,  // UV was required and is not set
    backup,        // BS without BE, or BE is not what it was
    algorithm,     // not offered, or the key is none of it
    credential,    // not one of those that were asked for; an id that is too long
    user,          // another account's user handle
    format,        // an attestation nobody asked for
    signature,     // is not by this key
    counter,       // did not go up: the key was perhaps copied. To be told to the owners
  };
  Why why = Why::malformed;
  std::string detail;
};
std::string_view to_string(Refusal::Why why);  // "cross_origin"

// Random bytes of libsodium's generator. Errors: kind internal.
base::Result<std::string> new_challenge();
base::Result<std::string> new_user_handle();

struct PasskeyUser {
  std::string handle;   // new_user_handle() of the account
  std::string name;     // "ayesha@ministry.example"
  std::string display;  // "Ayesha Khan"
};
enum class UserVerification : std::uint8_t { preferred, required };

// PublicKeyCredentialCreationOptionsJSON (section 5.1.9), for parseCreationOptionsFromJSON(). `known` are excluded.
std::string creation_options(const RelyingParty& party, const PasskeyUser& user, std::string_view challenge,
                             std::span<const Passkey> known,
                             UserVerification uv = UserVerification::preferred);
// PublicKeyCredentialRequestOptionsJSON (section 5.1.10). `known` are those that may answer.
std::string request_options(const RelyingParty& party, std::string_view challenge,
                            std::span<const Passkey> known,
                            UserVerification uv = UserVerification::preferred);

// `body`: a RegistrationResponseJSON (section 5.1.8.1), as PublicKeyCredential.toJSON() makes it. Unknown members are passed over, here
// and in the client data, which browsers add some to on purpose.
std::expected<Passkey, Refusal> check_registration(const RelyingParty& party, std::string_view challenge,
                                                   std::string_view body,
                                                   UserVerification uv = UserVerification::preferred);

// `body`: an AuthenticationResponseJSON (section 5.1.8.2). `handle`: of the account that signs in; a response that names one must name
// this one.
std::expected<Assertion, Refusal> check_assertion(const RelyingParty& party, std::string_view challenge,
                                                  std::string_view handle, std::span<const Passkey> known,
                                                  std::string_view body,
                                                  UserVerification uv = UserVerification::preferred);

}  // namespace rampart::accounts::factor
