// The one question that the router asks before any handler runs.
//
//   switch (check(principal, Permission::fixes_publish, domain.organisation, now)) …
#pragma once

#include <optional>
#include <string_view>

#include "accounts/principal.h"

namespace rampart::accounts {

enum class Access : std::uint8_t {
  allowed,
  hidden,       // outside his scope: answered as what is not there (404)
  not_allowed,  // 403
  step_up,      // allowed, once a factor was proven again (403 step-up-required)
};
std::string_view to_string(Access access);

// `organisation`: whose the thing is; nothing where the question is not of one thing (a list, which is filtered by scope), empty where the thing
// is nobody's: that only who sees everything sees.
Access check(const Principal& principal, Permission permission, std::optional<std::string_view> organisation,
             base::Time now);

}  // namespace rampart::accounts
