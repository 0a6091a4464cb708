// What a command has at hand: the streams, the surroundings, the configuration.
#pragma once

#include <functional>
#include <optional>
#include <span>

#include <CLI/CLI.hpp>

#include "base/config.h"
#include "net/http/assets.h"

namespace rampart::cli {

// The exit status, the same for every command.
enum class Exit : int {
  clean = 0,
  findings = 1,      // something at or above --fail-on
  usage = 2,         // the command line, the configuration or a given file is wrong
  undetermined = 3,  // it could not be found out
  try_again = 75,    // sysexits.h's EX_TEMPFAIL, for a mail server's pipe
};

// Where output goes and what surrounds the program. Tests put strings and folders of their own here.
struct Surroundings {
  // Standard output, unbuffered: hand over large pieces. An error ends the command; when the reader has gone
  // (`| head`) the program then leaves without a word.
  std::function<base::Result<>(std::string_view)> out;
  std::function<void(std::string_view)> err;  // standard error; faults are ignored
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  bool no_color = false;                           // NO_COLOR is set to something, or TERM is "dumb"
  std::vector<std::string> config_files;           // where a configuration is looked for, best first
  std::span<const net::http::Asset> console = {};  // the files of the console (server/console.h)
  std::string state_folder;  // where a program keeps what it remembers between runs; empty: nowhere
};

class Session {
 public:
  using Action = std::function<base::Result<Exit>(Session&)>;

  Session(Surroundings surroundings, const base::Schema& schema)
      : surroundings_(std::move(surroundings)), schema_(&schema) {}

  // --- For a command while it is set up ---

  // Adds the option of a setting to a subcommand: its name, help and place in the configuration come from the
  // definition table. A flag for a boolean; a list may be given several times or with commas.
  CLI::Option* add_setting(CLI::App& command, std::string_view key);
  // What to do when `command` is the one that was given.
  void on_run(CLI::App& command, Action action);

  // The options of every command: --config, --no-config, --color, --no-color.
  void add_common_options(CLI::App& root);
  // The action of the command that was given; empty when none was.
  [[nodiscard]] const Action& action() const { return action_; }

  // --- For an action ---

  // The configuration, with the command line laid over the file. Loaded once. When several things are wrong,
  // all but the last are printed here.
  base::Result<const base::Config*> config();
  // The same read again, for a program that goes on with a configuration that was changed; config() stays as it was.
  base::Result<base::Config> read_config();
  // The file that config() reads: the one named, or the first that exists; nothing when there is none.
  [[nodiscard]] std::optional<std::string> config_file() const;
  [[nodiscard]] bool names_config() const { return named_file_.has_value(); }  // --config

  [[nodiscard]] const base::Schema& schema() const { return *schema_; }
  // Whether standard output, or standard error, may have colour: output.color, NO_COLOR and the terminal
  // decide.
  [[nodiscard]] bool color_on_out() const { return color(surroundings_.out_is_terminal); }
  [[nodiscard]] bool color_on_err() const { return color(surroundings_.err_is_terminal); }
  [[nodiscard]] const Surroundings& surroundings() const { return surroundings_; }

  base::Result<> print(std::string_view text) { return surroundings_.out(text); }
  // `rampart: error: …` and `hint: …` on standard error, every byte of it printable.
  void report(const base::Error& error);
  // `rampart: …` on standard error, for what is worth knowing and no error.
  void note(std::string_view text);

 private:
  struct Binding {
    const base::Setting* setting;
    CLI::Option* option;
  };

  [[nodiscard]] bool color(bool is_terminal) const;
  base::Result<> apply_command_line(base::Config& config) const;

  Surroundings surroundings_;
  const base::Schema* schema_;
  std::optional<std::string> named_file_;  // --config
  bool no_config_ = false;
  bool no_color_ = false;
  std::vector<Binding> bindings_;
  Action action_;
  std::optional<base::Config> config_;
};

// The error of a given kind as an exit status: what we could not find out is 3, everything else the caller
// can mend is 2.
Exit exit_of(base::ErrorKind kind);

}  // namespace rampart::cli
