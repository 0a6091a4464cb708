// The pages that come of the definition table. `docs/configuration.md` and `examples/rampart.toml` are
// checked-in copies; a test proves that they are current.
#pragma once

#include <string>

#include "base/config.h"

namespace rampart::base {

// The reference page, in Markdown: every section, every setting with its type, default, option and detail.
std::string config_reference(const Schema& schema);
// An example file: every setting commented out with its default (or an example), and its brief above it.
std::string config_example(const Schema& schema);
// One setting for a person at a terminal, with its value in `config` and where that came from.
std::string explain_setting(const Setting& setting, const Config& config);
// A line for each setting, or each one of a section.
std::string list_settings(const Schema& schema, std::string_view section = {});
// The effective values as a TOML file, each with its origin behind it in a comment.
std::string print_config(const Config& config);
// The same as a JSON array of {key, value, default, origin}.
std::string print_config_json(const Config& config);

}  // namespace rampart::base
