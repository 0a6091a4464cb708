#include "accounts/desk.h"

#include "accounts/limits.h"
#include "accounts/tables.h"

namespace rampart::accounts {

base::Result<Desk> Desk::open(store::Database& database, const Common& common) {
  TRY(site_of(common.policy.public_url));
  TRY(database.migrate("accounts", kMigrations));
  return Desk{.accounts = Accounts(database, common),
              .sign_in = SignIn(database, common),
              .enrolment = Enrolment(database, common),
              .factors = OwnFactors(database, common),
              .sessions = Sessions(database, common),
              .tokens = Tokens(database),
              .organisations = Organisations(database),
              .notices = Notices(database),
              .audit_log = TRY(log::AuditLog::open(database, common.keys.log))};
}

base::Result<> Desk::sweep(store::Database& database, const Common& common, base::Time now) {
  auto desk = TRY(open(database, common));
  TRY(desk.sessions.sweep(now));
  TRY(database.transact([&](soci::session& sql) {
    const auto at = seconds(now);
    change(sql, "DELETE FROM accounts_limit WHERE last < :over AND until < :now", seconds(now - kForgetTries),
           at);
    change(sql, "DELETE FROM accounts_link WHERE expires < :now", at);
    change(sql, "DELETE FROM accounts_device WHERE expires < :now", at);
    change(sql, "DELETE FROM accounts_attempt WHERE begun < :over", seconds(now - oidc::kAttemptTime));
    change(sql, "DELETE FROM accounts_token WHERE expires < :now", at);
  }));
  TRY(desk.audit_log.sign_if_due(now));
  return {};
}

}  // namespace rampart::accounts
