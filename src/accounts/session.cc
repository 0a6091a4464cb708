#include "accounts/session.h"

#include "accounts/rows.h"
#include "accounts/secrets.h"
#include "base/text.h"
#include "crypto/hmac.h"

namespace rampart::accounts {
namespace {

using base::Result;

constexpr std::string_view kCsrfPurpose = "rampart csrf 1";
constexpr std::chrono::hours kKeepOver{24};  // rows that are over

}  // namespace

std::string_view to_string(Stage stage) {
  switch (stage) {
    case Stage::pending:
      return "pending";
    case Stage::enrolling:
      return "enrolling";
    case Stage::full:
      break;
  }
  return "full";
}

std::string csrf_of(std::string_view token) { return base::hex(crypto::hmac_sha256(token, kCsrfPurpose)); }

Result<std::optional<Session>> Sessions::find(std::string_view token, const Client& client, base::Time now) {
  const std::string shown(token);
  auto found = TRY(database_->run([&](soci::session& sql) -> std::optional<Session> {
    auto row = session_of(sql, shown);
    if (!row || !stands(sql, row->session, common_->policy, now)) return std::nullopt;
    return std::move(row->session);
  }));
  if (!found) return std::nullopt;
  // A write for each request would be more than all else that it costs.
  if (now - found->seen >= kSeenStep) {
    found->seen = now;
    found->address = base::excerpt(client.address, log::kMaxText);
    found->agent = base::excerpt(client.agent, kMaxAgent);
    TRY(database_->transact([&](soci::session& sql) {
      change(sql,
             "UPDATE accounts_session SET seen = :seen, address = :address, agent = :agent WHERE id = :id",
             seconds(now), found->address, found->agent, found->id);
    }));
  }
  if (found->stage == Stage::full)
    found->expires = std::min(found->expires, found->seen + common_->policy.idle);
  return found;
}

Result<std::optional<Principal>> Sessions::principal(const Session& session) {
  if (session.stage != Stage::full) return std::nullopt;
  return database_->run([&](soci::session& sql) -> std::optional<Principal> {
    auto account = account_row(sql, session.account);
    if (!account || account->state != AccountState::active) return std::nullopt;
    return Principal{.account = account->id,
                     .name = account->address,
                     .role = account->role,
                     .scope = std::move(account->scope),
                     .by = Principal::By::session,
                     .by_id = session.id,
                     .granted = {},
                     .proven = session.proven,
                     .address = session.address};
  });
}

Result<bool> Sessions::still(const Principal& principal, base::Time now) {
  if (principal.by == Principal::By::local) return true;
  return database_->run([&](soci::session& sql) {
    const auto account = account_row(sql, principal.account);
    if (!account || account->state != AccountState::active || account->role != principal.role) return false;
    if (principal.by == Principal::By::token)
      return number(sql, "SELECT COUNT(*) FROM accounts_token WHERE id = :id AND expires > :now",
                    principal.by_id, seconds(now)) != 0 &&
             within(principal.scope, account->scope);
    if (account->scope.everything != principal.scope.everything ||
        account->scope.organisations != principal.scope.organisations)
      return false;
    const auto session = session_row(sql, principal.by_id);
    return session && session->stage == Stage::full && stands(sql, *session, common_->policy, now);
  });
}

Result<std::vector<Session>> Sessions::list(const std::string& account, base::Time now) {
  return database_->run([&](soci::session& sql) {
    auto all = session_rows(sql, account, Stage::full);
    std::erase_if(all, [&](const Session& one) { return !stands(sql, one, common_->policy, now); });
    return all;
  });
}

Result<Outcome<>> Sessions::end(const Principal& asker, const std::string& id, base::Time now) {
  return database_->transact([&](soci::session& sql) -> Result<Outcome<>> {
    const auto gone =
        change(sql, "DELETE FROM accounts_session WHERE id = :id AND account = :account", id, asker.account);
    if (gone != 1) return refuse(Why::missing, "there is no such session");
    change(sql, "DELETE FROM accounts_challenge WHERE session = :id", id);
    TRY(log::append(sql, database_->backend(), log::entry_of(asker, "session.end", id), now));
    return Outcome<>();
  });
}

Result<std::size_t> Sessions::end_others(const Principal& asker, base::Time now) {
  return database_->transact([&](soci::session& sql) -> Result<std::size_t> {
    const auto had = session_rows(sql, asker.account, Stage::full).size();
    end_sessions(sql, asker.account, asker.by == Principal::By::session ? asker.by_id : std::string());
    const auto left = session_rows(sql, asker.account, Stage::full).size();
    auto entry = log::entry_of(asker, "session.end-others", asker.account);
    entry.details = details({{"ended", std::to_string(had - left)}});
    TRY(log::append(sql, database_->backend(), std::move(entry), now));
    return had - left;
  });
}

Result<> Sessions::end_this(const Session& session, const Client& client, base::Time now) {
  return database_->transact([&](soci::session& sql) -> Result<> {
    const auto gone = change(sql, "DELETE FROM accounts_session WHERE id = :id", session.id);
    change(sql, "DELETE FROM accounts_challenge WHERE session = :id", session.id);
    const auto account = account_row(sql, session.account);
    if (gone != 1 || !account || session.stage != Stage::full) return {};
    auto entry = entry_about(*account, client, "session.sign-out");
    entry.by = "session";
    entry.by_id = session.id;
    entry.object = session.id;
    TRY(log::append(sql, database_->backend(), std::move(entry), now));
    return {};
  });
}

Result<> Sessions::sweep(base::Time now) {
  return database_->transact([&](soci::session& sql) {
    const auto at = seconds(now);
    const auto over = seconds(now - kKeepOver);
    change(sql,
           "DELETE FROM accounts_session WHERE expires < :over OR (stage = 'full' AND seen < :idle)"
           " OR (stage = 'pending' AND expires < :now)",
           over, seconds(now - common_->policy.idle - kKeepOver), at);
    change(sql, "DELETE FROM accounts_challenge WHERE expires < :now", at);
  });
}

}  // namespace rampart::accounts
