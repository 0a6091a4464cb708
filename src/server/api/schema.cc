#include "server/api/schema.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <regex>
#include <set>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "base/text.h"
#include "base/time.h"

namespace rampart::server::api {
namespace {

namespace json = boost::json;

// What only describes.
constexpr std::array<std::string_view, 6> kSilent{"description", "examples", "example",
                                                  "default",     "title",    "deprecated"};
constexpr std::array<std::string_view, 21> kWords{
    "type",    "enum",     "const",    "required",    "properties", "additionalProperties",
    "items",   "minItems", "maxItems", "uniqueItems", "minLength",  "maxLength",
    "pattern", "format",   "minimum",  "maximum",     "oneOf",      "anyOf",
    "allOf",   "$ref",     "$schema"};

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

bool is_type(const json::value& value, std::string_view type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_bool();
  if (type == "null") return value.is_null();
  if (type == "integer")
    return value.is_int64() || value.is_uint64() ||
           (value.is_double() && std::nearbyint(value.get_double()) == value.get_double());
  return type == "number" && value.is_number();
}

std::string_view words_of(std::string_view type) {
  if (type == "object") return "an object";
  if (type == "array") return "a list";
  if (type == "string") return "a text";
  if (type == "boolean") return "true or false";
  if (type == "integer") return "a whole number";
  if (type == "null") return "null";
  return "a number";
}

std::string shown(const json::value& value) { return base::excerpt(json::serialize(value), 80); }

std::string listed(const json::array& choices) {
  std::string out;
  for (const auto& one : choices) {
    if (!out.empty()) out += ", ";
    out += one.is_string() ? std::string(one.get_string()) : json::serialize(one);
  }
  return out;
}

std::int64_t whole(const json::object& schema, std::string_view word, std::int64_t otherwise) {
  const auto* found = schema.if_contains(word);
  return found != nullptr && found->is_int64() ? found->get_int64() : otherwise;
}

}  // namespace

struct Schemas::Pattern {
  std::regex regex;
};

Schemas::Schemas(const json::value& document) : document_(&document) {}
Schemas::~Schemas() = default;

const json::object& Schemas::follow(const json::value& schema) const {
  static const json::object kAnything;
  const json::value* at = &schema;
  for (unsigned steps = 0; steps < 16; ++steps) {
    if (!at->is_object()) return kAnything;
    const auto* reference = at->get_object().if_contains("$ref");
    if (reference == nullptr || at->get_object().size() > 2) return at->get_object();
    if (at->get_object().size() == 2 && !at->get_object().contains("description")) return at->get_object();
    boost::system::error_code error;
    const auto* next = document_->find_pointer(std::string_view(reference->get_string()).substr(1), error);
    if (next == nullptr) return kAnything;
    at = next;
  }
  return kAnything;
}

base::Result<> Schemas::learn(const json::value& schema) {
  const auto wrong = [&](std::string what) {
    return base::fail(base::ErrorKind::internal, std::move(what),
                      base::excerpt(json::serialize(schema), 200));
  };
  if (schema.is_bool()) return {};
  if (!schema.is_object()) return wrong("a schema is no object");
  const auto& object = schema.get_object();
  for (const auto& [key, value] : object) {
    const std::string_view word = key;
    if (std::ranges::find(kSilent, word) == kSilent.end() && std::ranges::find(kWords, word) == kWords.end())
      return wrong(fmt::format("the validator does not know \"{}\"", word));
    if (word == "format" && value != "date-time" && value != "uri")
      return wrong("the validator knows no such format");
    if (word == "$ref") {
      boost::system::error_code error;
      const std::string_view text =
          value.is_string() ? std::string_view(value.get_string()) : std::string_view();
      if (!text.starts_with("#/") || document_->find_pointer(text.substr(1), error) == nullptr)
        return wrong("a reference leads nowhere");
    }
    if (word == "pattern" && patterns_.find(std::string_view(value.get_string())) == patterns_.end()) {
      try {
        patterns_.emplace(std::string(value.get_string()),
                          std::make_unique<Pattern>(Pattern{std::regex(std::string(value.get_string()))}));
      } catch (const std::regex_error& error) {
        return wrong(fmt::format("a pattern cannot be read: {}", error.what()));
      }
    }
    if (word == "properties")
      for (const auto& [name, inner] : value.get_object()) TRY(learn(inner));
    if (word == "items" || word == "additionalProperties") TRY(learn(value));
    if (word == "oneOf" || word == "anyOf" || word == "allOf")
      for (const auto& inner : value.get_array()) TRY(learn(inner));
  }
  return {};
}

// One check: where it is, and what it has found.
struct Schemas::Walk {
  const Schemas& schemas;
  std::vector<Fault> faults = {};
  std::size_t depth = 0;

  bool full() const { return faults.size() >= kMaxFaults; }
  void fault(const std::string& where, std::string detail) {
    if (!full()) faults.push_back({where, std::move(detail)});
  }

  // Whether it fits, without a word about why not.
  bool fits(const json::value& value, const json::value& schema, const std::string& where) {
    Walk other{.schemas = schemas, .depth = depth + 1};
    other.check(value, schema, where);
    return other.faults.empty();
  }

  void check(const json::value& value, const json::value& schema, const std::string& where) {
    if (full()) return;
    if (schema.is_bool()) {
      if (!schema.get_bool()) fault(where, "nothing is expected here");
      return;
    }
    if (depth > kMaxSchemaDepth) return fault(where, "too many values in each other");
    const auto& object = schema.get_object();
    ++depth;
    if (const auto* reference = object.if_contains("$ref")) {
      boost::system::error_code error;
      const auto* next =
          schemas.document_->find_pointer(std::string_view(reference->get_string()).substr(1), error);
      if (next != nullptr) check(value, *next, where);
    }
    const auto before = faults.size();
    check_choice(value, object, where);
    if (faults.size() == before) check_kind(value, object, where);
    check_several(value, object, where);
    --depth;
  }

  void check_choice(const json::value& value, const json::object& schema, const std::string& where) {
    if (const auto* fixed = schema.if_contains("const"); fixed != nullptr && *fixed != value)
      fault(where, fmt::format("{} is expected", shown(*fixed)));
    if (const auto* choices = schema.if_contains("enum");
        choices != nullptr && std::ranges::find(choices->get_array(), value) == choices->get_array().end())
      return fault(where, fmt::format("{} is none of: {}", shown(value), listed(choices->get_array())));
    const auto* type = schema.if_contains("type");
    if (type == nullptr) return;
    if (type->is_string()) {
      if (!is_type(value, type->get_string()))
        fault(where, fmt::format("{} is expected", words_of(type->get_string())));
      return;
    }
    std::string expected;
    for (const auto& one : type->get_array()) {
      if (is_type(value, one.get_string())) return;
      expected += fmt::format("{}{}", expected.empty() ? "" : " or ", words_of(one.get_string()));
    }
    fault(where, expected + " is expected");
  }

  void check_kind(const json::value& value, const json::object& schema, const std::string& where) {
    if (value.is_object()) check_object(value.get_object(), schema, where);
    if (value.is_array()) check_array(value.get_array(), schema, where);
    if (value.is_string()) check_string(value.get_string(), schema, where);
    if (value.is_number()) check_number(value, schema, where);
  }

  void check_object(const json::object& value, const json::object& schema, const std::string& where) {
    if (const auto* required = schema.if_contains("required"))
      for (const auto& name : required->get_array())
        if (!value.contains(name.get_string()))
          fault(fmt::format("{}.{}", where, std::string_view(name.get_string())), "it is missing");
    const auto* properties = schema.if_contains("properties");
    const auto* others = schema.if_contains("additionalProperties");
    for (const auto& [key, member] : value) {
      const auto place = fmt::format("{}.{}", where, base::excerpt(std::string_view(key), 80));
      const auto* known = properties == nullptr ? nullptr : properties->get_object().if_contains(key);
      if (known != nullptr) {
        check(member, *known, place);
      } else if (others != nullptr && others->is_bool() && !others->get_bool()) {
        fault(place, unknown_member(key, properties));
      } else if (others != nullptr) {
        check(member, *others, place);
      }
    }
  }

  static std::string unknown_member(std::string_view key, const json::value* properties) {
    std::vector<std::string_view> names;
    if (properties != nullptr)
      for (const auto& [name, inner] : properties->get_object()) names.push_back(name);
    const auto near = base::nearest(key, names);
    return near.empty() ? "there is no such member"
                        : fmt::format("there is no such member; did you mean {}?", near);
  }

  void check_array(const json::array& value, const json::object& schema, const std::string& where) {
    const auto size = static_cast<std::int64_t>(value.size());
    if (size < whole(schema, "minItems", 0))
      fault(where, fmt::format("at least {} are expected", whole(schema, "minItems", 0)));
    if (const auto most = whole(schema, "maxItems", size); size > most)
      return fault(where, fmt::format("at most {} are expected", most));
    if (const auto* unique = schema.if_contains("uniqueItems"); unique != nullptr && *unique == true) {
      std::set<std::string> seen;
      for (std::size_t i = 0; i < value.size(); ++i)
        if (!seen.insert(json::serialize(value[i])).second)
          fault(fmt::format("{}[{}]", where, i), "it is there already");
    }
    if (const auto* items = schema.if_contains("items"))
      for (std::size_t i = 0; i < value.size() && !full(); ++i)
        check(value[i], *items, fmt::format("{}[{}]", where, i));
  }

  void check_string(std::string_view value, const json::object& schema, const std::string& where) {
    const auto length = static_cast<std::int64_t>(code_points(value));
    if (const auto least = whole(schema, "minLength", 0); length < least)
      return fault(where,
                   length == 0 ? "it is empty" : fmt::format("at least {} characters are expected", least));
    if (const auto most = whole(schema, "maxLength", length); length > most)
      return fault(where, fmt::format("at most {} characters are expected", most));
    if (const auto* pattern = schema.if_contains("pattern")) {
      const auto found = schemas.patterns_.find(std::string_view(pattern->get_string()));
      if (value.size() > kMaxPatternText || found == schemas.patterns_.end() ||
          !std::regex_search(value.begin(), value.end(), found->second->regex))
        return fault(where, schema.contains("format") ? "a time such as 2026-11-28T08:00:00Z is expected"
                                                      : "it is not of the form that is expected");
    }
    if (const auto* format = schema.if_contains("format");
        format != nullptr && *format == "date-time" && !base::parse_time(value))
      fault(where, "a time such as 2026-11-28T08:00:00Z is expected");
  }

  void check_number(const json::value& value, const json::object& schema, const std::string& where) {
    const auto number = value.to_number<double>();
    if (const auto* least = schema.if_contains("minimum");
        least != nullptr && number < least->to_number<double>())
      fault(where, fmt::format("at least {} is expected", json::serialize(*least)));
    if (const auto* most = schema.if_contains("maximum");
        most != nullptr && number > most->to_number<double>())
      fault(where, fmt::format("at most {} is expected", json::serialize(*most)));
  }

  void check_several(const json::value& value, const json::object& schema, const std::string& where) {
    if (const auto* all = schema.if_contains("allOf"))
      for (const auto& one : all->get_array()) check(value, one, where);
    for (const auto word : {"oneOf", "anyOf"}) {
      const auto* some = schema.if_contains(word);
      if (some == nullptr) continue;
      const auto& choices = some->get_array();
      const auto fitting =
          std::ranges::count_if(choices, [&](const auto& one) { return fits(value, one, where); });
      if (fitting == 1 || (fitting > 1 && std::string_view(word) == "anyOf")) continue;
      if (fitting > 1) return fault(where, "it is several things at once");
      // Of "this or null" what is wrong with it is what matters.
      const auto real = std::ranges::find_if(choices, [](const auto& one) {
        return !(one.is_object() && one.get_object().if_contains("type") != nullptr &&
                 one.get_object().at("type") == "null");
      });
      if (choices.size() == 2 && real != choices.end())
        check(value, *real, where);
      else
        fault(where, "it is none of what is expected");
    }
  }
};

std::vector<Fault> Schemas::check(const json::value& value, const json::value& schema,
                                  std::string_view where) const {
  Walk walk{.schemas = *this};
  walk.check(value, schema, std::string(where));
  return std::move(walk.faults);
}

std::vector<Fault> Schemas::check_text(std::string_view text, const json::value& schema,
                                       std::string_view where) const {
  const auto& known = follow(schema);
  const auto* type = known.if_contains("type");
  json::value value = json::string(text);
  if (type != nullptr && *type == "boolean") {
    if (text == "true" || text == "1") value = true;
    if (text == "false" || text == "0") value = false;
  } else if (type != nullptr && *type == "integer") {
    const bool minus = text.starts_with('-');
    if (const auto number = base::parse_number(minus ? text.substr(1) : text);
        number && *number <= INT64_MAX) {
      const auto whole_number = static_cast<std::int64_t>(*number);
      value = minus ? -whole_number : whole_number;
    }
  }
  if (!base::is_utf8(text)) return {{std::string(where), "it is no UTF-8"}};
  return check(value, schema, where);
}

}  // namespace rampart::server::api
