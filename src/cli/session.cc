#include "cli/session.h"

#include <filesystem>

#include "base/text.h"

namespace rampart::cli {
namespace {

// A default as it is given on a command line: ["a", "b"] as a, b.
std::string plain_list(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != '[' && c != ']' && c != '"') out += c;
  return out;
}

std::string_view unquoted(std::string_view text) {
  const bool quoted = text.size() > 1 && text.front() == '"' && text.back() == '"';
  return quoted ? text.substr(1, text.size() - 2) : text;
}

// A setting's text for help: its brief, and the default where that tells something.
std::string help_of(const base::Setting& setting) {
  std::string out(setting.brief);
  if (!setting.choices.empty() && setting.type == base::SettingType::text)
    out += fmt::format(" ({})", fmt::join(setting.choices, ", "));
  const bool told =
      setting.type != base::SettingType::boolean && setting.standard != "[]" && setting.standard != "\"\"";
  if (told && setting.type == base::SettingType::list)
    out += fmt::format(" [{}]", plain_list(setting.standard));
  else if (told)
    out += fmt::format(" [{}]", unquoted(setting.standard));
  return out;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = base::is_alpha(c) && c >= 'a' ? static_cast<char>(c - 32) : c;
  return out;
}

std::string value_name(const base::Setting& setting) {
  if (!setting.value_name.empty()) return std::string(setting.value_name);
  switch (setting.type) {
    case base::SettingType::integer:
      return setting.unit.empty() ? "NUMBER" : upper(setting.unit);
    case base::SettingType::duration:
      return "TIME";
    default:
      return upper(base::name_of(setting.key));
  }
}

}  // namespace

CLI::Option* Session::add_setting(CLI::App& command, std::string_view key) {
  const auto* setting = schema_->find(key);
  if (setting == nullptr || setting->option.empty())
    throw std::logic_error(fmt::format("{} has no option in the definition table", key));
  const std::string name(setting->option);
  const std::string help = help_of(*setting);
  CLI::Option* option = nullptr;
  if (setting->type == base::SettingType::boolean) {
    option = command.add_flag(name, help)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  } else {
    option = command.add_option(name, help)->type_name(value_name(*setting));
    const bool list = setting->type == base::SettingType::list;
    option->multi_option_policy(list ? CLI::MultiOptionPolicy::TakeAll : CLI::MultiOptionPolicy::Throw);
    option->expected(1, list ? CLI::detail::expected_max_vector_size : 1)->allow_extra_args(false);
  }
  bindings_.push_back({setting, option});
  return option;
}

void Session::add_common_options(CLI::App& root) {
  auto* named = root.add_option("--config", named_file_, "Read this configuration file and no other");
  named->type_name("FILE");
  root.add_flag("--no-config", no_config_, "Read no configuration file")->excludes(named);
  auto* color = add_setting(root, "output.color");
  root.add_flag("--no-color", no_color_, "Write no colours: the same as --color never")->excludes(color);
}

void Session::on_run(CLI::App& command, Action action) {
  command.callback([this, &command, action = std::move(action)] {
    if (command.get_subcommands().empty())
      action_ = action;  // a command of commands may have an action of its own
  });
}

std::optional<std::string> Session::config_file() const {
  if (no_config_) return std::nullopt;
  if (named_file_) return named_file_;
  for (const auto& file : surroundings_.config_files) {
    std::error_code error;
    const auto status = std::filesystem::status(file, error);
    if (status.type() != std::filesystem::file_type::not_found) return file;
  }
  return std::nullopt;
}

base::Result<> Session::apply_command_line(base::Config& config) const {
  for (const auto& [setting, option] : bindings_) {
    if (option->count() == 0) continue;
    TRY(config.override_with(setting->key, option->results()));
  }
  return {};
}

base::Result<base::Config> Session::read_config() {
  base::Config config(*schema_);
  if (const auto file = config_file()) {
    auto errors = config.load_file(*file);
    if (!errors.empty()) {
      for (std::size_t i = 0; i + 1 < errors.size(); ++i) report(errors[i]);
      auto& last = errors.back();
      if (!named_file_ && last.kind == base::ErrorKind::io)
        last.hint = "use --no-config to go on without it, or --config FILE to name another";
      return std::unexpected(std::move(last));
    }
  }
  TRY(apply_command_line(config));
  return config;
}

base::Result<const base::Config*> Session::config() {
  if (!config_) config_ = TRY(read_config());
  return &*config_;
}

bool Session::color(bool is_terminal) const {
  if (no_color_) return false;
  const auto& wanted = config_ ? config_->text("output.color") : std::string("auto");
  if (wanted != "auto") return wanted == "always";
  return is_terminal && !surroundings_.no_color;
}

void Session::report(const base::Error& error) {
  constexpr std::string_view kRed = "\x1b[1;31m";
  constexpr std::string_view kBold = "\x1b[1m";
  constexpr std::string_view kPlain = "\x1b[0m";
  const bool color = color_on_err();
  const auto paint = [&](std::string_view code, std::string_view text) {
    return color ? fmt::format("{}{}{}", code, text, kPlain) : std::string(text);
  };
  auto out = fmt::format("rampart: {} {}\n", paint(kRed, "error:"), base::printable(error.message()));
  if (!error.hint.empty()) out += fmt::format("{} {}\n", paint(kBold, "hint:"), base::printable(error.hint));
  surroundings_.err(out);
}

void Session::note(std::string_view text) {
  surroundings_.err(fmt::format("rampart: {}\n", base::printable(text)));
}

Exit exit_of(base::ErrorKind kind) {
  switch (kind) {
    case base::ErrorKind::usage:
    case base::ErrorKind::config:
    case base::ErrorKind::input:
    case base::ErrorKind::io:
      return Exit::usage;
    case base::ErrorKind::unavailable:
    case base::ErrorKind::internal:
      return Exit::undetermined;
  }
  return Exit::undetermined;
}

}  // namespace rampart::cli
