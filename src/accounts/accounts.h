// The accounts themselves: who there is, invited, changed, stopped. What each asker may is decided by rules.h; each change is in the
// audit log, in the same transaction.
//
//   auto invited = TRY(desk.accounts.invite(asker, {.address = "bilal@ministry.example", .role = Role::analyst, …}, now));
//   send(invited->link.token)                 // an Outcome: refused is a value
//   TRY(desk.accounts.leave(asker, id, etag, now));   // all sessions, tokens and factors end in this moment
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "accounts/enrolment.h"
#include "accounts/invitation_list.h"
#include "accounts/rules.h"

namespace rampart::accounts {

inline constexpr std::size_t kMaxAddress = 254;  // RFC 5321 section 4.5.3.1.3, without the brackets
inline constexpr std::size_t kMaxName = 100;     // bytes of a name that is shown

struct Account {
  std::string id;
  std::string address;  // the login name: an e-mail address, lower case where it is ASCII
  std::string name;     // shown; may be empty
  Role role = Role::helpdesk;
  Scope scope;
  std::string language = "en";
  AccountState state = AccountState::invited;
  base::Time made{};
  base::Time changed{};
  std::optional<base::Time> last_sign_in{};
  std::optional<base::Time> link_until{};  // of a link that stands open
  bool totp = false;                       // which factors it has
  std::size_t keys = 0;
  std::size_t codes_left = 0;
  std::string etag{};
};

struct Invited {
  Account account;
  Link link;
};

struct AccountFilter {
  std::optional<Role> role{};
  std::optional<AccountState> state{};
  std::string organisation{};  // id
  std::string text{};          // within address or name, whatever the case
  std::string after{};         // the address behind which to go on
  std::size_t most = 50;
};

// Members that are not given stay.
struct AccountChange {
  std::optional<Role> role{};
  std::optional<Scope> scope{};
  std::optional<std::string> name{};
  std::optional<std::string> language{};
  std::optional<bool> disabled{};
  std::string etag{};  // If-Match; empty: whatever it is
};

// What became of one row of a list.
struct InvitedRow {
  std::size_t line = 0;
  std::string address;
  std::optional<Link> link{};  // nothing in a dry run
};
struct InvitedList {
  std::vector<InvitedRow> rows;  // empty where there is any fault: all of the list or none of it
  std::vector<ListFault> faults;
};

class Accounts {
 public:
  Accounts(store::Database& database, const Common& common) : database_(&database), common_(&common) {}

  // By address. Only whom the asker may see.
  base::Result<std::vector<Account>> list(const Principal& asker, const AccountFilter& filter);
  base::Result<std::optional<Account>> find(const Principal& asker, const std::string& id);
  base::Result<std::optional<Account>> find_by_address(const Principal& asker, const std::string& address);
  // Without asking who asks: one's own (GET account), and for the log.
  base::Result<std::optional<Account>> own(const std::string& id);
  base::Result<std::size_t> owners();  // active ones

  // Refused: not_allowed, step_up, invalid, conflict (the address is taken).
  base::Result<Outcome<Invited>> invite(const Principal& asker, const Invitation& wanted, base::Time now);
  // CSV as invitation_list.h reads it. The list is done whole or not at all.
  base::Result<Outcome<InvitedList>> invite_list(const Principal& asker, std::string_view csv, bool dry_run,
                                                 base::Time now);
  // Another link for somebody who has not come yet; the one before dies.
  base::Result<Outcome<Invited>> invite_again(const Principal& asker, const std::string& id, base::Time now);

  // A change of role or scope ends the account's sessions, and those tokens that would do more than it may.
  base::Result<Outcome<Account>> change(const Principal& asker, const std::string& id,
                                        const AccountChange& wanted, base::Time now);
  // Name and language, one's own.
  base::Result<Outcome<Account>> change_own(const Principal& asker, const AccountChange& wanted,
                                            base::Time now);
  base::Result<Outcome<>> leave(const Principal& asker, const std::string& id, const std::string& etag,
                                base::Time now);
  // Factors, password, sessions and tokens end; a link to enrol anew.
  base::Result<Outcome<Invited>> reset(const Principal& asker, const std::string& id, base::Time now);
  base::Result<Outcome<std::size_t>> end_sessions(const Principal& asker, const std::string& id,
                                                  base::Time now);
  // On the host (Principal::By::local): as reset, of anybody, owners too; leaves a mark that every administrator sees.
  base::Result<Outcome<Invited>> recover(const Principal& host, const std::string& address, base::Time now);

  // Accounts with passkeys that were made for another host than that of policy.public_url: they cannot sign in with them.
  base::Result<std::vector<Account>> accounts_of_other_site();

 private:
  store::Database* database_;
  const Common* common_;
};

}  // namespace rampart::accounts
