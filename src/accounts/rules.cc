#include "accounts/rules.h"

#include <algorithm>
#include <array>

namespace rampart::accounts {
namespace {

constexpr std::array<std::string_view, 5> kStates{"invited", "active", "disabled", "left", "must-re-enrol"};
constexpr std::array<std::string_view, 9> kActs{"see",   "invite", "change",       "disable",  "enable",
                                                "leave", "reset",  "end-sessions", "re-invite"};

Outcome<> not_allowed(std::string text, std::string hint = {}) {
  return refuse(Why::not_allowed, std::move(text), {}, std::move(hint));
}

// What a role and a scope may be given by somebody.
Outcome<> may_grant(const Principal& asker, const Standing& after) {
  if (!at_most(after.role, asker.role))
    return refuse(Why::not_allowed, "nobody grants a role that may more than his own", "role");
  if (!within(after.scope, asker.scope))
    return refuse(Why::not_allowed, "nobody grants more organisations than he sees", "organisations");
  if (after.role == Role::owner && !after.scope.everything)
    return refuse(Why::invalid, "an owner sees every organisation", "organisations",
                  "make him an administrator of these organisations instead");
  if (!after.scope.everything && after.scope.organisations.empty())
    return refuse(Why::invalid, "an account without an organisation sees nothing", "organisations",
                  "name at least one, or give it all of them");
  return {};
}

bool takes_sign_in(Act act) { return act == Act::disable || act == Act::leave || act == Act::reset; }

// Whether an owner who can sign in would be none afterwards.
bool loses_owner(Act act, const Standing& before, const std::optional<Standing>& after) {
  if (before.role != Role::owner || before.state != AccountState::active) return false;
  if (takes_sign_in(act)) return true;
  return act == Act::change && after && (after->role != Role::owner || !after->scope.everything);
}

Outcome<> fits_state(Act act, AccountState state) {
  const auto wrong = [](std::string text, std::string hint = {}) {
    return refuse(Why::conflict, std::move(text), {}, std::move(hint));
  };
  if (state == AccountState::left && act != Act::see)
    return wrong("who has left does not come back", "invite the person again");
  if (act == Act::enable && state != AccountState::disabled) return wrong("the account is not disabled");
  if (act == Act::re_invite && state != AccountState::invited && state != AccountState::must_re_enrol)
    return wrong("the account has enrolled already", "reset it, if its factors are lost");
  if (act == Act::reset && state == AccountState::invited)
    return wrong("nobody has enrolled yet", "invite the person again");
  if (act == Act::reset && state == AccountState::disabled)
    return wrong("the account is disabled", "enable it first");
  return {};
}

}  // namespace

std::string_view to_string(AccountState state) { return kStates.at(static_cast<std::size_t>(state)); }

std::optional<AccountState> parse_account_state(std::string_view text) {
  const auto found = std::ranges::find(kStates, text);
  if (found == kStates.end()) return std::nullopt;
  return static_cast<AccountState>(found - kStates.begin());
}

std::string_view to_string(Act act) { return kActs.at(static_cast<std::size_t>(act)); }

bool within(const Scope& inner, const Scope& outer) {
  if (outer.everything) return true;
  return !inner.everything &&
         std::ranges::all_of(inner.organisations, [&](const std::string& one) { return outer.covers(one); });
}

bool at_most(Role role, Role other) {
  for (std::size_t i = 0; i < kPermissions; ++i) {
    const auto permission = static_cast<Permission>(i);
    if (may(role, permission) && !may(other, permission)) return false;
  }
  // Owner and administrator have the same permissions: what parts them is this file.
  return role != Role::owner || other == Role::owner;
}

Outcome<> judge(const Principal& asker, Act act, const std::optional<Standing>& before,
                const std::optional<Standing>& after, std::size_t owners, base::Time now) {
  if (!asker.may(act == Act::see ? Permission::accounts_read : Permission::accounts_write))
    return not_allowed("your role does not do this with accounts");
  if (before && !within(before->scope, asker.scope))
    return refuse(Why::missing, "there is no such account", {},
                  "GET /api/v1/accounts lists those that you see");
  if (act == Act::see) return {};
  if (!asker.is_fresh(now)) return refuse(Why::step_up, "prove a second factor again to do this");
  if (before && before->id == asker.account && act != Act::end_sessions)
    return not_allowed("nobody does this to his own account", "ask another owner or administrator");
  if (before && before->role == Role::owner && asker.role != Role::owner)
    return not_allowed("owners are changed by owners alone");
  if (before)
    if (auto fits = fits_state(act, before->state); !fits) return fits;
  if (before && owners <= 1 && loses_owner(act, *before, after) &&
      !(act == Act::reset && asker.by == Principal::By::local))
    return refuse(Why::conflict, "it is the last owner who can sign in", {},
                  "make somebody else an owner first");
  if ((act == Act::invite || act == Act::change) && after) return may_grant(asker, *after);
  return {};
}

}  // namespace rampart::accounts
