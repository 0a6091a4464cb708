// What the commands that look for names have in common: lists of names, how the result is printed, and the run over
// many names.
#pragma once

#include <string>
#include <vector>

#include "audit/each_name.h"
#include "cli/facts_options.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/session.h"

namespace rampart::cli {

struct NamesOutput {
  std::string format = "text";
  std::string output = "-";
  std::size_t width = 0;  // columns; 0: the terminal's
};

// --format, --output and --width.
void add_names_output(CLI::App& command, NamesOutput& output, std::vector<std::string> formats);
// The options of DNS and of how much is done at once.
void add_names_settings(CLI::App& command, Session& session);
// The columns that text is set for.
std::size_t width_of(const NamesOutput& output, const Session& session);
// Prints to standard output, or writes the file, whole or not at all.
base::Result<> put_out(Session& session, const NamesOutput& output, std::string_view text);

// The names of the command line, each as a domain: a wrong one is wrong usage.
base::Result<std::vector<dns::Name>> parse_names(const std::vector<std::string>& texts);
// The names of files with one name a line, # for comments. Lines that name none are said and left out.
base::Result<std::vector<dns::Name>> read_names(Session& session, const std::vector<std::string>& paths,
                                                std::string_view option);

// decide_each() over a source, with progress on the terminal, heeding Ctrl-C.
template <class Decision>
base::Result<std::vector<Decision>> look_at_each(
    Session& session, const base::Config& config, server::FactSource& source,
    const std::vector<dns::Name>& names,
    const std::function<Decision(const dns::Name&, facts::Facts&)>& decide) {
  Progress progress(session.surroundings().err, session.surroundings().err_is_terminal, "names");
  std::size_t done = 0;
  auto decisions = audit::decide_each<Decision>(
      names, decide, runner_options(config), source.lanes(), [&]() -> base::Result<> {
        if (interrupted() != 0) return base::fail(base::ErrorKind::unavailable, "interrupted");
        ++done;
        progress.update(done, static_cast<double>(done) / static_cast<double>(names.size()));
        return {};
      });
  if (interrupted() != 0) return base::fail(base::ErrorKind::unavailable, "interrupted");
  return decisions;
}

}  // namespace rampart::cli
