// Signing in at an identity provider: the tries that browsers have begun, and whose account an identity is.
#include "accounts/limits.h"
#include "accounts/rows.h"
#include "accounts/secrets.h"
#include "accounts/sign_in.h"
#include "accounts/steps.h"

namespace rampart::accounts {
namespace {

using base::Result;

constexpr std::size_t kMostIdentities = 5;  // of an account; our own

std::optional<std::string> account_of(soci::session& sql, const oidc::Identity& identity) {
  std::string account;
  if (!first(sql, "SELECT account FROM accounts_identity WHERE issuer = :issuer AND subject = :subject",
             std::tie(account), identity.issuer, identity.subject))
    return std::nullopt;
  return account;
}

Refusing nobody() {
  return refuse(Why::wrong, "no account is bound to this identity", {},
                "sign in with password and second factor, and bind it in your account");
}

}  // namespace

Result<std::string> SignIn::keep_attempt(const oidc::Attempt& attempt, base::Time now) {
  auto cookie = TRY(new_secret());
  TRY(database_->transact([&](soci::session& sql) {
    change(sql, "DELETE FROM accounts_attempt WHERE begun < :over", seconds(now - oidc::kAttemptTime));
    change(sql,
           "INSERT INTO accounts_attempt (cookie, state, provider, nonce, verifier, fresh, begun) VALUES "
           "(:cookie, :state,"
           " :provider, :nonce, :verifier, :fresh, :begun)",
           hash_of_secret(cookie), attempt.state, attempt.provider, attempt.nonce, attempt.verifier,
           attempt.fresh ? 1LL : 0LL, seconds(attempt.begun));
  }));
  return cookie;
}

Result<std::optional<oidc::Attempt>> SignIn::take_attempt(std::string_view cookie, std::string_view state,
                                                          base::Time now) {
  if (!is_secret(cookie)) return std::nullopt;
  return database_->transact([&](soci::session& sql) -> std::optional<oidc::Attempt> {
    oidc::Attempt out;
    long long fresh = 0;
    long long begun = 0;
    const auto hash = hash_of_secret(cookie);
    const std::string shown(state);
    if (!first(sql,
               "SELECT state, provider, nonce, verifier, fresh, begun FROM accounts_attempt WHERE cookie = "
               ":cookie AND"
               " state = :state",
               std::tie(out.state, out.provider, out.nonce, out.verifier, fresh, begun), hash, shown))
      return std::nullopt;
    if (change(sql, "DELETE FROM accounts_attempt WHERE cookie = :cookie", hash) != 1) return std::nullopt;
    out.fresh = fresh != 0;
    out.begun = time_of(begun);
    if (now - out.begun >= oidc::kAttemptTime) return std::nullopt;
    return out;
  });
}

Result<Outcome<>> SignIn::bind_oidc(const Principal& asker, const oidc::Identity& identity, base::Time now) {
  if (asker.by != Principal::By::session) return refuse(Why::not_allowed, "a token binds no identity");
  if (!asker.is_fresh(now)) return refuse(Why::step_up, "prove a second factor again to do this");
  return database_->transact([&](soci::session& sql) -> Result<Outcome<>> {
    const auto account = account_row(sql, asker.account);
    if (!account) return refuse(Why::missing, "there is no such account");
    const auto bound =
        number(sql, "SELECT COUNT(*) FROM accounts_identity WHERE account = :account", account->id);
    if (bound >= static_cast<long long>(kMostIdentities))
      return refuse(Why::conflict, "the account is bound to as many identities as it can be", {},
                    "remove one first");
    const auto made = change(sql,
                             "INSERT INTO accounts_identity (issuer, subject, account, made) VALUES "
                             "(:issuer, :subject, :account, :made)"
                             " ON CONFLICT (issuer, subject) DO NOTHING",
                             identity.issuer, identity.subject, account->id, seconds(now));
    if (made != 1) return refuse(Why::conflict, "this identity is bound to an account already");
    tell_all(sql, "identity.bound", *account, asker.name, identity.issuer, now);
    auto entry = log::entry_of(asker, "account.bind-identity", account->id);
    entry.details = details({{"issuer", identity.issuer}});
    TRY(log::append(sql, database_->backend(), std::move(entry), now));
    return Outcome<>();
  });
}

Result<Outcome<>> SignIn::unbind_oidc(const Principal& asker, const std::string& issuer, base::Time now) {
  if (asker.by != Principal::By::session) return refuse(Why::not_allowed, "a token unbinds no identity");
  if (!asker.is_fresh(now)) return refuse(Why::step_up, "prove a second factor again to do this");
  return database_->transact([&](soci::session& sql) -> Result<Outcome<>> {
    if (change(sql, "DELETE FROM accounts_identity WHERE account = :account AND issuer = :issuer",
               asker.account, issuer) == 0)
      return refuse(Why::missing, "the account is not bound to this provider");
    auto entry = log::entry_of(asker, "account.unbind-identity", asker.account);
    entry.details = details({{"issuer", issuer}});
    TRY(log::append(sql, database_->backend(), std::move(entry), now));
    return Outcome<>();
  });
}

Result<std::vector<std::string>> SignIn::oidc_issuers(const std::string& account) {
  return database_->run([&](soci::session& sql) {
    std::vector<std::string> out;
    std::string issuer;
    each(
        sql, "SELECT issuer FROM accounts_identity WHERE account = :account ORDER BY issuer",
        std::tie(issuer), [&] { out.push_back(issuer); }, account);
    return out;
  });
}

Result<Outcome<Opened>> SignIn::oidc(const oidc::Identity& identity, const Client& client, base::Time now) {
  return database_->transact([&](soci::session& sql) -> Result<Outcome<Opened>> {
    const auto id = account_of(sql, identity);
    const auto account = id ? account_row(sql, *id) : std::nullopt;
    if (!account || account->state != AccountState::active) {
      log::Entry entry{.by = "none", .address = client.address, .act = "session.refused"};
      entry.outcome = log::Done::refused;
      entry.details = details({{"wrong", "identity"}, {"issuer", identity.issuer}});
      TRY(log_refused(sql, database_->backend(), std::move(entry), now));
      return nobody();
    }
    const auto pending =
        TRY(open_session(sql, *account, Stage::pending, {}, now + kPendingTime, client, now));
    return right_step(sql, database_->backend(), *common_,
                      {.account = *account, .session = pending.session, .one = {}},
                      {.by = "oidc", .time = identity.proven}, "oidc " + identity.issuer, client, now);
  });
}

Result<Outcome<Opened>> SignIn::oidc_step_up(const Session& session, const oidc::Identity& identity,
                                             const Client& client, base::Time now) {
  if (session.stage != Stage::full) return refuse(Why::ended, "the session is over", {}, "sign in again");
  return database_->transact([&](soci::session& sql) -> Result<Outcome<Opened>> {
    const auto id = account_of(sql, identity);
    if (!id || *id != session.account) return nobody();
    if (now - identity.proven > kStepUpTime)
      return refuse(Why::step_up, "the provider says that you proved yourself too long ago", {},
                    "sign in there again");
    auto begun = TRY(begin_step(sql, *common_, session, client, now));
    if (!begun) return refuse(begun.error());
    return right_step(sql, database_->backend(), *common_, *begun, {.by = "oidc", .time = identity.proven},
                      "oidc " + identity.issuer, client, now);
  });
}

}  // namespace rampart::accounts
