// From a link to an account that can sign in: a password AND a confirmed second factor (an app whose step was used up, or a passkey or
// security key), then finish(), which gives ten recovery codes and the first full session. Nothing that is enrolled counts before that.
//
//   auto link = TRY(desk.enrolment.first_start(now));                       // nothing where an owner exists
//   auto opened = TRY(desk.enrolment.open(link->token, {}, client, now));   // binds the browser: Stage::enrolling
//   desk.enrolment.password(opened->session, {.password = "…", .address = "ayesha@ministry.example"}, now)
//   auto app = TRY(desk.enrolment.totp(opened->session, now));              // shows app->uri as a QR code
//   desk.enrolment.confirm_totp(opened->session, "123456", now)
//   auto done = TRY(desk.enrolment.finish(opened->session, client, now));   // done->codes, done->opened
//
// A link is 256 bits, kept hashed, good once, for the first browser that opens it, until it expires or any link of its account (of the
// first start: of any owner) was finished.
#pragma once

#include <optional>

#include "accounts/session.h"

namespace rampart::accounts {

inline constexpr std::chrono::minutes kLinkTime{30};          // our own
inline constexpr std::chrono::hours kInvitationTime{7 * 24};  // our own

enum class Purpose : std::uint8_t {
  owner,  // the first start: the account is named on the way
  invitation,
  recovery,  // recovered on the host, reset by an administrator, or a recovery code was used
};
std::string_view to_string(Purpose purpose);  // "invitation"

// The token is told once: it stands in the address as PUBLIC_URL/enrol#TOKEN and is never logged.
struct Link {
  std::string token;
  std::string account;  // id
  Purpose purpose = Purpose::invitation;
  base::Time expires{};
};

struct EnrolmentState {
  Purpose purpose = Purpose::invitation;
  std::string account;
  std::string address;  // empty: has to be given with the password (Purpose::owner)
  std::string name;
  std::string language;
  base::Time expires{};
  bool has_password = false;  // after a recovery code the old one stays
  bool has_totp = false;
  std::size_t keys = 0;  // passkeys and security keys
  // What finish() still needs: "address", "password", "factor".
  std::vector<std::string> missing;
};

struct NewPassword {
  std::string password;
  std::string address{};  // of Purpose::owner: the login name
  std::string name{};     // shown; empty: what stands there
};

// An app that is being enrolled. Asked for again it is another secret, and the one before is worth nothing.
struct NewTotp {
  std::string secret;  // base32, for typing in
  std::string uri;     // otpauth://totp/…
  std::string svg;     // the same as a QR code
};

struct Enrolled {
  Opened opened;                   // the first full session
  std::vector<std::string> codes;  // recovery codes, shown once
};

class Enrolment {
 public:
  Enrolment(store::Database& database, const Common& common) : database_(&database), common_(&common) {}

  // The link of the first start; links of earlier starts die. Nothing while an owner exists who has enrolled.
  base::Result<std::optional<Link>> first_start(base::Time now);

  // Binds the link to this browser, whose cookie becomes the token that is returned. `cookie` is the session token that the browser
  // sent, if any: the bound browser may open its link again. Refused: ended, elsewhere.
  base::Result<Outcome<Opened>> open(std::string_view token, std::string_view cookie, const Client& client,
                                     base::Time now);
  // All below: of a session at Stage::enrolling; any other, and one whose link died, is Why::ended.
  base::Result<Outcome<EnrolmentState>> state(const Session& session, base::Time now);
  // Refused: invalid (too short, too long, breached, holds the name), busy, conflict (the address is another account's).
  base::Result<Outcome<>> password(const Session& session, const NewPassword& chosen, base::Time now);
  base::Result<Outcome<NewTotp>> totp(const Session& session, base::Time now);
  base::Result<Outcome<>> confirm_totp(const Session& session, std::string_view code, base::Time now);
  // PublicKeyCredentialCreationOptionsJSON (WebAuthn level 3, 5.4), and RegistrationResponseJSON, as text. `label` names the key for
  // its owner.
  base::Result<Outcome<std::string>> webauthn_options(const Session& session, base::Time now);
  base::Result<Outcome<>> webauthn(const Session& session, std::string_view response, std::string_view label,
                                   base::Time now);
  // Refused (conflict) while something is missing. What counted before (factors, codes, sessions) ends.
  base::Result<Outcome<Enrolled>> finish(const Session& session, const Client& client, base::Time now);

 private:
  store::Database* database_;
  const Common* common_;
};

}  // namespace rampart::accounts
