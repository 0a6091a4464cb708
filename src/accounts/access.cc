#include "accounts/access.h"

namespace rampart::accounts {

std::string_view to_string(Access access) {
  switch (access) {
    case Access::allowed:
      return "allowed";
    case Access::hidden:
      return "hidden";
    case Access::not_allowed:
      return "not-allowed";
    case Access::step_up:
      break;
  }
  return "step-up";
}

// Whoever may not see a thing learns nothing of it; whoever may not act is told so before he is asked for a factor.
Access check(const Principal& principal, Permission permission, std::optional<std::string_view> organisation,
             base::Time now) {
  if (!principal.may(permission)) return Access::not_allowed;
  if (organisation && !principal.scope.covers(*organisation)) return Access::hidden;
  if (needs_step_up(permission) && !principal.is_fresh(now)) return Access::step_up;
  return Access::allowed;
}

}  // namespace rampart::accounts
