// The effective configuration: every setting of a schema with its value and where that value came from. The
// command line overrides the file, the file overrides the defaults.
//
//   Config config(schema);
//   for (const auto& error : config.load(text, "rampart.toml")) ...   // all that is wrong, in order
//   TRY(config.override_with("audit.fail_on", std::vector<std::string>{"low"}));
//   config.text("audit.fail_on");
#pragma once

#include <map>

#include "base/config_schema.h"

namespace rampart::base {

struct Origin {
  enum class From : std::uint8_t { standard, file, command_line };
  From from = From::standard;
  std::string where;  // `rampart.toml:12`, `--fail-on`; empty for a default

  [[nodiscard]] std::string text() const { return from == From::standard ? "default" : where; }
};

class Config {
 public:
  static constexpr std::size_t kMaxFileBytes = std::size_t{1} << 20;  // ours: the example file has about 6 KB
  static constexpr std::size_t kMaxErrors = 20;                       // as many as fit on a screen

  // All defaults. The schema must outlive the configuration.
  explicit Config(const Schema& schema);

  // Lays a TOML text over what is there; `name` is the file's name in errors and origins. Returns all errors
  // found (kConfig, `file:line:column`), at most kMaxErrors; when there is one, nothing has changed.
  std::vector<Error> load(std::string_view text, const std::string& name);
  // The same of a file; one that cannot be read is one error.
  std::vector<Error> load_file(const std::string& path);

  // A value from the command line, as words. Errors name the setting's option.
  Result<> override_with(std::string_view key, std::span<const std::string> words);

  // The value of a setting. The key must be in the schema and have the type asked for: anything else is our
  // own fault, and ends the program.
  [[nodiscard]] bool boolean(std::string_view key) const { return get<bool>(key); }
  [[nodiscard]] std::int64_t integer(std::string_view key) const { return get<std::int64_t>(key); }
  [[nodiscard]] std::chrono::milliseconds duration(std::string_view key) const {
    return get<std::chrono::milliseconds>(key);
  }
  [[nodiscard]] const std::string& text(std::string_view key) const { return get<std::string>(key); }
  [[nodiscard]] const std::vector<std::string>& list(std::string_view key) const {
    return get<std::vector<std::string>>(key);
  }
  [[nodiscard]] const SettingValue& value(std::string_view key) const { return entry(key).value; }
  [[nodiscard]] const Origin& origin(std::string_view key) const { return entry(key).origin; }

  [[nodiscard]] const Schema& schema() const { return *schema_; }

 private:
  struct Entry {
    SettingValue value;
    Origin origin;
  };
  using Entries = std::map<std::string_view, Entry>;

  [[nodiscard]] const Entry& entry(std::string_view key) const;
  template <class T>
  [[nodiscard]] const T& get(std::string_view key) const {
    return std::get<T>(entry(key).value);
  }

  const Schema* schema_;
  Entries entries_;
};

// A setting's default. The table's own test proves that every default parses and is allowed.
SettingValue standard_value(const Setting& setting);

}  // namespace rampart::base
