#include "accounts/sign_in.h"
#include "accounts/steps.h"
#include "base/text.h"

namespace rampart::accounts {

base::Result<factor::RelyingParty> party_of(const Policy& policy) {
  auto site = TRY(site_of(policy.public_url));
  return factor::RelyingParty{
      .id = std::move(site.host), .name = policy.issuer, .origins = {std::move(site.origin)}};
}

factor::UserVerification verification_of(const Policy& policy) {
  return policy.user_verification ? factor::UserVerification::required : factor::UserVerification::preferred;
}

std::vector<factor::Passkey> keys_of(const std::vector<PasskeyRow>& rows) {
  std::vector<factor::Passkey> out;
  out.reserve(rows.size());
  for (const auto& row : rows) out.push_back(row.key);
  return out;
}

void keep_challenge(soci::session& sql, const std::string& session, const std::string& kind,
                    std::string_view challenge, base::Time now) {
  change(
      sql,
      "INSERT INTO accounts_challenge (session, kind, challenge, expires) VALUES (:session, :kind, "
      ":challenge, :expires)"
      " ON CONFLICT (session, kind) DO UPDATE SET challenge = excluded.challenge, expires = excluded.expires",
      session, kind, base::encode_base64(challenge), seconds(now + kChallengeTime));
}

std::optional<std::string> take_challenge(soci::session& sql, const std::string& session,
                                          const std::string& kind, base::Time now) {
  std::string challenge;
  long long expires = 0;
  if (!first(sql,
             "SELECT challenge, expires FROM accounts_challenge WHERE session = :session AND kind = :kind",
             std::tie(challenge, expires), session, kind))
    return std::nullopt;
  // Whoever deletes it has it: two answers at once find one row.
  const auto taken = change(
      sql,
      "DELETE FROM accounts_challenge WHERE session = :session AND kind = :kind AND challenge = :challenge",
      session, kind, challenge);
  if (taken != 1 || seconds(now) >= expires) return std::nullopt;
  return base::decode_base64(challenge);
}

}  // namespace rampart::accounts
