// Help texts, and what to say about a command line that cannot be read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/result.h"

namespace rampart::cli {

// The command that most people want, at the end of the program's help.
inline constexpr std::string_view kCommonCommand = "rampart audit mydomain.example";

// The help of the program or of one command, in lines of at most 80 columns.
std::string help_text(const CLI::App& command);

// The innermost command of a parsed command line: `config check` of `rampart config check x`.
const CLI::App& given_command(const CLI::App& root);
// A command's words: "rampart config check".
std::string full_name(const CLI::App& command);

// A check for an option whose value is one of a few words, with "did you mean".
CLI::Validator one_of(std::vector<std::string> words);

// The same for one whose value is a whole number from `least` to `most`.
CLI::Validator whole_number(std::int64_t least, std::int64_t most);

// The error for what CLI11 could not read, with "did you mean" for commands and options.
base::Error usage_error(const CLI::App& root, const CLI::ParseError& error);
// The error for a command that does not exist below `parent`.
base::Error unknown_command(const CLI::App& parent, const std::string& word);

}  // namespace rampart::cli
