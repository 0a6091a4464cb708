#include "base/config_docs.h"
#include "cli/commands.h"
#include "cli/help.h"
#include "server/guard/guard_settings.h"
#include "server/settings.h"

namespace rampart::cli {
namespace {

using base::ErrorKind;
using server::guard_settings;

base::Result<Exit> print_text(Session& session, std::string_view text) {
  TRY(session.print(text));
  return Exit::clean;
}

base::Result<Exit> check(Session& session, std::string file) {
  if (file.empty()) {
    const auto found = session.config_file();
    if (!found) return print_text(session, "no configuration file: the defaults apply\n");
    file = *found;
  }
  base::Config config(session.schema());
  const auto errors = config.load_file(file);
  if (!errors.empty()) {
    for (std::size_t i = 0; i + 1 < errors.size(); ++i) session.report(errors[i]);
    return std::unexpected(errors.back());
  }
  // What settings say together.
  TRY(guard_settings(config));
  TRY(server::read_server_settings(config));
  std::size_t set = 0;
  for (const auto* setting : session.schema().settings())
    if (config.origin(setting->key).from == base::Origin::From::file) ++set;
  return print_text(
      session, fmt::format("{}: right, {} of {} settings are set\n", file == "-" ? "standard input" : file,
                           set, session.schema().settings().size()));
}

base::Result<Exit> print(Session& session, const std::string& format) {
  const auto* config = TRY(session.config());
  return print_text(session,
                    format == "json" ? base::print_config_json(*config) : base::print_config(*config));
}

base::Result<Exit> explain(Session& session, const std::string& key) {
  const auto& schema = session.schema();
  if (key.empty()) return print_text(session, base::list_settings(schema));
  if (schema.has_section(key)) return print_text(session, base::list_settings(schema, key));
  const auto* setting = schema.find(key);
  if (setting == nullptr) {
    const auto meant = schema.nearest_key(key);
    return base::fail(
        ErrorKind::usage, fmt::format("there is no setting \"{}\"", key), {},
        meant.empty() ? "all settings: rampart config explain" : fmt::format("did you mean {}?", meant));
  }
  return print_text(session, base::explain_setting(*setting, *TRY(session.config())));
}

void add_check(CLI::App& config, Session& session) {
  auto* command = config.add_subcommand("check", "Say whether a configuration file is right");
  const auto file = std::make_shared<std::string>();
  command->add_option("FILE", *file, "The file; - for standard input; the one in use when left out");
  session.on_run(*command, [file](Session& s) { return check(s, *file); });
}

void add_print(CLI::App& config, Session& session) {
  auto* command = config.add_subcommand("print", "Print every value and where it came from");
  const auto format = std::make_shared<std::string>("toml");
  command->add_option("--format", *format, "toml or json [toml]")
      ->type_name("FORMAT")
      ->check(one_of({"toml", "json"}));
  session.on_run(*command, [format](Session& s) { return print(s, *format); });
}

void add_explain(CLI::App& config, Session& session) {
  auto* command = config.add_subcommand("explain", "Explain a setting, or list them all");
  const auto key = std::make_shared<std::string>();
  command->add_option("KEY", *key, "The setting, such as audit.fail_on, or a section, such as audit");
  session.on_run(*command, [key](Session& s) { return explain(s, *key); });
}

}  // namespace

void add_config_command(CLI::App& root, Session& session) {
  auto* config = root.add_subcommand("config", "Check, print and explain the configuration");
  add_check(*config, session);
  add_print(*config, session);
  add_explain(*config, session);
  auto* example = config->add_subcommand("example", "Print a commented file to start from");
  session.on_run(*example, [](Session& s) { return print_text(s, base::config_example(s.schema())); });
  auto* reference = config->add_subcommand("reference", "Print the reference page (docs/configuration.md)");
  session.on_run(*reference, [](Session& s) { return print_text(s, base::config_reference(s.schema())); });
}

}  // namespace rampart::cli
