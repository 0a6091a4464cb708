// Everything of accounts for one thread: made once with its database, then used for each request.
//
//   auto desk = TRY(accounts::Desk::open(database, common));
#pragma once

#include "accounts/accounts.h"
#include "accounts/enrolment.h"
#include "accounts/log/audit_log.h"
#include "accounts/notice.h"
#include "accounts/organisation.h"
#include "accounts/own_factors.h"
#include "accounts/sign_in.h"
#include "accounts/token.h"

namespace rampart::accounts {

struct Desk {
  Accounts accounts;
  SignIn sign_in;
  Enrolment enrolment;
  OwnFactors factors;
  Sessions sessions;
  Tokens tokens;
  Organisations organisations;
  Notices notices;
  log::AuditLog audit_log;

  // The tables are there when it returns. `database` and `common` outlive it.
  static base::Result<Desk> open(store::Database& database, const Common& common);
  // Takes away what is over (sessions, links, challenges, limits), and signs the log's head where an hour has gone: every few minutes.
  static base::Result<> sweep(store::Database& database, const Common& common, base::Time now);
};

}  // namespace rampart::accounts
