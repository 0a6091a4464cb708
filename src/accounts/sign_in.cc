#include "accounts/sign_in.h"

#include "accounts/factor/password.h"
#include "accounts/factor/recovery.h"
#include "accounts/factor/totp.h"
#include "accounts/limits.h"
#include "accounts/rows.h"
#include "accounts/secrets.h"
#include "accounts/steps.h"
#include "base/base64url.h"
#include "base/json.h"
#include "base/text.h"

namespace rampart::accounts {
namespace {

using base::Result;

constexpr std::size_t kMaxTyped = 1000;  // bytes of a name that are looked at; no address has so many
constexpr std::chrono::seconds kBusyPause{2};

// One text for whatever was wrong, and for whoever is not there.
Refusing wrong_password() { return refuse(Why::wrong, "name or password is wrong"); }
Refusing wrong_code() { return refuse(Why::wrong, "the code or key is wrong, or was used before"); }
Refusing over() { return refuse(Why::ended, "the session is over", {}, "sign in again"); }

// What is known of somebody who gives a name, before his password is looked at.
struct Comer {
  std::optional<AccountRow> account;  // whatever its state
  std::string who;                    // its id, or what was typed
  std::string device;
  Try one;

  [[nodiscard]] bool may() const {
    return account && account->state == AccountState::active && !account->password.empty();
  }
};

Comer look_for(soci::session& sql, std::string_view typed, const Client& client, base::Time now) {
  Comer out;
  const auto name = login_name(typed.substr(0, kMaxTyped));
  if (name) out.account = account_row_of(sql, *name);
  out.who = out.account ? out.account->id : name.value_or(base::lower(typed.substr(0, kMaxTyped)));
  auto device = hash_of_device(client);
  if (out.account && knows_device(sql, out.account->id, device, now)) out.device = std::move(device);
  out.one = try_of(Guess::password, out.who, client.address, out.device);
  return out;
}

// The same work whoever it is: so the time tells nothing of who is there.
bool is_right(const Comer& comer, std::string_view password) {
  if (comer.may()) return factor::verify_password(comer.account->password, password);
  factor::verify_nothing(password);
  return false;
}

log::Entry refused_entry(const std::optional<AccountRow>& account, const Client& client,
                         std::string_view what) {
  log::Entry entry = account ? entry_about(*account, client, "session.refused")
                             : log::Entry{.by = "none", .address = client.address, .act = "session.refused"};
  entry.outcome = log::Done::refused;
  entry.details = details({{"wrong", std::string(what)}});
  return entry;
}

// The credential that an answer names, which is a stranger's JSON until it was checked.
std::string credential_of(std::string_view response) {
  base::JsonLimits limits;
  limits.max_bytes = factor::kMaxCeremonyBody;
  const auto parsed = base::parse_json(response, "credential", limits);
  if (!parsed || !parsed->is_object()) return {};
  return base::text_member(parsed->as_object(), "id");
}

// A key whose counter went back: copied, as far as anybody can know.
void set_aside(soci::session& sql, const Step& step, const std::vector<PasskeyRow>& rows,
               std::string_view response, base::Time now) {
  const auto id = credential_of(response);
  for (const auto& row : rows) {
    if (base::encode_base64url(row.key.id) != id) continue;
    change(sql, "UPDATE accounts_passkey SET suspect = 1 WHERE id = :id", row.id);
    tell_all(sql, "key.suspect", step.account, {}, row.label, now);
  }
}

}  // namespace

Result<Outcome<Opened>> SignIn::password(std::string_view name, std::string_view password,
                                         const Client& client, base::Time now) {
  Comer comer;
  const auto room_for_try = TRY(database_->transact([&](soci::session& sql) {
    comer = look_for(sql, name, client, now);
    return take(sql, comer.one, now);
  }));
  if (!room_for_try) return refuse(room_for_try.error());
  bool right = false;
  std::string rehashed;
  {
    const auto place = common_->room.enter();
    if (!place) {
      TRY(database_->transact([&](soci::session& sql) { undo(sql, comer.one); }));
      return refuse({.why = Why::busy,
                     .text = "too many people sign in at once",
                     .where = {},
                     .hint = "try again in a moment",
                     .retry_after = kBusyPause});
    }
    right = is_right(comer, password);
    if (right && factor::needs_rehash(comer.account->password))
      rehashed = TRY(factor::hash_password(password));
  }
  return database_->transact([&](soci::session& sql) -> Result<Outcome<Opened>> {
    // Between the look and now somebody may have disabled it, or changed the password.
    const auto account = right ? account_row(sql, comer.account->id) : std::nullopt;
    if (!account || account->state != AccountState::active || account->password != comer.account->password) {
      TRY(log_refused(sql, database_->backend(), refused_entry(comer.account, client, "password"), now));
      return wrong_password();
    }
    give_back(sql, comer.one);
    if (!rehashed.empty())
      change(sql, "UPDATE accounts_account SET password = :password WHERE id = :id", rehashed, account->id);
    return Outcome<Opened>(
        TRY(open_session(sql, *account, Stage::pending, {}, now + kPendingTime, client, now)));
  });
}

Result<std::vector<std::string>> SignIn::ways(const Session& session) {
  const auto site = TRY(site_of(common_->policy.public_url));
  return database_->run([&](soci::session& sql) {
    std::vector<std::string> out;
    if (!usable_passkeys(sql, session.account, site.host).empty()) out.emplace_back("webauthn");
    if (totp_row(sql, session.account, kCounts)) out.emplace_back("totp");
    if (session.stage == Stage::pending &&
        number(sql, "SELECT COUNT(*) FROM accounts_recovery WHERE account = :account", session.account) != 0)
      out.emplace_back("recovery");
    return out;
  });
}

// --- Steps: what all proofs of a factor have in common ---

Result<Outcome<Step>> begin_step(soci::session& sql, const Common& common, const Session& session,
                                 const Client& client, base::Time now) {
  auto row = session_row(sql, session.id);
  if (!row || row->stage != session.stage || row->stage == Stage::enrolling ||
      !stands(sql, *row, common.policy, now))
    return over();
  auto account = account_row(sql, session.account);
  if (!account || account->state != AccountState::active) return over();
  Step step{.account = *std::move(account), .session = *std::move(row), .one = {}};
  auto device = hash_of_device(client);
  if (!knows_device(sql, step.account.id, device, now)) device.clear();
  step.one = try_of(Guess::code, step.account.id, client.address, device);
  if (auto room = take(sql, step.one, now); !room) return refuse(room.error());
  // Counted before it is looked at: as many at once are no way round.
  const auto counted =
      change(sql, "UPDATE accounts_session SET wrong = wrong + 1 WHERE id = :id AND wrong < :most",
             session.id, static_cast<long long>(kMaxWrongCodes));
  if (counted != 1) return over();
  return Outcome<Step>(std::move(step));
}

Result<Outcome<Opened>> wrong_step(soci::session& sql, store::Backend backend, const Step& step,
                                   std::string_view what, const Client& client, base::Time now) {
  const auto wrong = number(sql, "SELECT wrong FROM accounts_session WHERE id = :id", step.session.id);
  if (wrong >= static_cast<long long>(kMaxWrongCodes)) {
    change(sql, "DELETE FROM accounts_session WHERE id = :id", step.session.id);
    tell_all(sql, "codes.guessed", step.account, {}, client.address, now);
  }
  TRY(log_refused(sql, backend, refused_entry(step.account, client, what), now));
  return wrong_code();
}

Result<Outcome<Opened>> right_step(soci::session& sql, store::Backend backend, const Common& common,
                                   const Step& step, const Proof& proof, std::string_view with,
                                   const Client& client, base::Time now) {
  give_back(sql, step.one);
  auto risen = TRY(rise(sql, step.account, step.session, common.policy, proof, client, now));
  if (!risen) return over();
  change(sql, "DELETE FROM accounts_challenge WHERE session = :id", step.session.id);
  auto entry = entry_about(step.account, client,
                           step.session.stage == Stage::pending ? "session.sign-in" : "session.step-up");
  entry.by = "session";
  entry.by_id = step.session.id;
  entry.object = step.session.id;
  entry.details = details({{"with", std::string(with)}});
  TRY(log::append(sql, backend, std::move(entry), now));
  return Outcome<Opened>(*std::move(risen));
}

Result<Outcome<Opened>> SignIn::totp(const Session& session, std::string_view code, const Client& client,
                                     base::Time now) {
  return database_->transact([&](soci::session& sql) -> Result<Outcome<Opened>> {
    auto begun = TRY(begin_step(sql, *common_, session, client, now));
    if (!begun) return refuse(begun.error());
    const auto row = totp_row(sql, session.account, kCounts);
    if (!row) return wrong_step(sql, database_->backend(), *begun, "totp", client, now);
    const auto secret = TRY(common_->keys.box.unseal(row->secret, session.account, "totp"));
    const auto verdict = factor::check_totp(secret, code, now, row->last_step);
    // A step is used once, whoever else has the same code at this moment (RFC 6238 section 5.2).
    const bool used =
        verdict.step && change(sql,
                               "UPDATE accounts_totp SET last_step = :step, used = :now WHERE id = :id AND"
                               " last_step < :same",
                               static_cast<long long>(*verdict.step), seconds(now), row->id,
                               static_cast<long long>(*verdict.step)) == 1;
    if (!used)
      return wrong_step(sql, database_->backend(), *begun,
                        verdict.step ? "totp replayed" : fmt::format("totp {}", to_string(verdict.why)),
                        client, now);
    return right_step(sql, database_->backend(), *common_, *begun, {.by = row->id, .time = now}, "totp",
                      client, now);
  });
}

Result<Outcome<std::string>> SignIn::webauthn_options(const Session& session, base::Time now) {
  const auto party = TRY(party_of(common_->policy));
  const auto challenge = TRY(factor::new_challenge());
  return database_->transact([&](soci::session& sql) -> Result<Outcome<std::string>> {
    const auto row = session_row(sql, session.id);
    if (!row || row->stage != session.stage || row->stage == Stage::enrolling) return over();
    const auto keys = keys_of(usable_passkeys(sql, session.account, party.id));
    if (keys.empty()) return refuse(Why::missing, "the account has no key for this site");
    keep_challenge(sql, session.id, "assert", challenge, now);
    return Outcome<std::string>(
        factor::request_options(party, challenge, keys, verification_of(common_->policy)));
  });
}

Result<Outcome<Opened>> SignIn::webauthn(const Session& session, std::string_view response,
                                         const Client& client, base::Time now) {
  const auto party = TRY(party_of(common_->policy));
  return database_->transact([&](soci::session& sql) -> Result<Outcome<Opened>> {
    const auto backend = database_->backend();
    const auto challenge = take_challenge(sql, session.id, "assert", now);  // used up, whatever comes of it
    if (!challenge) return refuse(Why::ended, "the question to the key is over", {}, "try again");
    auto begun = TRY(begin_step(sql, *common_, session, client, now));
    if (!begun) return refuse(begun.error());
    const auto rows = usable_passkeys(sql, session.account, party.id);
    const auto handle = base::decode_base64(begun->account.handle).value_or(std::string());
    const auto proof = factor::check_assertion(party, *challenge, handle, keys_of(rows), response,
                                               verification_of(common_->policy));
    if (!proof) {
      if (proof.error().why == factor::Refusal::Why::counter) set_aside(sql, *begun, rows, response, now);
      return wrong_step(sql, backend, *begun, fmt::format("webauthn {}", to_string(proof.error().why)),
                        client, now);
    }
    const auto& row = rows.at(proof->passkey);
    // The counter by compare-and-set: two answers of a key and its copy at one moment are not both taken.
    const auto stored = change(sql,
                               "UPDATE accounts_passkey SET sign_count = :count, backed_up = :backed_up, "
                               "used = :now WHERE id = :id AND"
                               " sign_count = :before AND suspect = 0",
                               static_cast<long long>(proof->sign_count), proof->backed_up ? 1LL : 0LL,
                               seconds(now), row.id, static_cast<long long>(row.key.sign_count));
    if (stored != 1) return wrong_step(sql, backend, *begun, "webauthn at once", client, now);
    return right_step(sql, backend, *common_, *begun, {.by = row.id, .time = now}, "webauthn", client, now);
  });
}

Result<Outcome<Opened>> SignIn::recovery(const Session& session, std::string_view code, const Client& client,
                                         base::Time now) {
  if (session.stage != Stage::pending) return over();
  return database_->transact([&](soci::session& sql) -> Result<Outcome<Opened>> {
    auto begun = TRY(begin_step(sql, *common_, session, client, now));
    if (!begun) return refuse(begun.error());
    const auto read = factor::read_recovery_code(code);
    const auto hash = read ? factor::recovery_hash(session.account, *read) : std::string();
    // Found and gone in one statement: once, whoever else has it.
    const bool used = !hash.empty() &&
                      change(sql, "DELETE FROM accounts_recovery WHERE hash = :hash AND account = :account",
                             hash, session.account) == 1;
    if (!used) return wrong_step(sql, database_->backend(), *begun, "recovery code", client, now);
    give_back(sql, begun->one);
    drop_unfinished(sql, session.account);
    Opened out{.token = TRY(new_secret()), .session = begun->session};
    out.session.stage = Stage::enrolling;
    out.session.expires = now + kReenrolTime;
    const auto risen = change(sql,
                              "UPDATE accounts_session SET hash = :hash, stage = 'enrolling', expires = "
                              ":expires, wrong = 0 WHERE id = :id AND"
                              " stage = 'pending'",
                              hash_of_secret(out.token), seconds(out.session.expires), session.id);
    if (risen != 1) return over();
    tell_all(sql, "recovery-code.used", begun->account, {}, client.address, now);
    auto entry = entry_about(begun->account, client, "session.recovery-code");
    entry.by = "session";
    entry.by_id = session.id;
    TRY(log::append(sql, database_->backend(), std::move(entry), now));
    return Outcome<Opened>(std::move(out));
  });
}

}  // namespace rampart::accounts
