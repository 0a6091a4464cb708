// What somebody may do, by his role. A route of the API names one permission (api/*.json, x-permission), a command of the console
// asks for the same; nothing else decides.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace rampart::accounts {

enum class Role : std::uint8_t {
  owner,          // everything, of everybody
  administrator,  // everything of his organisations, but owners and what belongs to the whole system
  analyst,        // reads, audits, scans, works with what is quarantined
  auditor,        // reads, and what was done by whom
  helpdesk,       // the quarantine alone
};
inline constexpr std::size_t kRoles = 5;
std::string_view to_string(Role role);  // "owner"
std::optional<Role> parse_role(std::string_view text);

enum class Permission : std::uint8_t {
  self,  // what everybody may who is signed in: his own account, sessions and factors
  domains_read,
  domains_write,
  audits_run,
  fixes_read,
  fixes_publish,  // changes DNS
  reports_read,
  reports_upload,
  senders_write,  // marks a source of mail as ours or not
  mail_read,      // live mail, events, traces
  mail_scan,
  quarantine_read,
  quarantine_content,  // a message's text
  quarantine_release,
  quarantine_delete,
  lists_read,
  lists_write,
  organisations_read,
  organisations_write,
  accounts_read,
  accounts_write,
  tokens_write,  // one's own
  settings_read,
  settings_write,
  audit_log_read,
  export_data,
  system_read,  // health in detail, jobs of all, metrics
};
inline constexpr std::size_t kPermissions = 27;
std::string_view to_string(Permission permission);  // "quarantine.release"
std::optional<Permission> parse_permission(std::string_view text);

// The table of roles.
bool may(Role role, Permission permission);
// What nobody does on the strength of a sign-in of this morning: a factor was proven within kStepUpTime (ASVS 5.0, 7.5.3).
bool needs_step_up(Permission permission);
// Of the whole system, not of an organisation: whoever is limited to organisations may not, whatever his role.
bool is_system_wide(Permission permission);

}  // namespace rampart::accounts
