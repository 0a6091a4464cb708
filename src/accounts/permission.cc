#include "accounts/permission.h"

#include <algorithm>

namespace rampart::accounts {
namespace {

constexpr std::uint8_t bit(Role role) { return static_cast<std::uint8_t>(1U << static_cast<unsigned>(role)); }
constexpr std::uint8_t kOwner = bit(Role::owner);
constexpr std::uint8_t kAdmins = kOwner | bit(Role::administrator);
constexpr std::uint8_t kWorkers = kAdmins | bit(Role::analyst);
constexpr std::uint8_t kReaders = kWorkers | bit(Role::auditor);
constexpr std::uint8_t kDesk = kWorkers | bit(Role::helpdesk);
constexpr std::uint8_t kAll = kReaders | bit(Role::helpdesk);

struct Rule {
  Permission permission;
  std::string_view name;
  std::uint8_t roles;
  bool step_up = false;
  bool system_wide = false;
};

constexpr std::array<Rule, kPermissions> kRules{{
    {.permission = Permission::self, .name = "self", .roles = kAll},
    {.permission = Permission::domains_read, .name = "domains.read", .roles = kReaders},
    {.permission = Permission::domains_write, .name = "domains.write", .roles = kAdmins},
    {.permission = Permission::audits_run, .name = "audits.run", .roles = kWorkers},
    {.permission = Permission::fixes_read, .name = "fixes.read", .roles = kReaders},
    {.permission = Permission::fixes_publish, .name = "fixes.publish", .roles = kAdmins, .step_up = true},
    {.permission = Permission::reports_read, .name = "reports.read", .roles = kReaders},
    {.permission = Permission::reports_upload, .name = "reports.upload", .roles = kWorkers},
    {.permission = Permission::senders_write, .name = "senders.write", .roles = kWorkers},
    {.permission = Permission::mail_read, .name = "mail.read", .roles = kReaders},
    {.permission = Permission::mail_scan, .name = "mail.scan", .roles = kWorkers},
    {.permission = Permission::quarantine_read, .name = "quarantine.read", .roles = kAll},
    {.permission = Permission::quarantine_content, .name = "quarantine.content", .roles = kDesk},
    {.permission = Permission::quarantine_release,
     .name = "quarantine.release",
     .roles = kDesk,
     .step_up = true},
    {.permission = Permission::quarantine_delete,
     .name = "quarantine.delete",
     .roles = kWorkers,
     .step_up = true},
    {.permission = Permission::lists_read, .name = "lists.read", .roles = kReaders},
    {.permission = Permission::lists_write,
     .name = "lists.write",
     .roles = kAdmins,
     .step_up = true,
     .system_wide = true},
    {.permission = Permission::organisations_read, .name = "organisations.read", .roles = kAll},
    {.permission = Permission::organisations_write,
     .name = "organisations.write",
     .roles = kAdmins,
     .system_wide = true},
    {.permission = Permission::accounts_read, .name = "accounts.read", .roles = kAdmins | bit(Role::auditor)},
    {.permission = Permission::accounts_write, .name = "accounts.write", .roles = kAdmins, .step_up = true},
    {.permission = Permission::tokens_write, .name = "tokens.write", .roles = kWorkers, .step_up = true},
    {.permission = Permission::settings_read,
     .name = "settings.read",
     .roles = kAdmins | bit(Role::auditor),
     .system_wide = true},
    {.permission = Permission::settings_write,
     .name = "settings.write",
     .roles = kAdmins,
     .step_up = true,
     .system_wide = true},
    {.permission = Permission::audit_log_read,
     .name = "audit-log.read",
     .roles = kAdmins | bit(Role::auditor),
     .system_wide = true},
    {.permission = Permission::export_data,
     .name = "export",
     .roles = kWorkers | bit(Role::auditor),
     .step_up = true},
    {.permission = Permission::system_read,
     .name = "system.read",
     .roles = kAdmins | bit(Role::auditor),
     .system_wide = true},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kRules.size(); ++i)
    if (static_cast<std::size_t>(kRules[i].permission) != i) return false;
  return true;
}
static_assert(in_order());

const Rule& rule(Permission permission) { return kRules.at(static_cast<std::size_t>(permission)); }

constexpr std::array<std::string_view, kRoles> kRoleNames{"owner", "administrator", "analyst", "auditor",
                                                          "helpdesk"};

}  // namespace

std::string_view to_string(Role role) { return kRoleNames.at(static_cast<std::size_t>(role)); }

std::optional<Role> parse_role(std::string_view text) {
  const auto found = std::ranges::find(kRoleNames, text);
  if (found == kRoleNames.end()) return std::nullopt;
  return static_cast<Role>(found - kRoleNames.begin());
}

std::string_view to_string(Permission permission) { return rule(permission).name; }

std::optional<Permission> parse_permission(std::string_view text) {
  const auto found = std::ranges::find(kRules, text, &Rule::name);
  if (found == kRules.end()) return std::nullopt;
  return found->permission;
}

bool may(Role role, Permission permission) { return (rule(permission).roles & bit(role)) != 0; }
bool needs_step_up(Permission permission) { return rule(permission).step_up; }
bool is_system_wide(Permission permission) { return rule(permission).system_wide; }

}  // namespace rampart::accounts
