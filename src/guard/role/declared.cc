#include "guard/role/declared.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "guard/role/role.h"

namespace rampart::guard {

std::optional<Role> parse_declared_role(std::string_view text) {
  for (const auto role : {Role::inbound, Role::submission, Role::local})
    if (text == to_string(role)) return role;
  return std::nullopt;
}

base::Result<DeclaredRole> parse_daemon_role(std::string_view text) {
  const auto wrong = [](std::string what) {
    return base::fail(base::ErrorKind::config, std::move(what), {},
                      "rampart config explain guard.daemon_roles");
  };
  const auto equals = text.find('=');
  const auto name = base::trim(text.substr(0, equals));
  const auto allowed = [](char c) { return base::is_alnum(c) || c == '.' || c == '-' || c == '_'; };
  // It goes into master.cf, and into lines for a shell.
  if (equals == std::string_view::npos || name.empty() || name.size() > kMaxDaemonName ||
      !std::ranges::all_of(name, allowed))
    return wrong("is not NAME=ROLE, such as ORIGINATING=submission");
  const auto word = base::trim(text.substr(equals + 1));
  const auto role = parse_declared_role(word);
  if (!role)
    return wrong(fmt::format("has \"{}\", which is no role to give: inbound, submission or local",
                             base::excerpt(word, 80)));
  return DeclaredRole{.name = std::string(name), .role = *role};
}

std::optional<Role> declared_role(const std::vector<DeclaredRole>& list, std::string_view name) {
  const auto found =
      std::ranges::find_if(list, [&](const DeclaredRole& one) { return base::iequals(one.name, name); });
  return name.empty() || found == list.end() ? std::nullopt : std::optional(found->role);
}

}  // namespace rampart::guard
