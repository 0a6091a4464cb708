// Signing in, as a state machine over sessions:
//
//   nothing --password--> pending (5 minutes, may only prove a factor) --TOTP or key--> full
//                            '--recovery code--> enrolling (has to enrol a factor anew) --finish--> full
//   nothing --OIDC, with a second factor proven there--> full
//   full --TOTP or key (step-up)--> full, proven now
//
//   auto pending = TRY(desk.sign_in.password("ayesha@ministry.example", "…", client, now));
//   auto full = TRY(desk.sign_in.totp(pending->session, "123456", client, now));
//
// Whoever does not exist, is disabled or never enrolled is answered as a wrong password is, in the same time. What is refused by a
// limit is not looked at. Limits: limits.h. Each sign-in, its failure and each alert is in the audit log.
#pragma once

#include "accounts/oidc/sign_in.h"
#include "accounts/session.h"

namespace rampart::accounts {

inline constexpr std::chrono::minutes kChallengeTime{
    5};                                         // of a WebAuthn challenge: single use, bound to its session
inline constexpr unsigned kMaxWrongCodes = 10;  // of one pending session, which then ends; our own

class SignIn {
 public:
  SignIn(store::Database& database, const Common& common) : database_(&database), common_(&common) {}

  // Opens a pending session. Refused: wrong, limited, busy.
  base::Result<Outcome<Opened>> password(std::string_view name, std::string_view password,
                                         const Client& client, base::Time now);
  // With what the account could go on, for the page: "totp", "webauthn", "recovery".
  base::Result<std::vector<std::string>> ways(const Session& session);

  // Of a pending session: rises to full. Of a full one: step-up. Both give a new token, and the old one is worth nothing. Refused:
  // wrong, limited, ended.
  base::Result<Outcome<Opened>> totp(const Session& session, std::string_view code, const Client& client,
                                     base::Time now);
  // PublicKeyCredentialRequestOptionsJSON (WebAuthn level 3, 5.4) as text. Why::missing where the account has no key.
  base::Result<Outcome<std::string>> webauthn_options(const Session& session, base::Time now);
  // AuthenticationResponseJSON as text. A counter that went back is taken for a copied key: it is refused, that credential is set aside
  // as suspect (nobody signs in with it until its owner removes it), and the owners are told.
  base::Result<Outcome<Opened>> webauthn(const Session& session, std::string_view response,
                                         const Client& client, base::Time now);
  // Of a pending session: each code once. The owners are told.
  base::Result<Outcome<Opened>> recovery(const Session& session, std::string_view code, const Client& client,
                                         base::Time now);

  // Keeps a try at a provider (oidc::new_attempt) for kAttemptTime. What is returned goes into a cookie of the browser that begins it
  // (HttpOnly, Secure, SameSite=Lax, as the answer comes from elsewhere).
  base::Result<std::string> keep_attempt(const oidc::Attempt& attempt, base::Time now);
  // The attempt that this browser began with this state; once. Nothing: unknown, over, used, or another browser's.
  base::Result<std::optional<oidc::Attempt>> take_attempt(std::string_view cookie, std::string_view state,
                                                          base::Time now);

  // Below, the identity is what oidc::check_id_token() gave: it was checked, and a second factor was proven at the provider.
  // Binds the asker's account to it, which nobody else is yet; needs step-up.
  base::Result<Outcome<>> bind_oidc(const Principal& asker, const oidc::Identity& identity, base::Time now);
  base::Result<Outcome<>> unbind_oidc(const Principal& asker, const std::string& issuer, base::Time now);
  base::Result<std::vector<std::string>> oidc_issuers(const std::string& account);
  // Refused (wrong) unless an active account is bound to issuer and subject; never by e-mail.
  base::Result<Outcome<Opened>> oidc(const oidc::Identity& identity, const Client& client, base::Time now);
  // Step-up of a full session whose account is bound to it.
  base::Result<Outcome<Opened>> oidc_step_up(const Session& session, const oidc::Identity& identity,
                                             const Client& client, base::Time now);

 private:
  store::Database* database_;
  const Common* common_;
};

}  // namespace rampart::accounts
