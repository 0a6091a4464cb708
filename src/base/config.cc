#include "base/config.h"

#include <cassert>

#include "base/file.h"
#include "base/text.h"
#include "base/toml.h"

namespace rampart::base {
namespace {

using std::chrono::milliseconds;

std::string_view kind_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::string:
      return "a text";
    case toml::node_type::integer:
      return "a whole number";
    case toml::node_type::floating_point:
      return "a number with a fraction";
    case toml::node_type::boolean:
      return "true or false";
    default:
      return "a date or time of day";
  }
}

// The value as it stands in the file, for "not …"; containers by their kind.
std::string shown(const toml::node& node) {
  constexpr std::size_t kShown = 60;
  if (const auto* text = node.as_string()) return "\"" + excerpt(text->get(), kShown) + "\"";
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  return std::string(kind_of(node));
}

Result<SettingValue> list_value(const Setting& setting, const toml::node& node) {
  const auto* array = node.as_array();
  if (array == nullptr) {
    auto error = wrong_value(setting, shown(node));
    if (const auto* text = node.as_string())
      error.error().hint =
          fmt::format("put it in brackets: {} = [\"{}\"]", name_of(setting.key), excerpt(text->get(), 60));
    return error;
  }
  std::vector<std::string> items;
  for (const auto& item : *array) {
    const auto* text = item.as_string();
    if (text == nullptr) return wrong_value(setting, fmt::format("a list with {} in it", kind_of(item)));
    items.push_back(text->get());
  }
  return items;
}

Result<SettingValue> raw_value(const Setting& setting, const toml::node& node) {
  switch (setting.type) {
    case SettingType::boolean:
      if (const auto* flag = node.as_boolean()) return flag->get();
      break;
    case SettingType::integer:
      if (const auto* number = node.as_integer()) return number->get();
      break;
    case SettingType::text:
      if (const auto* text = node.as_string()) return text->get();
      break;
    case SettingType::duration:
      if (const auto* text = node.as_string())
        if (const auto time = parse_duration(text->get())) return *time;
      break;
    case SettingType::list:
      return list_value(setting, node);
  }
  return wrong_value(setting, shown(node));
}

// Walks a parsed file and collects its values and everything that is wrong with it.
class Reader {
 public:
  Reader(const Schema& schema, const std::string& file) : schema_(schema), file_(file) {}

  void read(const toml::table& table, const std::string& section) {
    for (const auto& [name, node] : table) {
      const std::string key =
          section.empty() ? std::string(name.str()) : section + "." + std::string(name.str());
      const Setting* setting = schema_.find(key);
      if (name.str().find('.') != std::string_view::npos) setting = nullptr;  // "a.b" in quotes is one name
      if (setting != nullptr) {
        set(*setting, node);
      } else if (section.empty() && schema_.has_section(key)) {
        read_section(key, node);
      } else {
        unknown(key, name, node);
      }
    }
  }

  std::map<std::string_view, std::pair<SettingValue, Origin>> values;
  // What is wrong, by its place; one place may have one error only.
  std::map<std::pair<std::uint32_t, std::uint32_t>, Error> errors;

 private:
  void set(const Setting& setting, const toml::node& node) {
    auto value = raw_value(setting, node);
    if (value) {
      if (auto valid = validate(setting, *value); !valid) value = std::unexpected(valid.error());
    }
    if (!value) return add(node.source(), value.error());
    const auto line = fmt::format("{}:{}", file_, node.source().begin.line);
    values[setting.key] = {*std::move(value), {Origin::From::file, line}};
  }

  void read_section(const std::string& key, const toml::node& node) {
    if (const auto* table = node.as_table()) return read(*table, key);
    add(node.source(), {ErrorKind::config,
                        fmt::format("{} is a section, not a value", key),
                        {},
                        fmt::format("write [{}] on a line of its own, and its settings below", key)});
  }

  void unknown(const std::string& key, const toml::key& name, const toml::node& node) {
    const auto meant = schema_.nearest_key(key);
    const auto hint = meant.empty() ? std::string("see: rampart config explain") : did_you_mean(meant);
    const auto* what = node.is_table() ? "section" : "setting";
    add(name.source(),
        {ErrorKind::config, fmt::format("there is no {} \"{}\"", what, excerpt(key, 80)), {}, hint});
  }

  static std::string did_you_mean(const std::string& key) {
    return fmt::format("did you mean {}, in the section [{}]?", name_of(key), section_of(key));
  }

  void add(const toml::source_region& source, Error error) {
    error.where = fmt::format("{}:{}:{}", file_, source.begin.line, source.begin.column);
    errors.emplace(std::pair(source.begin.line, source.begin.column), std::move(error));
  }

  const Schema& schema_;
  const std::string& file_;
};

std::string syntax_hint(std::string_view description) {
  const auto says = [&](std::string_view word) { return description.find(word) != std::string_view::npos; };
  if (says("redefine")) return "it stands in the file twice: remove one of the two";
  if (says("utf-8")) return "save the file as UTF-8";
  return "texts stand in quotes: fail_on = \"high\"; sections in brackets: [audit]";
}

Error syntax_error(const toml::parse_error& error, const std::string& name) {
  const auto& begin = error.source().begin;
  return {ErrorKind::config, "this is not valid TOML: " + printable(error.description()),
          fmt::format("{}:{}:{}", name, begin.line, begin.column), syntax_hint(error.description())};
}

}  // namespace

SettingValue standard_value(const Setting& setting) {
  const auto parsed = toml::parse("value = " + std::string(setting.standard));
  assert(parsed && "a default in the definition table is not TOML");
  auto value = raw_value(setting, *parsed.table().get("value"));
  assert(value && "a default in the definition table has the wrong type");
  return std::move(*value);
}

Config::Config(const Schema& schema) : schema_(&schema) {
  for (const auto* setting : schema.settings()) entries_[setting->key] = {standard_value(*setting), {}};
}

std::vector<Error> Config::load(std::string_view text, const std::string& name) {
  const auto parsed = toml::parse(text);
  if (!parsed) return {syntax_error(parsed.error(), name)};
  Reader reader(*schema_, name);
  reader.read(parsed.table(), {});
  if (reader.errors.empty()) {
    for (auto& [key, value] : reader.values)
      entries_[key] = {std::move(value.first), std::move(value.second)};
    return {};
  }
  std::vector<Error> errors;
  for (auto& [place, error] : reader.errors)
    if (errors.size() < kMaxErrors) errors.push_back(std::move(error));
  return errors;
}

std::vector<Error> Config::load_file(const std::string& path) {
  const auto text = read_file(path, kMaxFileBytes);
  if (!text) return {text.error()};
  return load(*text, path == "-" ? "standard input" : path);
}

Result<> Config::override_with(std::string_view key, std::span<const std::string> words) {
  const Setting* setting = schema_->find(key);
  assert(setting != nullptr && "an option of a setting that is in no table");
  auto value = parse_words(*setting, words);
  const std::string option(setting->option);
  if (!value) {
    auto error = value.error();
    error.kind = ErrorKind::usage;
    error.where = option;
    return std::unexpected(std::move(error));
  }
  entries_[setting->key] = {std::move(*value), {Origin::From::command_line, option}};
  return {};
}

const Config::Entry& Config::entry(std::string_view key) const {
  const auto found = entries_.find(key);
  assert(found != entries_.end() && "a setting that is in no table");
  return found->second;
}

}  // namespace rampart::base
