// The definition table of the configuration: one entry a setting, and everything else comes of it: the parser
// and its errors, the defaults, the command line's options, the reference page and the example file.
//
// A feature lists its settings in its own folder (src/audit/settings.cc); plain code puts the lists together
// (src/cli/settings.cc).
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace rampart::base {

enum class SettingType : std::uint8_t {
  boolean,
  integer,
  duration,  // written as "1500ms", "30s", "10m", "2h" or "7d"
  text,
  list,  // of texts
};

using SettingValue =
    std::variant<bool, std::int64_t, std::chrono::milliseconds, std::string, std::vector<std::string>>;

struct Setting {
  std::string_view key;  // section and name: "audit.fail_on"
  SettingType type;
  std::string_view standard;  // the default, as TOML writes it: `"high"`, `30`, `[]`
  std::string_view brief;     // one line for help and the example file; no final stop
  std::string_view detail;    // what else an operator should know; sentences
  std::string_view option{};  // the command line's name for it, "--fail-on"; empty when it has none
  std::string_view
      value_name{};         // what help calls its value, "ADDRESS"; made from the type or key when empty
  std::string_view unit{};  // of an integer: "percent"
  // Of an integer its value, of a duration its milliseconds, of a list its length; a text is not bounded by
  // them.
  std::int64_t min = 0;
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  std::span<const std::string_view> choices{};  // the only allowed texts, or items of a list
  std::string_view example{};  // TOML for the example file, where the default shows too little
  // What is wrong with a text or an item of a list ("is not an address"), or nothing.
  std::string (*check)(std::string_view) = nullptr;
};

// All settings, in the order of the reference page. The tables must outlive it.
class Schema {
 public:
  Schema(std::initializer_list<std::span<const Setting>> tables);

  [[nodiscard]] const std::vector<const Setting*>& settings() const { return settings_; }
  [[nodiscard]] const Setting* find(std::string_view key) const;  // null when there is none
  [[nodiscard]] bool has_section(std::string_view name) const;
  // The key that was probably meant, looked for among whole keys and among the names in every section; or
  // nothing.
  [[nodiscard]] std::string nearest_key(std::string_view key) const;

 private:
  std::vector<const Setting*> settings_;
};

std::string_view section_of(std::string_view key);  // "audit.fail_on": "audit"
std::string_view name_of(std::string_view key);     // "audit.fail_on": "fail_on"

// What a value must be, to stand after "must be": "a whole number from 0 to 100 (percent)".
std::string describe_type(const Setting& setting);
// A value as TOML writes it.
std::string format_value(const SettingValue& value);

// "1500ms", "30s", "10m", "2h", "7d"; nothing else, no sign, no overflow.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);
std::string format_duration(std::chrono::milliseconds value);  // in the largest unit without a fraction

// Whether a value of the right type is within the setting's limits, choices and check. The error's `where` is
// empty.
Result<> validate(const Setting& setting, const SettingValue& value);
// A value given as words on the command line. A list takes them all, split at commas; anything else takes
// exactly one.
Result<SettingValue> parse_words(const Setting& setting, std::span<const std::string> words);
// The error that all wrong values get: `key must be …, not …`, with the place to read on as its hint.
std::unexpected<Error> wrong_value(const Setting& setting, std::string_view given);

}  // namespace rampart::base
