#include "cli/names_options.h"

#include <fmt/ranges.h>
#include <unistd.h>

#include "audit/domain_list.h"
#include "base/columns.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/help.h"
#include "dns/domain.h"

namespace rampart::cli {
namespace {

constexpr std::size_t kMaxTextWidth = 160;    // columns: tables of names and records are wide
constexpr std::size_t kMaxRefusedShown = 20;  // on the terminal; the rest is counted

}  // namespace

void add_names_output(CLI::App& command, NamesOutput& output, std::vector<std::string> formats) {
  command.add_option("--format", output.format, fmt::format("{} [text]", fmt::join(formats, ", ")))
      ->type_name("FORMAT")
      ->check(one_of(std::move(formats)));
  command.add_option("--output", output.output, "Write to a file, whole or not at all")->type_name("FILE");
  command.add_option("--width", output.width, "Set text for this many columns")->type_name("COLUMNS");
}

void add_names_settings(CLI::App& command, Session& session) {
  session.add_setting(command, "dns.resolvers");
  session.add_setting(command, "dns.timeout");
  session.add_setting(command, "audit.parallel");
  session.add_setting(command, "audit.threads");
}

std::size_t width_of(const NamesOutput& output, const Session& session) {
  if (output.width != 0) return output.width;
  const bool terminal = output.output == "-" && session.surroundings().out_is_terminal;
  return terminal ? std::min(base::terminal_width(STDOUT_FILENO), kMaxTextWidth) : 120;
}

base::Result<> put_out(Session& session, const NamesOutput& output, std::string_view text) {
  if (output.output != "-") return base::write_file(output.output, text);
  return text.empty() ? base::Result<>() : session.print(text);
}

base::Result<std::vector<dns::Name>> parse_names(const std::vector<std::string>& texts) {
  std::vector<dns::Name> names;
  for (const auto& text : texts) {
    auto name = dns::parse_domain(text);
    if (!name) {
      auto error = name.error();
      error.kind = base::ErrorKind::usage;
      return std::unexpected(std::move(error));
    }
    if (std::ranges::find(names, *name) == names.end()) names.push_back(*name);
  }
  return names;
}

base::Result<std::vector<dns::Name>> read_names(Session& session, const std::vector<std::string>& paths,
                                                std::string_view option) {
  audit::DomainList list;
  for (const auto& path : paths) {
    if (const auto opened = list.open(path); !opened) {
      auto error = opened.error();
      error.hint = fmt::format("{} takes a file with one name a line", option);
      return std::unexpected(std::move(error));
    }
  }
  std::size_t refused = 0;
  list.on_refused([&](const audit::RefusedLine& line) {
    if (++refused > kMaxRefusedShown) return;
    session.note(
        fmt::format("{}: {}{}", line.where, line.why, line.hint.empty() ? "" : " (" + line.hint + ")"));
  });
  std::vector<dns::Name> names;
  while (const auto entry = TRY(list.next())) names.push_back(entry->domain);
  if (refused > kMaxRefusedShown) {
    session.note(fmt::format("{} more lines of {} name nothing", refused - kMaxRefusedShown, option));
  }
  return names;
}

}  // namespace rampart::cli
