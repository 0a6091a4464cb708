#include "cli/help.h"

#include <charconv>

#include "base/text.h"

namespace rampart::cli {
namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kMaxLeft = 26;  // a longer name gets a line of its own

struct Row {
  std::string left;
  std::string right;
};

std::string wrap(std::string_view text, std::size_t indent) {
  std::string out;
  std::size_t column = indent;
  for (const auto word : base::split(text, ' ')) {
    if (column > indent && column + 1 + word.size() > kWidth) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    }
    if (column > indent) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
  }
  return out;
}

std::string section(std::string_view title, const std::vector<Row>& rows) {
  if (rows.empty()) return {};
  std::size_t left = 0;
  for (const auto& row : rows)
    if (row.left.size() <= kMaxLeft) left = std::max(left, row.left.size());
  const std::size_t indent = left + 4;
  auto out = fmt::format("\n{}:\n", title);
  for (const auto& row : rows) {
    out += "  " + row.left;
    out += row.left.size() <= left ? std::string(left - row.left.size() + 2, ' ')
                                   : "\n" + std::string(indent, ' ');
    out += wrap(row.right, indent) + "\n";
  }
  return out;
}

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

std::string option_name(const CLI::Option& option) {
  std::string out;
  for (const auto& name : option.get_snames()) out += (out.empty() ? "-" : ", -") + name;
  for (const auto& name : option.get_lnames()) out += (out.empty() ? "--" : ", --") + name;
  if (takes_value(option)) out += " " + option.get_type_name();
  return out;
}

std::vector<Row> option_rows(const CLI::App& command, std::string_view group) {
  std::vector<Row> rows;
  for (const auto* option : command.get_options())
    if (!option->get_positional() && option->get_group() == group)
      rows.push_back({option_name(*option), option->get_description()});
  return rows;
}

std::vector<Row> argument_rows(const CLI::App& command) {
  std::vector<Row> rows;
  for (const auto* option : command.get_options())
    if (option->get_positional()) rows.push_back({option->get_name(true), option->get_description()});
  return rows;
}

std::vector<Row> command_rows(const CLI::App& command) {
  std::vector<Row> rows;
  for (const auto* sub : command.get_subcommands([](const CLI::App*) { return true; }))
    rows.push_back({sub->get_name(), sub->get_description()});
  return rows;
}

std::string usage_line(const CLI::App& command) {
  std::string out = "Usage: " + full_name(command);
  // What does something by itself takes one command or none, and says so.
  if (!command_rows(command).empty())
    out += command.get_require_subcommand_max() == 1 ? " [COMMAND]" : " COMMAND";
  if (!option_rows(command, "Options").empty()) out += " [OPTION...]";
  for (const auto* option : command.get_options()) {
    if (!option->get_positional()) continue;
    const bool many = option->get_items_expected_max() > 1;
    const auto name = option->get_name(true) + (many ? "..." : "");
    out += option->get_required() ? " " + name : " [" + name + "]";
  }
  return wrap(out, 7) + "\n";
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* app = &command; app != nullptr; app = app->get_parent())
    for (const auto* option : app->get_options())
      for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

std::string nearest_of(std::string_view word, const std::vector<std::string>& names) {
  const std::vector<std::string_view> views(names.begin(), names.end());
  return base::nearest(word, views);
}

std::string see_help(const CLI::App& command) {
  const auto name = full_name(command);
  return command.get_parent() == nullptr ? "see: rampart help"
                                         : "see: rampart help" + name.substr(name.find(' '));
}

base::Error unknown_option(const CLI::App& command, const std::string& word) {
  const auto name = word.substr(0, word.find('='));
  auto meant = nearest_of(name, option_names(command));
  base::Error error{
      base::ErrorKind::usage, fmt::format("there is no option {}", name), {}, see_help(command)};
  if (!meant.empty()) error.hint = fmt::format("did you mean {}?", meant);
  return error;
}

// The command of `parent` that is meant; empty: none is near.
std::string meant_command(const CLI::App& parent, std::string_view word) {
  std::vector<std::string> names;
  for (const auto& row : command_rows(parent)) names.push_back(row.left);
  return nearest_of(word, names);
}

}  // namespace

std::string help_text(const CLI::App& command) {
  auto out = wrap(command.get_description(), 0) + "\n\n" + usage_line(command);
  out += section("Commands", command_rows(command));
  out += section("Arguments", argument_rows(command));
  for (const auto& group : command.get_groups())
    if (!group.empty()) out += section(group, option_rows(command, group));
  if (command.get_parent() != nullptr)
    out += "\nOptions of every command, such as --config and --no-color: rampart help\n";
  if (!command.get_footer().empty()) {
    out += '\n';
    for (const auto line : base::split(command.get_footer(), '\n')) out += wrap(line, 0) + '\n';
  }
  if (command.get_parent() == nullptr) out += fmt::format("\nMost often: {}\n", kCommonCommand);
  return out;
}

const CLI::App& given_command(const CLI::App& root) {
  const auto subs = root.get_subcommands();
  return subs.empty() ? root : given_command(*subs.front());
}

std::string full_name(const CLI::App& command) {
  if (command.get_parent() == nullptr) return command.get_name();
  return full_name(*command.get_parent()) + " " + command.get_name();
}

base::Error unknown_command(const CLI::App& parent, const std::string& word) {
  base::Error error{base::ErrorKind::usage,
                    fmt::format("there is no command \"{}\"", base::excerpt(word, 80)),
                    {},
                    see_help(parent)};
  const auto meant = meant_command(parent, word);
  if (!meant.empty()) {
    error.hint = fmt::format("did you mean {} {}?", full_name(parent), meant);
  } else if (parent.get_parent() == nullptr && word == "version") {
    error.hint = "see: rampart --version";
  } else if (parent.get_parent() == nullptr && word.find('.') != std::string::npos) {
    error.hint = fmt::format("to audit a domain: rampart audit {}", base::excerpt(word, 80));
  }
  return error;
}

CLI::Validator one_of(std::vector<std::string> words) {
  return {[words = std::move(words)](const std::string& given) -> std::string {
            if (std::ranges::find(words, given) != words.end()) return {};
            const auto meant = nearest_of(given, words);
            return fmt::format("must be one of {}, not \"{}\"{}", base::join(words, ", "),
                               base::excerpt(given, 60),
                               meant.empty() ? "" : fmt::format(" (did you mean {}?)", meant));
          },
          ""};
}

CLI::Validator whole_number(std::int64_t least, std::int64_t most) {
  return {[least, most](const std::string& given) -> std::string {
            std::int64_t number = 0;
            const auto* end = given.data() + given.size();
            const auto [stop, fault] = std::from_chars(given.data(), end, number);
            if (fault == std::errc() && stop == end && number >= least && number <= most) return {};
            return fmt::format("must be a whole number from {} to {}, not \"{}\"", least, most,
                               base::excerpt(given, 60));
          },
          ""};
}

base::Error usage_error(const CLI::App& root, const CLI::ParseError& error) {
  const auto& command = given_command(root);
  for (const auto& word : root.remaining(true)) {
    if (word.size() > 1 && word[0] == '-') return unknown_option(command, word);
    if (!command_rows(command).empty()) {
      // Of `report import` the first word is the wrong one, though `import` is a command, too.
      const bool first = meant_command(command, word).empty() && !meant_command(root, word).empty();
      return unknown_command(first ? root : command, word);
    }
    return {base::ErrorKind::usage,
            fmt::format("\"{}\" is one argument too many", base::excerpt(word, 80)),
            {},
            see_help(command)};
  }
  std::string what = error.what();
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr && what.ends_with(" missing"))
    what = what.substr(0, what.find(':')) + " needs a value";
  if (what.size() > 1 && base::is_alpha(what[0]) && !(what[1] >= 'A' && what[1] <= 'Z'))
    what[0] = base::to_lower(what[0]);
  return {base::ErrorKind::usage, what, {}, see_help(command)};
}

}  // namespace rampart::cli
