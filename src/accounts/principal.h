// Who asks, as every route and every line of the audit log sees him.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "accounts/permission.h"
#include "base/time.h"

namespace rampart::accounts {

// Whose domains and mail somebody sees. An organisation is known by its id, which never changes; its name may.
struct Scope {
  bool everything = false;
  std::vector<std::string> organisations{};  // ids

  [[nodiscard]] bool covers(std::string_view organisation) const {
    return everything || std::ranges::find(organisations, organisation) != organisations.end();
  }
};

// How long a proven factor counts for what needs_step_up() (our own; engineering practice is 5 to 15 minutes).
inline constexpr std::chrono::minutes kStepUpTime{5};

struct Principal {
  enum class By : std::uint8_t {
    session,  // a browser, with its cookie
    token,    // of the API
    local,    // the command line on this machine: who may read the store's file
  };
  std::string account;  // its id; "local:NAME" of By::local
  std::string name;     // for people, as the audit log says it: "ayesha@ministry.example"
  Role role = Role::helpdesk;
  Scope scope;
  By by = By::session;
  std::string by_id;  // of the session or token: what is listed and ended, never what proves it
  std::vector<Permission> granted{};  // of a token: no more than these; empty: whatever the role has
  base::Time
      proven{};  // when a factor was last proven; a token's is its making, and counts for what it was granted
  std::string address{};  // where he connects from

  [[nodiscard]] bool may(Permission permission) const {
    if (!accounts::may(role, permission)) return false;
    if (is_system_wide(permission) && !scope.everything) return false;
    return by != By::token || permission == Permission::self ||
           std::ranges::find(granted, permission) != granted.end();
  }
  [[nodiscard]] bool is_fresh(base::Time now) const {
    return by != By::session || (proven <= now && now - proven <= kStepUpTime);
  }
};

}  // namespace rampart::accounts
