// What somebody does with his own account while he is signed in: his password, factors, codes, name and language.
//
// Adding or removing a factor needs ANOTHER factor, proven within kStepUpTime: whoever got hold of one must not replace the other with
// it. With a single factor there is no other; then that one, or a recovery code (sign_in.h), has to do for adding, and it cannot be
// removed. A change ends the account's other sessions when asked to (ASVS 5.0, 7.4.3), and every owner is told.
#pragma once

#include <optional>

#include "accounts/enrolment.h"
#include "accounts/factor/webauthn.h"

namespace rampart::accounts {

inline constexpr std::size_t kMaxLabel = 64;  // characters

struct Factor {
  enum class Kind : std::uint8_t { totp, webauthn };
  std::string id;
  Kind kind = Kind::totp;
  std::string label;
  base::Time added{};
  std::optional<base::Time> used{};  // nothing: not yet
  bool suspect = false;              // its counter went back: it counts no more
  bool synced = false;               // a passkey that may stand on several devices (BE)
};
std::string_view to_string(Factor::Kind kind);  // "totp"

class OwnFactors {
 public:
  OwnFactors(store::Database& database, const Common& common) : database_(&database), common_(&common) {}

  base::Result<std::vector<Factor>> list(const std::string& account);
  base::Result<std::size_t> codes_left(const std::string& account);

  // The old password, too (ASVS 5.0, 6.2.3). Ends the account's other sessions. Refused: wrong, limited, busy, invalid.
  base::Result<Outcome<>> change_password(const Principal& asker, std::string_view old_one,
                                          std::string_view new_one, const Client& client, base::Time now);
  // An account has one app: a new one takes the old one's place when it is confirmed.
  base::Result<Outcome<NewTotp>> totp(const Principal& asker, base::Time now);
  base::Result<Outcome<>> confirm_totp(const Principal& asker, std::string_view code, base::Time now);
  base::Result<Outcome<std::string>> webauthn_options(const Principal& asker, base::Time now);
  base::Result<Outcome<Factor>> webauthn(const Principal& asker, std::string_view response,
                                         std::string_view label, base::Time now);
  // Refused: missing, conflict (the last one), step_up.
  base::Result<Outcome<>> remove(const Principal& asker, const std::string& id, base::Time now);
  // Ten new ones; the old ones die. Needs step-up.
  base::Result<Outcome<std::vector<std::string>>> new_codes(const Principal& asker, base::Time now);

 private:
  store::Database* database_;
  const Common* common_;
};

}  // namespace rampart::accounts
