#include "base/config_docs.h"

#include "base/json.h"
#include "base/text.h"

namespace rampart::base {
namespace {

constexpr std::size_t kWidth = 88;  // of a comment's line: what a terminal of 90 columns shows whole

// `text` in lines of at most kWidth bytes, each with `prefix` before it.
std::string wrap(std::string_view text, std::string_view prefix) {
  std::string out;
  std::string line;
  const auto finish = [&] {
    out += std::string(prefix) + line + "\n";
    line.clear();
  };
  for (const auto word : split(text, ' ')) {
    if (!line.empty() && prefix.size() + line.size() + 1 + word.size() > kWidth) finish();
    if (!line.empty()) line += ' ';
    line += word;
  }
  if (!line.empty()) finish();
  return out;
}

// Calls `section` before the first setting of each section, and `setting` for every one.
template <class Section, class Each>
void for_each(const Schema& schema, Section section, Each each) {
  std::string_view last;
  for (const auto* setting : schema.settings()) {
    if (section_of(setting->key) != last) section(last = section_of(setting->key));
    each(*setting);
  }
}

void write_json(JsonWriter& json, const SettingValue& value) {
  struct Writer {
    JsonWriter& json;
    void operator()(bool flag) const { json.value(flag); }
    void operator()(std::int64_t number) const { json.value(number); }
    void operator()(std::chrono::milliseconds time) const { json.value(format_duration(time)); }
    void operator()(const std::string& text) const { json.value(text); }
    void operator()(const std::vector<std::string>& items) const {
      json.begin_array();
      for (const auto& item : items) json.value(item);
      json.end_array();
    }
  };
  std::visit(Writer{json}, value);
}

}  // namespace

std::string config_reference(const Schema& schema) {
  std::string out =
      "# Configuration\n\n"
      "<!-- Written by `rampart config reference`: change the definition tables, not this page. -->\n\n"
      "Rampart needs no configuration. It reads one TOML file, the first of these that exists:\n\n"
      "1. the file named by `--config FILE`;\n"
      "2. `$XDG_CONFIG_HOME/rampart/rampart.toml` (`~/.config/rampart/rampart.toml` when that is unset);\n"
      "3. `/etc/rampart/rampart.toml`.\n\n"
      "`--no-config` reads none. A setting's option on the command line overrides the file; a list given "
      "there\n"
      "replaces the file's list. A setting that does not exist, or a value that cannot be, is an error that "
      "names\n"
      "the line: nothing is ignored.\n\n"
      "```sh\n"
      "rampart config check                  # is my file right?\n"
      "rampart config print                  # every value, and where it came from\n"
      "rampart config explain audit.fail_on  # one setting\n"
      "rampart config example                # a commented file to start from\n"
      "```\n";
  for_each(
      schema, [&](std::string_view section) { out += fmt::format("\n## [{}]\n", section); },
      [&](const Setting& s) {
        out += fmt::format("\n### {}\n\n{}.\n\n- Value: {}\n- Default: `{}`\n", s.key, s.brief,
                           describe_type(s), s.standard);
        if (!s.option.empty()) out += fmt::format("- Command line: `{}`\n", s.option);
        if (!s.example.empty()) out += fmt::format("- Example: `{} = {}`\n", name_of(s.key), s.example);
        if (!s.detail.empty()) out += "\n" + wrap(s.detail, "");
      });
  return out;
}

std::string config_example(const Schema& schema) {
  std::string out =
      "# Rampart's configuration. Every setting is here with its default, commented out: remove the # to "
      "change\n"
      "# one. `rampart config check FILE` says whether the file is right; docs/configuration.md says more.\n";
  for_each(
      schema, [&](std::string_view section) { out += fmt::format("\n[{}]\n", section); },
      [&](const Setting& s) {
        out += "\n" + wrap(std::string(s.brief) + ".", "# ") + wrap("Value: " + describe_type(s) + ".", "# ");
        out += fmt::format("#{} = {}\n", name_of(s.key), s.example.empty() ? s.standard : s.example);
      });
  return out;
}

std::string explain_setting(const Setting& setting, const Config& config) {
  auto out = fmt::format("{}\n\n{}", setting.key, wrap(std::string(setting.brief) + ".", "  "));
  if (!setting.detail.empty()) out += wrap(setting.detail, "  ");
  out += fmt::format("\n  value    {}\n  default  {}\n", describe_type(setting), setting.standard);
  out += fmt::format("  now      {} ({})\n", format_value(config.value(setting.key)),
                     config.origin(setting.key).text());
  if (!setting.option.empty()) out += fmt::format("  option   {}\n", setting.option);
  const auto example = setting.example.empty() ? setting.standard : setting.example;
  out += fmt::format("\n  [{}]\n  {} = {}\n", section_of(setting.key), name_of(setting.key), example);
  return out;
}

std::string list_settings(const Schema& schema, std::string_view section) {
  std::size_t width = 0;
  for (const auto* setting : schema.settings()) width = std::max(width, setting->key.size());
  std::string out;
  for (const auto* setting : schema.settings())
    if (section.empty() || section_of(setting->key) == section)
      out += fmt::format("{:<{}}  {}\n", setting->key, width, setting->brief);
  return out;
}

std::string print_config(const Config& config) {
  std::string out;
  for_each(
      config.schema(),
      [&](std::string_view section) { out += fmt::format("{}[{}]\n", out.empty() ? "" : "\n", section); },
      [&](const Setting& s) {
        const auto value = fmt::format("{} = {}", name_of(s.key), format_value(config.value(s.key)));
        out += fmt::format("{:<40}  # {}\n", value, printable(config.origin(s.key).text()));
      });
  return out;
}

std::string print_config_json(const Config& config) {
  std::string out;
  JsonWriter json(out, JsonStyle::pretty);
  json.begin_array();
  for (const auto* setting : config.schema().settings()) {
    json.begin_object().member("key", setting->key).key("value");
    write_json(json, config.value(setting->key));
    json.key("default");
    write_json(json, standard_value(*setting));
    json.member("origin", config.origin(setting->key).text()).end_object();
  }
  json.end_array();
  return out + "\n";
}

}  // namespace rampart::base
