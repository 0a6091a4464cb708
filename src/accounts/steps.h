// What all proofs of a second factor have in common, whether they sign somebody in or step up, and the challenges of keys.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "accounts/factor/webauthn.h"
#include "accounts/limits.h"
#include "accounts/rows.h"

namespace rampart::accounts {

struct Step {
  AccountRow account;
  Session session;
  Try one;
};
// Looks whether the session stands and whether there is room for a try, and counts it: against the limits and the session.
base::Result<Outcome<Step>> begin_step(soci::session& sql, const Common& common, const Session& session,
                                       const Client& client, base::Time now);
// It was wrong, and by how much is for the log alone: after kMaxWrongCodes the session ends and the owners are told.
base::Result<Outcome<Opened>> wrong_step(soci::session& sql, store::Backend backend, const Step& step,
                                         std::string_view what, const Client& client, base::Time now);
// It was right: the session rises, with a new token.
base::Result<Outcome<Opened>> right_step(soci::session& sql, store::Backend backend, const Common& common,
                                         const Step& step, const Proof& proof, std::string_view with,
                                         const Client& client, base::Time now);

base::Result<factor::RelyingParty> party_of(const Policy& policy);
factor::UserVerification verification_of(const Policy& policy);
std::vector<factor::Passkey> keys_of(const std::vector<PasskeyRow>& rows);

// A session has one of each kind ("assert", "register"): a new one takes the old one's place.
void keep_challenge(soci::session& sql, const std::string& session, const std::string& kind,
                    std::string_view challenge, base::Time now);
// And gives it once, within kChallengeTime.
std::optional<std::string> take_challenge(soci::session& sql, const std::string& session,
                                          const std::string& kind, base::Time now);

}  // namespace rampart::accounts
