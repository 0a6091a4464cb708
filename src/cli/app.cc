#include "cli/app.h"

#include <csignal>
#include <cstdlib>

#include <unistd.h>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/guard_commands.h"
#include "cli/help.h"
#include "cli/interrupt.h"
#include "server/schema.h"

namespace rampart::cli {
namespace {

using server::schema;

constexpr std::string_view kDescription =
    "Rampart finds out whether a stranger can send mail in a domain's name.";

// A process that dies of SIGPIPE is what a shell expects when `| head` has seen enough: quiet, status 141.
[[noreturn]] void leave_quietly() { die_of(SIGPIPE); }

int finish(Session& session, const base::Error& error) {
  if (error.what == base::kReaderGone) leave_quietly();
  session.report(error);
  if (const int signal = interrupted(); signal != 0) die_of(signal);
  return static_cast<int>(exit_of(error.kind));
}

int print(Session& session, std::string_view text, Exit exit) {
  const auto printed = session.print(text);
  return printed ? static_cast<int>(exit) : finish(session, printed.error());
}

void set_up(CLI::App& root, Session& session) {
  root.set_help_flag("-h,--help", "Show this help");
  root.set_version_flag("--version", "rampart " RAMPART_VERSION, "Show the version");
  root.fallthrough();
  session.add_common_options(root);
  add_audit_command(root, session);
  add_fix_command(root, session);
  add_auth_command(root, session);
  add_dkim_command(root, session);
  add_arc_command(root, session);
  add_reports_command(root, session);
  add_advise_command(root, session);
  add_import_command(root, session);
  add_serve_command(root, session);
  add_init_command(root, session);
  add_watch_command(root, session);
  add_history_commands(root, session);
  add_risk_command(root, session);
  add_profile_command(root, session);
  add_lookalikes_command(root, session);
  add_subdomains_command(root, session);
  add_guard_command(root, session);
  add_trace_command(root, session);
  add_top_command(root, session);
  add_doctor_command(root, session);
  add_scan_command(root, session);
  add_quarantine_command(root, session);
  add_accounts_command(root, session);
  add_audit_log_command(root, session);
  add_config_command(root, session);
  add_backup_commands(root, session);
  add_demo_command(root, session);
  root.add_subcommand("help", "Show the help of a command: rampart help config check");
}

// `rampart help COMMAND…` is read here: to CLI11 the words would be commands to run, with all that they
// require.
int help(const CLI::App& root, std::span<const std::string> words, Session& session) {
  const CLI::App* command = &root;
  for (const auto& word : words) {
    const auto found = command->get_subcommands([&](const CLI::App* sub) { return sub->get_name() == word; });
    if (found.empty()) return finish(session, unknown_command(*command, word));
    command = found.front();
  }
  return print(session, help_text(*command), Exit::clean);
}

int run_checked(const std::vector<std::string>& arguments, Session& session) {
  CLI::App root{std::string(kDescription), "rampart"};
  set_up(root, session);
  if (!arguments.empty() && arguments[0] == "help")
    return help(root, std::span(arguments).subspan(1), session);
  try {
    root.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));  // CLI11 reads from the back
  } catch (const CLI::CallForHelp&) {
    return print(session, help_text(given_command(root)), Exit::clean);
  } catch (const CLI::CallForVersion&) {
    return print(session, "rampart " RAMPART_VERSION "\n", Exit::clean);
  } catch (const CLI::ParseError& error) {
    return finish(session, usage_error(root, error));
  }
  if (!session.action()) {
    session.surroundings().err(help_text(given_command(root)));
    return static_cast<int>(Exit::usage);
  }
  const auto exit = session.action()(session);
  return exit ? static_cast<int>(*exit) : finish(session, exit.error());
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// XDG Base Directory: an unset or relative $XDG_CONFIG_HOME means ~/.config.
std::vector<std::string> config_places() {
  std::vector<std::string> places;
  auto base = variable("XDG_CONFIG_HOME");
  if (!base.starts_with('/')) base = variable("HOME").starts_with('/') ? variable("HOME") + "/.config" : "";
  if (!base.empty()) places.push_back(base + "/rampart/rampart.toml");
  places.emplace_back("/etc/rampart/rampart.toml");
  return places;
}

// XDG Base Directory: an unset or relative $XDG_STATE_HOME means ~/.local/state.
std::string state_place() {
  auto base = variable("XDG_STATE_HOME");
  if (!base.starts_with('/'))
    base = variable("HOME").starts_with('/') ? variable("HOME") + "/.local/state" : "";
  return base.empty() ? base : base + "/rampart";
}

}  // namespace

int run(const std::vector<std::string>& arguments, Surroundings surroundings) {
  Session session(std::move(surroundings), schema());
  try {
    return run_checked(arguments, session);
  } catch (const std::exception& error) {
    return finish(session, {base::ErrorKind::internal,
                            fmt::format("a fault of rampart's own: {}", error.what()),
                            {},
                            "please report it, with the command that led to it"});
  }
}

Surroundings process_surroundings() {
  Surroundings out;
  out.out = [](std::string_view text) { return base::write_file("-", text); };
  out.err = [](std::string_view text) {
    while (!text.empty()) {
      const auto written = ::write(STDERR_FILENO, text.data(), text.size());
      if (written <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(written));
    }
  };
  out.out_is_terminal = ::isatty(STDOUT_FILENO) == 1;
  out.err_is_terminal = ::isatty(STDERR_FILENO) == 1;
  out.no_color = !variable("NO_COLOR").empty() || variable("TERM") == "dumb";
  out.config_files = config_places();
  out.state_folder = state_place();
  return out;
}

}  // namespace rampart::cli
