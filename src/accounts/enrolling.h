// What enrolment and one's own account have in common: an app that is offered and confirmed, a key that is enrolled, a password that may be
// one.
#pragma once

#include "accounts/enrolment.h"
#include "accounts/rows.h"
#include "accounts/steps.h"

namespace rampart::accounts {

// A new app in the stage kOffered; the one offered before is gone.
base::Result<NewTotp> offer_totp(soci::session& sql, const Common& common, const AccountRow& account,
                                 base::Time now);
// The offered app goes to `stage`, in the place of what stands there, and its step is used up by that. Refused: wrong, missing.
base::Result<Outcome<std::string>> confirm_offered(soci::session& sql, const Common& common,
                                                   const AccountRow& account, std::string_view code,
                                                   FactorStage stage, base::Time now);
// The question for a new key; those that the account has are excluded.
base::Result<std::string> ask_for_key(soci::session& sql, const Common& common, const AccountRow& account,
                                      const std::string& session, base::Time now);
// Its answer: the row that was made. Refused: ended, invalid, conflict.
base::Result<Outcome<PasskeyRow>> enrol_key(soci::session& sql, const Common& common,
                                            const AccountRow& account, const std::string& session,
                                            std::string_view response, std::string_view label,
                                            FactorStage stage, base::Time now);
// Whether it may be the account's password; without a transaction, as a list may be read.
base::Result<Outcome<>> may_be_password(const Common& common, std::string_view password,
                                        const std::vector<std::string>& words);
// Its hash. Refused: busy.
base::Result<Outcome<std::string>> hash_in_room(const Common& common, std::string_view password);
// The codes, and their hashes in the place of those that were.
base::Result<std::vector<std::string>> make_codes(soci::session& sql, const std::string& account,
                                                  base::Time now);

}  // namespace rampart::accounts
