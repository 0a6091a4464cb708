#include "accounts/enrolling.h"

#include "accounts/factor/password.h"
#include "accounts/factor/recovery.h"
#include "accounts/factor/totp.h"
#include "accounts/own_factors.h"
#include "accounts/secrets.h"
#include "base/text.h"

namespace rampart::accounts {
namespace {

using base::Result;

std::string label_of(std::string_view label, std::string_view fallback) {
  const auto text = base::trim(label);
  return text.empty() ? std::string(fallback) : base::excerpt(text, kMaxLabel * 4);
}

}  // namespace

Result<NewTotp> offer_totp(soci::session& sql, const Common& common, const AccountRow& account,
                           base::Time now) {
  const auto secret = TRY(factor::new_totp_secret());
  NewTotp out{.secret = factor::base32(secret),
              .uri = factor::otpauth_uri(secret, common.policy.issuer,
                                         account.shown_address().empty() ? "owner" : account.shown_address()),
              .svg = {}};
  out.svg = TRY(factor::qr_svg(out.uri));
  change(sql, "DELETE FROM accounts_totp WHERE account = :account AND stage = 0", account.id);
  change(sql,
         "INSERT INTO accounts_totp (id, account, stage, secret, last_step, added, used) VALUES (:id, "
         ":account, 0, :secret,"
         " -1, :added, 0)",
         TRY(fresh_id()), account.id, TRY(common.keys.box.seal(secret, account.id, "totp")), seconds(now));
  return out;
}

Result<Outcome<std::string>> confirm_offered(soci::session& sql, const Common& common,
                                             const AccountRow& account, std::string_view code,
                                             FactorStage stage, base::Time now) {
  const auto row = totp_row(sql, account.id, kOffered);
  if (!row) return refuse(Why::missing, "no app is being enrolled", {}, "ask for a new secret first");
  const auto secret = TRY(common.keys.box.unseal(row->secret, account.id, "totp"));
  const auto verdict = factor::check_totp(secret, code, now, row->last_step);
  if (!verdict.step)
    return refuse(
        Why::wrong, "the code is not the one of this moment", "code",
        "enter the six digits that the app shows now, and see that the clock of its device is right");
  change(sql, "DELETE FROM accounts_totp WHERE account = :account AND stage = :stage", account.id,
         static_cast<long long>(stage));
  const auto moved = change(
      sql,
      "UPDATE accounts_totp SET stage = :stage, last_step = :step, added = :now WHERE id = :id AND stage = 0",
      static_cast<long long>(stage), static_cast<long long>(*verdict.step), seconds(now), row->id);
  if (moved != 1) return refuse(Why::missing, "no app is being enrolled", {}, "ask for a new secret first");
  return Outcome<std::string>(row->id);
}

Result<std::string> ask_for_key(soci::session& sql, const Common& common, const AccountRow& account,
                                const std::string& session, base::Time now) {
  const auto party = TRY(party_of(common.policy));
  const auto challenge = TRY(factor::new_challenge());
  auto known = passkey_rows(sql, account.id, kCounts);
  for (auto& row : passkey_rows(sql, account.id, kConfirmed)) known.push_back(std::move(row));
  keep_challenge(sql, session, "register", challenge, now);
  const factor::PasskeyUser user{.handle = base::decode_base64(account.handle).value_or(std::string()),
                                 .name = account.shown_address().empty() ? "owner" : account.shown_address(),
                                 .display = account.name.empty() ? account.shown_address() : account.name};
  return factor::creation_options(party, user, challenge, keys_of(known), verification_of(common.policy));
}

Result<Outcome<PasskeyRow>> enrol_key(soci::session& sql, const Common& common, const AccountRow& account,
                                      const std::string& session, std::string_view response,
                                      std::string_view label, FactorStage stage, base::Time now) {
  const auto party = TRY(party_of(common.policy));
  const auto challenge = take_challenge(sql, session, "register", now);
  if (!challenge) return refuse(Why::ended, "the question to the key is over", {}, "try again");
  const auto had =
      passkey_rows(sql, account.id, kCounts).size() + passkey_rows(sql, account.id, kConfirmed).size();
  if (had >= factor::kMaxPasskeys)
    return refuse(Why::conflict, fmt::format("an account has at most {} keys", factor::kMaxPasskeys), {},
                  "remove one first");
  auto key = factor::check_registration(party, *challenge, response, verification_of(common.policy));
  if (!key)
    return refuse(Why::invalid,
                  fmt::format("the key could not be enrolled: {}", base::printable(key.error().detail)),
                  "credential", "try again, or use another key");
  PasskeyRow row{.id = TRY(fresh_id()),
                 .label = label_of(label, key->backup_eligible ? "passkey" : "security key"),
                 .site = party.id,
                 .suspect = false,
                 .added = seconds(now),
                 .used = 0,
                 .key = *std::move(key)};
  // A key of an enrolment that was never finished holds no place.
  change(sql,
         "DELETE FROM accounts_passkey WHERE credential = :credential AND stage < 2 AND account NOT IN"
         " (SELECT account FROM accounts_link WHERE expires > :now)",
         base::encode_base64(row.key.id), seconds(now));
  if (auto made = insert_passkey(sql, account.id, stage, row); !made) return refuse(made.error());
  return Outcome<PasskeyRow>(std::move(row));
}

Result<Outcome<>> may_be_password(const Common& common, std::string_view password,
                                  const std::vector<std::string>& words) {
  const auto problem =
      TRY(factor::judge_password(password, {.words = words}, common.breached ? &*common.breached : nullptr));
  if (!problem) return Outcome<>();
  return refuse(Why::invalid, problem->detail, "password",
                "a few words that belong together nowhere else make a good one");
}

Result<Outcome<std::string>> hash_in_room(const Common& common, std::string_view password) {
  const auto place = common.room.enter();
  if (!place)
    return refuse({.why = Why::busy,
                   .text = "too many people sign in at once",
                   .where = {},
                   .hint = "try again in a moment",
                   .retry_after = std::chrono::seconds(2)});
  return Outcome<std::string>(TRY(factor::hash_password(password)));
}

Result<std::vector<std::string>> make_codes(soci::session& sql, const std::string& account, base::Time now) {
  const auto codes = TRY(factor::new_recovery_codes());
  change(sql, "DELETE FROM accounts_recovery WHERE account = :account", account);
  std::vector<std::string> out;
  for (const auto& code : codes) {
    change(sql, "INSERT INTO accounts_recovery (hash, account, made) VALUES (:hash, :account, :made)",
           factor::recovery_hash(account, code), account, seconds(now));
    out.emplace_back(code.view());
  }
  return out;
}

}  // namespace rampart::accounts
