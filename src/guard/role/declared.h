// What the configuration says that mail is for, whoever brings it: by the listener at which a mail server asks, and by the name that
// its service goes by ({daemon_name}). Pure.
//
//   const auto daemon = TRY(parse_daemon_role("ORIGINATING=submission"));
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rampart::guard {

enum class Role : std::uint8_t;

inline constexpr std::size_t kMaxDaemonName = 64;  // octets; our own

// A place or a name, and what comes by it.
struct DeclaredRole {
  std::string name;
  Role role{};
};

// "inbound", "submission" or "local". Relays and gateways are told by their addresses alone, as what they write into a message is
// believed.
std::optional<Role> parse_declared_role(std::string_view text);

// "NAME=ROLE", NAME of letters, digits, dots, hyphens and underscores. Errors are of kind config.
base::Result<DeclaredRole> parse_daemon_role(std::string_view text);

// Of a list the one of that name, in any case; nothing: none is, or the name is empty.
std::optional<Role> declared_role(const std::vector<DeclaredRole>& list, std::string_view name);

}  // namespace rampart::guard
