#include "base/config_schema.h"

#include "base/json.h"
#include "base/text.h"

namespace rampart::base {
namespace {

using std::chrono::milliseconds;

struct Unit {
  std::string_view name;
  std::int64_t length;  // in milliseconds
};
constexpr std::array kUnits{Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"m", 60'000}, Unit{"s", 1000},
                            Unit{"ms", 1}};

constexpr std::int64_t kNoMaximum = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t kShown = 60;  // bytes of a wrong value that an error repeats

std::string quote(std::string_view text) { return "\"" + excerpt(text, kShown) + "\""; }

template <class Format>
std::string range(const Setting& setting, Format format) {
  if (setting.max == kNoMaximum) return fmt::format(", at least {}", format(setting.min));
  return fmt::format(" from {} to {}", format(setting.min), format(setting.max));
}

std::string choices_of(const Setting& setting) {
  std::string out;
  for (const auto choice : setting.choices) {
    if (!out.empty()) out += ", ";
    out += quote(choice);
  }
  return out;
}

bool in_range(const Setting& setting, std::int64_t value) {
  return value >= setting.min && value <= setting.max;
}

// Control, bidi and invisible characters have no business in a setting, and would be hard to see in an
// editor.
bool is_clean(std::string_view text) {
  while (!text.empty()) {
    const auto [length, value] = decode_utf8(text);
    if (length == 0 || is_deceptive(value)) return false;
    text.remove_prefix(length);
  }
  return true;
}

Result<> validate_text(const Setting& setting, std::string_view text) {
  const auto explain = fmt::format("see: rampart config explain {}", setting.key);
  if (!is_clean(text))
    return fail(ErrorKind::config,
                fmt::format("{} holds characters that cannot be seen: {}", setting.key, quote(text)), {},
                explain);
  if (!setting.choices.empty() && std::ranges::find(setting.choices, text) == setting.choices.end()) {
    auto error = wrong_value(setting, quote(text));
    const auto meant = nearest(lower(text), setting.choices);
    if (!meant.empty()) error.error().hint = fmt::format("did you mean \"{}\"?", meant);
    return error;
  }
  if (setting.check == nullptr) return {};
  const auto wrong = setting.check(text);
  if (wrong.empty()) return {};
  return fail(ErrorKind::config, fmt::format("{}: {} {}", setting.key, quote(text), wrong), {}, explain);
}

Result<> validate_list(const Setting& setting, const std::vector<std::string>& items) {
  if (!in_range(setting, static_cast<std::int64_t>(items.size())))
    return wrong_value(setting, fmt::format("{} items", items.size()));
  for (const auto& item : items) {
    if (trim(item).empty()) return wrong_value(setting, "a list with an empty item in it");
    TRY(validate_text(setting, item));
  }
  return {};
}

}  // namespace

Schema::Schema(std::initializer_list<std::span<const Setting>> tables) {
  for (const auto table : tables)
    for (const auto& setting : table) settings_.push_back(&setting);
}

const Setting* Schema::find(std::string_view key) const {
  const auto found = std::ranges::find(settings_, key, &Setting::key);
  return found == settings_.end() ? nullptr : *found;
}

bool Schema::has_section(std::string_view name) const {
  return std::ranges::any_of(settings_, [&](const Setting* s) { return section_of(s->key) == name; });
}

std::string Schema::nearest_key(std::string_view key) const {
  const auto last = name_of(key);
  for (const auto* setting : settings_)
    if (name_of(setting->key) == last) return std::string(setting->key);
  std::vector<std::string_view> keys;
  std::vector<std::string_view> names;
  for (const auto* setting : settings_) {
    keys.push_back(setting->key);
    names.push_back(name_of(setting->key));
  }
  if (auto whole = nearest(key, keys); !whole.empty()) return whole;
  const auto name = nearest(last, names);
  const auto found = std::ranges::find(names, name);
  return found == names.end() ? std::string{}
                              : std::string(keys[static_cast<std::size_t>(found - names.begin())]);
}

std::string_view section_of(std::string_view key) {
  const auto dot = key.rfind('.');
  return dot == std::string_view::npos ? std::string_view{} : key.substr(0, dot);
}

std::string_view name_of(std::string_view key) {
  return key.substr(key.rfind('.') + 1);  // npos + 1 is 0
}

std::string describe_type(const Setting& setting) {
  switch (setting.type) {
    case SettingType::boolean:
      return "true or false";
    case SettingType::integer:
      return fmt::format("a whole number{}{}",
                         range(setting, [](std::int64_t n) { return std::to_string(n); }),
                         setting.unit.empty() ? "" : fmt::format(" ({})", setting.unit));
    case SettingType::duration:
      return "a time such as \"30s\" or \"500ms\"," +
             range(setting, [](std::int64_t n) { return "\"" + format_duration(milliseconds(n)) + "\""; });
    case SettingType::text:
      return setting.choices.empty() ? "a text in quotes" : "one of " + choices_of(setting);
    case SettingType::list: {
      auto out = setting.choices.empty() ? std::string("a list of texts")
                                         : "a list of any of " + choices_of(setting);
      if (setting.max != kNoMaximum) out += fmt::format(", at most {}", setting.max);
      return out;
    }
  }
  return {};
}

std::string format_value(const SettingValue& value) {
  struct Formatter {
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(milliseconds time) const { return "\"" + format_duration(time) + "\""; }
    // Every escape of JSON's is one of TOML's, and no surrogate pairs come up: validate() let none in.
    std::string operator()(const std::string& text) const {
      std::string out;
      append_json_string(out, text);
      return out;
    }
    std::string operator()(const std::vector<std::string>& items) const {
      std::string out = "[";
      for (const auto& item : items) out += (out.size() > 1 ? ", " : "") + (*this)(item);
      return out + "]";
    }
  };
  return std::visit(Formatter{}, value);
}

Result<milliseconds> parse_duration(std::string_view text) {
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = parse_number(text.substr(0, digits));
  for (const auto& unit : kUnits) {
    if (!number || unit.name != text.substr(digits)) continue;
    if (*number > static_cast<std::uint64_t>(kNoMaximum / unit.length)) break;
    return milliseconds(static_cast<std::int64_t>(*number) * unit.length);
  }
  return fail(ErrorKind::config, fmt::format("{} is not a time", quote(text)), {},
              "write a whole number and ms, s, m, h or d, as in \"30s\"");
}

std::string format_duration(milliseconds value) {
  for (const auto& unit : kUnits)
    if (value.count() % unit.length == 0 && (value.count() != 0 || unit.name == "s"))
      return fmt::format("{}{}", value.count() / unit.length, unit.name);
  return fmt::format("{}ms", value.count());
}

Result<> validate(const Setting& setting, const SettingValue& value) {
  switch (setting.type) {
    case SettingType::boolean:
      return {};
    case SettingType::integer: {
      const auto number = std::get<std::int64_t>(value);
      if (!in_range(setting, number)) return wrong_value(setting, std::to_string(number));
      return {};
    }
    case SettingType::duration: {
      const auto time = std::get<milliseconds>(value);
      if (!in_range(setting, time.count())) return wrong_value(setting, quote(format_duration(time)));
      return {};
    }
    case SettingType::text:
      return validate_text(setting, std::get<std::string>(value));
    case SettingType::list:
      return validate_list(setting, std::get<std::vector<std::string>>(value));
  }
  return {};
}

Result<SettingValue> parse_words(const Setting& setting, std::span<const std::string> words) {
  SettingValue value;
  if (setting.type == SettingType::list) {
    std::vector<std::string> items;
    for (const auto& word : words) {
      auto parts = split(word, ',');
      if (parts.size() > 1 && trim(parts.back()).empty()) parts.pop_back();  // a comma at the end
      for (const auto item : parts) items.emplace_back(trim(item));          // an empty one is refused
    }
    value = std::move(items);
  } else {
    if (words.size() != 1) return wrong_value(setting, fmt::format("{} values", words.size()));
    const auto& word = words[0];
    switch (setting.type) {
      case SettingType::boolean:
        if (word != "true" && word != "false") return wrong_value(setting, quote(word));
        value = word == "true";
        break;
      case SettingType::integer: {
        const auto number = parse_number(word);
        if (!number || *number > static_cast<std::uint64_t>(kNoMaximum))
          return wrong_value(setting, quote(word));
        value = static_cast<std::int64_t>(*number);
        break;
      }
      case SettingType::duration: {
        const auto time = parse_duration(word);
        if (!time) return wrong_value(setting, quote(word));
        value = *time;
        break;
      }
      default:
        value = word;
    }
  }
  TRY(validate(setting, value));
  return value;
}

std::unexpected<Error> wrong_value(const Setting& setting, std::string_view given) {
  return fail(ErrorKind::config,
              fmt::format("{} must be {}, not {}", setting.key, describe_type(setting), given), {},
              fmt::format("see: rampart config explain {}", setting.key));
}

}  // namespace rampart::base
