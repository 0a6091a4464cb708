// Who may change whose account: a pure function, and the only place that says so.
//
//   nobody grants more than he has: neither a role above his own nor an organisation that he does not see
//   an administrator does not touch owners, and makes none
//   who is limited to organisations sees and changes only accounts whose whole scope lies within his
//   nobody changes his own role or scope, disables or removes himself
//   the last owner who can sign in is not removed, disabled or demoted
#pragma once

#include <optional>

#include "accounts/outcome.h"
#include "accounts/principal.h"

namespace rampart::accounts {

enum class AccountState : std::uint8_t {
  invited,  // has a link, and nothing else
  active,
  disabled,
  left,           // for good: the row stays so that the log can be read
  must_re_enrol,  // recovered or reset: may only enrol
};
std::string_view to_string(AccountState state);  // "must-re-enrol"
std::optional<AccountState> parse_account_state(std::string_view text);

enum class Act : std::uint8_t { see, invite, change, disable, enable, leave, reset, end_sessions, re_invite };
std::string_view to_string(Act act);  // "end-sessions"

// An account as far as the rules look at it.
struct Standing {
  std::string id;
  Role role = Role::helpdesk;
  Scope scope;
  AccountState state = AccountState::active;
};

// `before` is nothing for an invitation; `after` matters for invite and change. `owners`: how many owners are active now. The step-up
// that accounts.write needs is asked for as well, but not to see.
Outcome<> judge(const Principal& asker, Act act, const std::optional<Standing>& before,
                const std::optional<Standing>& after, std::size_t owners, base::Time now);
// Whether all of `inner` lies within `outer`. A scope of nothing lies within all.
bool within(const Scope& inner, const Scope& outer);
// Whether a role has no permission that the other has not.
bool at_most(Role role, Role other);

}  // namespace rampart::accounts
