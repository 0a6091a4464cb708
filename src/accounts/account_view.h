// Accounts as they are shown, and the checks that all changes of them begin with.
#pragma once

#include "accounts/rows.h"

namespace rampart::accounts {

Account view_of(soci::session& sql, const AccountRow& row);
std::string etag_of(const AccountRow& row);
Refusing no_such_account();
// The row of one that the asker may do this with, held until the transaction ends.
Outcome<AccountRow> account_for(soci::session& sql, const Principal& asker, Act act, const std::string& id,
                                const std::optional<Standing>& after, const std::string& etag,
                                base::Time now);

}  // namespace rampart::accounts
