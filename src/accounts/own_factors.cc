#include "accounts/own_factors.h"

#include <algorithm>

#include "accounts/enrolling.h"
#include "accounts/factor/password.h"
#include "accounts/limits.h"
#include "base/text.h"

namespace rampart::accounts {
namespace {

using base::Result;

Refusing prove() { return refuse(Why::step_up, "prove a second factor again to do this"); }
Refusing prove_other() {
  return refuse(Why::step_up, "prove your other factor to change this one", {},
                "whoever has only one of them must not replace the other");
}
Refusing no_such() { return refuse(Why::missing, "there is no such factor"); }

std::vector<Factor> factors_of(soci::session& sql, const std::string& account) {
  std::vector<Factor> out;
  const auto used = [](long long at) { return at == 0 ? std::nullopt : std::optional(time_of(at)); };
  if (const auto app = totp_row(sql, account, kCounts))
    out.push_back({.id = app->id,
                   .kind = Factor::Kind::totp,
                   .label = "authenticator app",
                   .added = time_of(app->added),
                   .used = used(app->used)});
  for (const auto& row : passkey_rows(sql, account, kCounts))
    out.push_back({.id = row.id,
                   .kind = Factor::Kind::webauthn,
                   .label = row.label,
                   .added = time_of(row.added),
                   .used = used(row.used),
                   .suspect = row.suspect,
                   .synced = row.key.backup_eligible});
  return out;
}

// The asker as the tables know him, who has proven a factor a moment ago.
struct Proven {
  AccountRow account;
  Session session;
};
Result<Outcome<Proven>> proven(soci::session& sql, const Principal& asker, base::Time now) {
  if (asker.by != Principal::By::session)
    return refuse(Why::not_allowed, "factors are changed in a browser alone, with a session");
  lock_account(sql, asker.account);
  auto session = session_row(sql, asker.by_id);
  auto account = account_row(sql, asker.account);
  if (!session || session->stage != Stage::full || session->account != asker.account || !account)
    return refuse(Why::ended, "the session is over", {}, "sign in again");
  if (session->proven > now || now - session->proven > kStepUpTime) return prove();
  return Outcome<Proven>(Proven{.account = *std::move(account), .session = *std::move(session)});
}

std::size_t usable(const std::vector<Factor>& factors, std::string_view but) {
  return static_cast<std::size_t>(
      std::ranges::count_if(factors, [&](const Factor& one) { return !one.suspect && one.id != but; }));
}

// Whether `session` has proven something other than this factor, where there is anything else.
bool proved_another(soci::session& sql, const Session& session, const std::string& factor) {
  return session.proven_by != factor || usable(factors_of(sql, session.account), factor) == 0;
}

}  // namespace

std::string_view to_string(Factor::Kind kind) { return kind == Factor::Kind::totp ? "totp" : "webauthn"; }

Result<std::vector<Factor>> OwnFactors::list(const std::string& account) {
  return database_->run([&](soci::session& sql) { return factors_of(sql, account); });
}

Result<std::size_t> OwnFactors::codes_left(const std::string& account) {
  return database_->run([&](soci::session& sql) {
    return static_cast<std::size_t>(
        number(sql, "SELECT COUNT(*) FROM accounts_recovery WHERE account = :account", account));
  });
}

Result<Outcome<>> OwnFactors::change_password(const Principal& asker, std::string_view old_one,
                                              std::string_view new_one, const Client& client,
                                              base::Time now) {
  Try one;
  const auto begun = TRY(database_->transact([&](soci::session& sql) -> Result<Outcome<Proven>> {
    auto found = TRY(proven(sql, asker, now));
    if (!found) return found;
    auto device = hash_of_device(client);
    if (!knows_device(sql, asker.account, device, now)) device.clear();
    one = try_of(Guess::password, asker.account, client.address, device);
    if (auto room = take(sql, one, now); !room) return refuse(room.error());
    return found;
  }));
  if (!begun) return refuse(begun.error());
  {
    const auto place = common_->room.enter();
    if (!place) {
      TRY(database_->transact([&](soci::session& sql) { undo(sql, one); }));
      return refuse({.why = Why::busy,
                     .text = "too many people sign in at once",
                     .where = {},
                     .hint = "try again in a moment",
                     .retry_after = std::chrono::seconds(2)});
    }
    if (!factor::verify_password(begun->account.password, old_one))
      return refuse(Why::wrong, "the password of until now is wrong", "old_password");
  }
  if (auto good = TRY(may_be_password(*common_, new_one,
                                      {begun->account.address, begun->account.name, common_->policy.issuer}));
      !good)
    return refuse(good.error());
  const auto hash = TRY(hash_in_room(*common_, new_one));
  if (!hash) return refuse(hash.error());
  return database_->transact([&](soci::session& sql) -> Result<Outcome<>> {
    give_back(sql, one);
    const auto set = change(
        sql,
        "UPDATE accounts_account SET password = :password, changed = :now WHERE id = :id AND password = :old",
        *hash, seconds(now), asker.account, begun->account.password);
    if (set != 1) return refuse(Why::changed, "the password was changed meanwhile");
    end_sessions(sql, asker.account, asker.by_id);
    tell_all(sql, "password.changed", begun->account, asker.name, client.address, now);
    TRY(log::append(sql, database_->backend(), log::entry_of(asker, "account.password", asker.account), now));
    return Outcome<>();
  });
}

Result<Outcome<NewTotp>> OwnFactors::totp(const Principal& asker, base::Time now) {
  return database_->transact([&](soci::session& sql) -> Result<Outcome<NewTotp>> {
    const auto one = TRY(proven(sql, asker, now));
    if (!one) return refuse(one.error());
    const auto old = totp_row(sql, asker.account, kCounts);
    if (old && !proved_another(sql, one->session, old->id)) return prove_other();
    return Outcome<NewTotp>(TRY(offer_totp(sql, *common_, one->account, now)));
  });
}

Result<Outcome<>> OwnFactors::confirm_totp(const Principal& asker, std::string_view code, base::Time now) {
  return database_->transact([&](soci::session& sql) -> Result<Outcome<>> {
    const auto one = TRY(proven(sql, asker, now));
    if (!one) return refuse(one.error());
    const auto old = totp_row(sql, asker.account, kCounts);
    if (old && !proved_another(sql, one->session, old->id)) return prove_other();
    const auto made = TRY(confirm_offered(sql, *common_, one->account, code, kCounts, now));
    if (!made) return refuse(made.error());
    tell_all(sql, "factor.added", one->account, asker.name, "authenticator app", now);
    auto entry = log::entry_of(asker, "account.add-factor", *made);
    entry.details = details({{"kind", "totp"}, {"replaces", old ? old->id : std::string()}});
    TRY(log::append(sql, database_->backend(), std::move(entry), now));
    return Outcome<>();
  });
}

Result<Outcome<std::string>> OwnFactors::webauthn_options(const Principal& asker, base::Time now) {
  return database_->transact([&](soci::session& sql) -> Result<Outcome<std::string>> {
    const auto one = TRY(proven(sql, asker, now));
    if (!one) return refuse(one.error());
    return Outcome<std::string>(TRY(ask_for_key(sql, *common_, one->account, one->session.id, now)));
  });
}

Result<Outcome<Factor>> OwnFactors::webauthn(const Principal& asker, std::string_view response,
                                             std::string_view label, base::Time now) {
  return database_->transact([&](soci::session& sql) -> Result<Outcome<Factor>> {
    const auto one = TRY(proven(sql, asker, now));
    if (!one) return refuse(one.error());
    const auto made =
        TRY(enrol_key(sql, *common_, one->account, one->session.id, response, label, kCounts, now));
    if (!made) return refuse(made.error());
    tell_all(sql, "factor.added", one->account, asker.name, made->label, now);
    auto entry = log::entry_of(asker, "account.add-factor", made->id);
    entry.details = details({{"kind", "webauthn"}, {"label", made->label}});
    TRY(log::append(sql, database_->backend(), std::move(entry), now));
    return Outcome<Factor>(Factor{.id = made->id,
                                  .kind = Factor::Kind::webauthn,
                                  .label = made->label,
                                  .added = now,
                                  .suspect = false,
                                  .synced = made->key.backup_eligible});
  });
}

Result<Outcome<>> OwnFactors::remove(const Principal& asker, const std::string& id, base::Time now) {
  return database_->transact([&](soci::session& sql) -> Result<Outcome<>> {
    const auto one = TRY(proven(sql, asker, now));
    if (!one) return refuse(one.error());
    const auto all = factors_of(sql, asker.account);
    const auto found = std::ranges::find(all, id, &Factor::id);
    if (found == all.end()) return no_such();
    if (usable(all, id) == 0)
      return refuse(Why::conflict, "it is the last factor of the account", {}, "add another one first");
    if (one->session.proven_by == id) return prove_other();
    change(sql, "DELETE FROM accounts_totp WHERE id = :id AND account = :account", id, asker.account);
    change(sql, "DELETE FROM accounts_passkey WHERE id = :id AND account = :account", id, asker.account);
    tell_all(sql, "factor.removed", one->account, asker.name, found->label, now);
    auto entry = log::entry_of(asker, "account.remove-factor", id);
    entry.details = details({{"kind", std::string(to_string(found->kind))}, {"label", found->label}});
    TRY(log::append(sql, database_->backend(), std::move(entry), now));
    return Outcome<>();
  });
}

Result<Outcome<std::vector<std::string>>> OwnFactors::new_codes(const Principal& asker, base::Time now) {
  return database_->transact([&](soci::session& sql) -> Result<Outcome<std::vector<std::string>>> {
    const auto one = TRY(proven(sql, asker, now));
    if (!one) return refuse(one.error());
    auto codes = TRY(make_codes(sql, asker.account, now));
    tell_all(sql, "recovery-codes.new", one->account, asker.name, {}, now);
    TRY(log::append(sql, database_->backend(), log::entry_of(asker, "account.recovery-codes", asker.account),
                    now));
    return Outcome<std::vector<std::string>>(std::move(codes));
  });
}

}  // namespace rampart::accounts
