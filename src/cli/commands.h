// The commands: each function adds one to the program, and stands in the file of its name.
#pragma once

#include "cli/session.h"

namespace rampart::cli {

void add_audit_command(CLI::App& root, Session& session);
void add_arc_command(CLI::App& root, Session& session);
void add_auth_command(CLI::App& root, Session& session);
void add_dkim_command(CLI::App& root, Session& session);
// To `rampart dkim`: list, rotate, publish, retire and delegate.
void add_key_commands(CLI::App& dkim, Session& session);
void add_reports_command(CLI::App& root, Session& session);
// To `rampart reports`; the last but one: mark, marks and unmark.
void add_reports_import_command(CLI::App& reports, Session& session);
void add_reports_sources_command(CLI::App& reports, Session& session);
void add_reports_tls_command(CLI::App& reports, Session& session);
void add_reports_write_command(CLI::App& reports, Session& session);
void add_reports_authorise_command(CLI::App& reports, Session& session);
void add_reports_prune_command(CLI::App& reports, Session& session);
void add_reports_fetch_command(CLI::App& reports, Session& session);
void add_reports_mark_commands(CLI::App& reports, Session& session);
void add_reports_single_commands(CLI::App& reports, Session& session);  // failures and aside
void add_advise_command(CLI::App& root, Session& session);
void add_import_command(CLI::App& root, Session& session);
void add_fix_command(CLI::App& root, Session& session);
// To `rampart fix`: apply and undo.
void add_apply_commands(CLI::App& fix, Session& session);
void add_serve_command(CLI::App& root, Session& session);
void add_init_command(CLI::App& root, Session& session);
void add_watch_command(CLI::App& root, Session& session);
void add_history_commands(CLI::App& root, Session& session);
void add_risk_command(CLI::App& root, Session& session);
void add_profile_command(CLI::App& root, Session& session);
void add_lookalikes_command(CLI::App& root, Session& session);
void add_subdomains_command(CLI::App& root, Session& session);
void add_guard_command(CLI::App& root, Session& session);
void add_scan_command(CLI::App& root, Session& session);
void add_quarantine_command(CLI::App& root, Session& session);
// To `rampart quarantine`.
void add_quarantine_digest_command(CLI::App& quarantine, Session& session);
void add_accounts_command(CLI::App& root, Session& session);
void add_audit_log_command(CLI::App& root, Session& session);
void add_config_command(CLI::App& root, Session& session);
void add_backup_commands(CLI::App& root, Session& session);  // backup and restore
void add_demo_command(CLI::App& root, Session& session);

}  // namespace rampart::cli
