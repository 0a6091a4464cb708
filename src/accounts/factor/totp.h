// One-time codes of time (RFC 6238) over one-time codes of a counter (RFC 4226), as authenticator apps make them.
//
//   const auto secret = TRY(factor::new_totp_secret());
//   const auto uri = factor::otpauth_uri(secret, "Rampart", "ayesha@ministry.example");
//   const auto svg = TRY(factor::qr_svg(uri));                  // and factor::base32(secret) to type
//   …
//   const auto verdict = factor::check_totp(secret, "492039", base::now(), account.last_step);
//   if (verdict.step) …   // accepted: stored by compare-and-set, "… SET last_step = :step WHERE last_step < :step"
//
// A step is used once (RFC 6238 section 5.2): only steps above `last_step` are looked at, and the caller stores the accepted one in the
// same statement that looks whether it is still above; two requests with one code are told apart there and nowhere else. The code
// that confirms the enrolment is used by that, too.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "crypto/secret.h"

namespace rampart::accounts::factor {

inline constexpr std::size_t kTotpSecretBytes = 20;  // 160 bits: RFC 4226 section 4, R6 recommends it
inline constexpr std::size_t kMaxTotpSecretBytes = 64;
inline constexpr unsigned kTotpDigits = 6;
inline constexpr std::int64_t kTotpPeriod = 30;  // seconds; RFC 6238 section 5.2's default
inline constexpr std::int64_t kTotpDrift =
    1;  // steps to both sides; RFC 6238 section 5.2 recommends at most one
inline constexpr std::size_t kMaxOtpauthUri =
    1024;  // octets, ours; a QR code of it is still read from a screen

// Apps know SHA-1 and few know more; the others exist for secrets that come from elsewhere, and for the RFC's vectors.
enum class TotpHash : std::uint8_t { sha1, sha256, sha512 };
struct TotpRules {
  TotpHash hash = TotpHash::sha1;
  unsigned digits = kTotpDigits;  // 6 to 8
};

// kTotpSecretBytes raw bytes of libsodium's generator. Error: kind internal, when it cannot be used.
base::Result<crypto::Secret> new_totp_secret();
// RFC 4648 section 6 without padding, as it is typed into an app: "JBSWY3DPEHPK3PXP…".
std::string base32(std::string_view bytes);
// otpauth://totp/ISSUER:ACCOUNT?secret=…&issuer=ISSUER&algorithm=SHA1&digits=6&period=30, everything outside the unreserved
// characters of RFC 3986 as %XX. A colon in a name is left out, since it parts issuer and account.
std::string otpauth_uri(std::string_view secret, std::string_view issuer, std::string_view account,
                        const TotpRules& rules = {});
// A QR code (level M) as an SVG of its own, black on white with the four modules' quiet zone, without size: the page scales it.
// Error: kind input for a text that is longer than kMaxOtpauthUri.
base::Result<std::string> qr_svg(std::string_view text);

struct TotpVerdict {
  enum class Why : std::uint8_t {
    none,       // accepted
    malformed,  // not as many digits as asked
    wrong,      // no code of this time
    replayed,  // the right code of the time, of a step that was used: told apart for the audit log, never to whoever sent it
    broken,  // the secret cannot be used
  };
  std::optional<std::int64_t> step;  // of the accepted code: seconds since 1970 by kTotpPeriod
  Why why = Why::none;
};
std::string_view to_string(TotpVerdict::Why why);

// `code` may hold spaces, as apps show it. `last_step`: of the last accepted code; nothing, or below zero, when there was none. All
// steps within kTotpDrift are computed and compared whatever comes of it, so that time tells nothing.
TotpVerdict check_totp(std::string_view secret, std::string_view code, base::Time now,
                       std::optional<std::int64_t> last_step, const TotpRules& rules = {});

// The code of one step, for tests and for the demonstration; nothing when the secret or the rules cannot be used.
std::optional<crypto::Secret> totp_code(std::string_view secret, std::int64_t step,
                                        const TotpRules& rules = {});

}  // namespace rampart::accounts::factor
