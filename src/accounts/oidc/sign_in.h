// The two halves of a sign-in at a provider: where the browser is sent, and what it brings back (authorisation code flow with PKCE).
//
//   const auto attempt = TRY(oidc::new_attempt(provider.id, now));           // kept by the server, bound to the browser by a cookie
//   redirect(oidc::authorization_url(provider, metadata, redirect_uri, attempt));
//   …
//   const auto code = oidc::read_callback(provider, metadata, attempt, query, now);   // expected<string, SignInRefusal>
//   oidc::token_request(provider, metadata, redirect_uri, attempt, *code)    // the POST that the server makes
//   oidc::read_token_answer(status, body)                                    // expected<string, SignInRefusal>: the ID token
//   oidc::check_id_token(provider, keys, attempt, token, now)                // expected<Identity, SignInRefusal>
//
// All of it is pure but new_attempt(), which needs chance; client.h does the fetching.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/oidc/documents.h"
#include "accounts/oidc/provider.h"
#include "base/result.h"
#include "base/time.h"
#include "crypto/secret.h"

namespace rampart::accounts::oidc {

inline constexpr std::chrono::minutes kAttemptTime{10};  // from the redirect to its answer
inline constexpr std::chrono::seconds kClockSkew{60};
inline constexpr std::chrono::minutes kMaxTokenAge{
    10};  // since `iat`: a token is made when its code is exchanged
inline constexpr std::size_t kMaxIdToken = 16 * 1024;  // octets
inline constexpr std::size_t kMaxCallbackQuery = 8 * 1024;
inline constexpr std::size_t kMaxCode = 2048;
inline constexpr std::size_t kMaxSubject = 255;  // OpenID Connect Core section 2
inline constexpr std::size_t kMaxMethods = 32;   // values of "amr"

// One try, begun by one browser. Each of its three is 256 bits in base64url.
struct Attempt {
  std::string provider;
  std::string state;
  std::string nonce;
  std::string verifier;  // RFC 7636
  base::Time begun{};
  bool fresh = false;  // a step-up: the person has to prove himself now (prompt=login, max_age=0)
};
// Errors: kind internal.
base::Result<Attempt> new_attempt(std::string_view provider, base::Time now, bool fresh = false);

struct SignInRefusal {
  enum class Why : std::uint8_t {
    malformed,  // no such answer or token
    expired,    // the attempt is too old
    state,      // the answer is to another attempt
    denied,     // the provider, or the person there, said no
    issuer,     // by somebody else
    audience,   // for somebody else
    algorithm,  // not the pinned one
    key,        // the token's key is not known: fetch the keys anew, once
    signature,
    time,           // not now
    nonce,          // of another attempt
    stale,          // the person proved himself too long ago, or it is not said when
    second_factor,  // none was proven
    unavailable,    // the provider did not answer
  };
  Why why = Why::malformed;
  std::string detail;  // printable; for the log
};
std::string_view to_string(SignInRefusal::Why why);

// Who it is. `issuer` and `subject` together are the account's binding, and nothing else ever is: addresses are given away anew.
struct Identity {
  std::string issuer;
  std::string subject;
  std::string proof;    // "amr mfa"
  base::Time proven{};  // auth_time, never after now
  std::string name{};   // for people, when it is there: preferred_username or name; no more than a hint
  std::string email{};  // when it is there and email_verified; shown, never looked up
};

std::string authorization_url(const Provider& provider, const Metadata& metadata,
                              std::string_view redirect_uri, const Attempt& attempt);

// `query`: what stands behind "?" in the request to our redirect URI. The code, when it answers this attempt.
std::expected<std::string, SignInRefusal> read_callback(const Provider& provider, const Metadata& metadata,
                                                        const Attempt& attempt, std::string_view query,
                                                        base::Time now);

struct TokenRequest {
  std::string url;
  std::vector<std::string> headers;  // whole lines; one may hold the client's secret
  std::string body;                  // application/x-www-form-urlencoded; likewise
};
TokenRequest token_request(const Provider& provider, const Metadata& metadata, std::string_view redirect_uri,
                           const Attempt& attempt, std::string_view code);
std::expected<std::string, SignInRefusal> read_token_answer(long status, std::string_view body);

// OpenID Connect Core section 3.1.3.7, and ours: the pinned algorithm, aud is us alone or azp names us, nonce, exp, iat, auth_time within max_age,
// and a second factor.
std::expected<Identity, SignInRefusal> check_id_token(const Provider& provider, const KeySet& keys,
                                                      const Attempt& attempt, std::string_view token,
                                                      base::Time now);

}  // namespace rampart::accounts::oidc
