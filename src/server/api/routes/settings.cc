// The configuration that is in effect: read, never written.
#include "base/config.h"
#include "base/config_schema.h"
#include "base/text.h"
#include "server/api/routes/shape.h"

namespace rampart::server::api {
namespace {

using base::JsonWriter;
using base::SettingType;

std::string_view type_of(SettingType type) {
  switch (type) {
    case SettingType::boolean:
      return "boolean";
    case SettingType::integer:
      return "integer";
    case SettingType::duration:
      return "duration";
    case SettingType::text:
      return "text";
    case SettingType::list:
      break;
  }
  return "list";
}

// What must not be shown to whoever reads settings: secrets stand in files of their own, so this is a belt.
bool is_secret(std::string_view key) {
  const auto name = base::name_of(key);
  return name.ends_with("secret") || name.ends_with("password") || name.ends_with("token");
}

void write_value(JsonWriter& json, const base::SettingValue& value) {
  struct Writer {
    JsonWriter& json;
    void operator()(bool flag) const { json.value(flag); }
    void operator()(std::int64_t number) const { json.value(number); }
    void operator()(std::chrono::milliseconds time) const { json.value(base::format_duration(time)); }
    void operator()(const std::string& text) const { json.value(text); }
    void operator()(const std::vector<std::string>& items) const {
      json.begin_array();
      for (const auto& item : items) json.value(item);
      json.end_array();
    }
  };
  std::visit(Writer{json}, value);
}

void write_setting(JsonWriter& json, const base::Setting& setting, const base::Config& config,
                   const base::Config& standard) {
  const bool secret = is_secret(setting.key);
  const auto& origin = config.origin(setting.key);
  json.begin_object()
      .member("key", setting.key)
      .member("section", base::section_of(setting.key))
      .member("type", type_of(setting.type))
      .key("value");
  if (secret)
    json.null();
  else
    write_value(json, config.value(setting.key));
  json.key("default");
  write_value(json, standard.value(setting.key));
  json.key("origin")
      .begin_object()
      .member("from", origin.from == base::Origin::From::standard ? "default"
                      : origin.from == base::Origin::From::file   ? "file"
                                                                  : "option")
      .member("where", origin.where)
      .end_object();
  json.member("secret", secret).member("brief", setting.brief).end_object();
}

Answer list(Call& call, const Parts& parts) {
  const auto config = parts.config();
  const base::Config standard(*parts.settings);
  const auto wanted = base::lower(call.text("text"));
  std::string file;
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("items").begin_array();
  for (const auto* setting : parts.settings->settings()) {
    const auto& origin = config->origin(setting->key);
    if (origin.from == base::Origin::From::file) file = origin.where.substr(0, origin.where.find(':'));
    if (base::lower(setting->key).find(wanted) == std::string::npos &&
        base::lower(setting->brief).find(wanted) == std::string::npos)
      continue;
    write_setting(json, *setting, *config, standard);
  }
  json.end_array();
  write_text_or_null(json, "file", file);
  json.end_object();
  return reply_json(std::move(out));
}

Answer reference(Call& /*call*/, const Parts& parts) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("items").begin_array();
  for (const auto* setting : parts.settings->settings()) {
    json.begin_object()
        .member("key", setting->key)
        .member("type", type_of(setting->type))
        .member("default", setting->standard)
        .member("brief", setting->brief)
        .member("detail", setting->detail)
        .member("option", setting->option)
        .member("unit", setting->unit)
        .key("min");
    const bool bounded = setting->type != SettingType::boolean && setting->type != SettingType::text;
    if (bounded)
      json.value(setting->min);
    else
      json.null();
    json.key("max");
    if (bounded && setting->max != std::numeric_limits<std::int64_t>::max())
      json.value(setting->max);
    else
      json.null();
    json.member_array("choices", setting->choices).member("example", setting->example).end_object();
  }
  json.end_array().end_object();
  return reply_json(std::move(out));
}

}  // namespace

void add_settings(Handlers& handlers, const Parts& parts) {
  handlers.add("settings_list", [&parts](Call& call) { return list(call, parts); });
  handlers.add("settings_reference", [&parts](Call& call) { return reference(call, parts); });
}

}  // namespace rampart::server::api
