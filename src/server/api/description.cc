#include "server/api/description.h"

#include <algorithm>
#include <array>
#include <iterator>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "server/api/etag.h"

namespace rampart::server::api {
namespace {

namespace json = boost::json;
using base::ErrorKind;

constexpr std::array<std::string_view, 5> kSections{"schemas", "parameters", "responses", "headers",
                                                    "securitySchemes"};
constexpr std::array<std::string_view, 5> kMethods{"get", "put", "post", "delete", "patch"};
constexpr base::JsonLimits kLimits{.max_bytes = std::size_t{4} << 20U, .max_depth = 64};

base::Result<json::object> parse(const BuiltInPart& part) {
  auto value = TRY(base::parse_json(part.text, part.name, kLimits));
  if (!value.is_object()) return base::fail(ErrorKind::internal, "it is no object", std::string(part.name));
  return std::move(value.get_object());
}

std::string capital(std::string_view word) {
  std::string out(word);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

// "audit", "effective_policy": "AuditEffectivePolicy".
std::string component_of(std::string_view document, std::string_view definition) {
  auto out = capital(document);
  for (const auto word : base::split(definition, '_')) out += capital(word);
  return out;
}

// References to $defs become those to the components that they are here.
void lead_to_components(json::value& value, std::string_view document) {
  if (value.is_array())
    for (auto& item : value.get_array()) lead_to_components(item, document);
  if (!value.is_object()) return;
  auto& object = value.get_object();
  object.erase("$schema");
  object.erase("$defs");
  for (auto& [key, item] : object) {
    constexpr std::string_view kDefinitions = "#/$defs/";
    if (key == "$ref" && item.is_string() && std::string_view(item.get_string()).starts_with(kDefinitions)) {
      const auto name =
          component_of(document, std::string_view(item.get_string()).substr(kDefinitions.size()));
      item = "#/components/schemas/" + name;
    } else {
      lead_to_components(item, document);
    }
  }
}

base::Result<> add(json::object& target, std::string_view name, json::value value, std::string_view part) {
  if (target.contains(name))
    return base::fail(ErrorKind::internal, fmt::format("{} is there already", name), std::string(part));
  target.emplace(name, std::move(value));
  return {};
}

base::Result<> add_document(json::object& schemas, const BuiltInPart& part) {
  // "rampart.audit-1.schema"
  const auto from = part.name.find('.') + 1;
  const auto document = part.name.substr(from, part.name.find('-') - from);
  auto whole = TRY(parse(part));
  auto definitions = std::move(whole.at("$defs").as_object());
  for (auto& [name, definition] : definitions) {
    lead_to_components(definition, document);
    TRY(add(schemas, component_of(document, name), std::move(definition), part.name));
  }
  const auto* type = whole.if_contains("type");
  if (type == nullptr || *type != "object") return {};
  json::value top = std::move(whole);
  lead_to_components(top, document);
  return add(schemas, capital(document), std::move(top), part.name);
}

base::Result<json::object> put_together(std::span<const BuiltInPart> parts,
                                        std::span<const BuiltInPart> documents) {
  const auto common = std::ranges::find(parts, "common", &BuiltInPart::name);
  if (common == parts.end()) return base::fail(ErrorKind::internal, "there is no part \"common\"");
  auto first = TRY(parse(*common));
  json::object out;
  for (const auto name : {"openapi", "info", "servers", "security"}) out[name] = first.at(name);
  json::array tags;
  json::object paths;
  json::object components;
  for (const auto name : kSections)
    components[name] = first.contains(name) ? first.at(name) : json::value(json::object());
  auto& schemas = components.at("schemas").as_object();
  for (const auto& part : parts) {
    if (part.name == "common") continue;
    auto object = TRY(parse(part));
    if (const auto* tag = object.if_contains("tag")) tags.push_back(*tag);
    for (auto& [path, operations] : object.at("paths").as_object()) {
      auto& there = paths.emplace(path, json::object()).first->value().as_object();
      for (auto& [method, operation] : operations.as_object())
        TRY(add(there, method, std::move(operation), part.name));
    }
    for (auto& [name, schema] : object.at("schemas").as_object())
      TRY(add(schemas, name, std::move(schema), part.name));
  }
  for (const auto& part : documents) TRY(add_document(schemas, part));
  out["tags"] = std::move(tags);
  out["paths"] = std::move(paths);
  out["components"] = std::move(components);
  return out;
}

std::string_view text_of(const json::object& object, std::string_view name) {
  const auto* found = object.if_contains(name);
  return found != nullptr && found->is_string() ? std::string_view(found->get_string()) : std::string_view();
}

std::optional<std::string> standard_of(const json::object& schema) {
  const auto* found = schema.if_contains("default");
  if (found == nullptr) return std::nullopt;
  return found->is_string() ? std::string(found->get_string()) : json::serialize(*found);
}

base::Result<Parameter> read_parameter(const json::object& object, const Schemas& schemas) {
  Parameter out{.name = std::string(text_of(object, "name"))};
  const auto place = text_of(object, "in");
  out.in = place == "path"     ? Parameter::In::path
           : place == "header" ? Parameter::In::header
                               : Parameter::In::query;
  const auto* required = object.if_contains("required");
  out.required = required != nullptr && *required == true;
  const auto* schema = object.if_contains("schema");
  if (schema == nullptr) return base::fail(ErrorKind::internal, "a parameter has no schema", out.name);
  const auto& known = schemas.follow(*schema);
  out.several = text_of(known, "type") == "array";
  out.schema = out.several ? &known.at("items") : schema;
  out.standard = standard_of(known);
  return out;
}

base::Result<> read_needs(Operation& operation, const json::object& object) {
  const auto name = text_of(object, "x-permission");
  if (name == "none") {
    operation.needs = Needs::nothing;
  } else if (name == "pending") {
    operation.needs = Needs::pending;
  } else if (name == "enrolment") {
    operation.needs = Needs::enrolment;
  } else if (const auto permission = accounts::parse_permission(name)) {
    operation.permission = *permission;
  } else {
    return base::fail(ErrorKind::internal, fmt::format("\"{}\" is no permission", name), operation.id);
  }
  return {};
}

base::Result<Operation> read_operation(std::string_view method, std::string_view path,
                                       const json::object& object, Schemas& schemas) {
  Operation out{.id = std::string(text_of(object, "operationId")), .path = std::string(path)};
  std::ranges::transform(method, std::back_inserter(out.method),
                         [](char c) { return static_cast<char>(c - 32); });
  TRY(read_needs(out, object));
  if (const auto* parameters = object.if_contains("parameters"))
    for (const auto& one : parameters->as_array()) {
      out.parameters.push_back(TRY(read_parameter(schemas.follow(one), schemas)));
      TRY(schemas.learn(*out.parameters.back().schema));
      out.takes_if_none_match = out.takes_if_none_match || out.parameters.back().name == "If-None-Match";
    }
  if (const auto* body = object.if_contains("requestBody")) {
    out.body_required = body->as_object().at("required").as_bool();
    for (const auto& [type, media] : body->as_object().at("content").as_object()) {
      out.bodies.emplace(type, &media.as_object().at("schema"));
      TRY(schemas.learn(*out.bodies.at(std::string(std::string_view(type)))));
    }
  }
  if (const auto* limit = object.if_contains("x-body-limit"))
    out.body_limit = limit->to_number<std::uint64_t>();
  out.logged = out.is_unsafe() && text_of(object, "x-log").empty();
  for (const auto& [status, response] : object.at("responses").as_object()) {
    const auto* content = response.as_object().if_contains("content");
    out.streams = out.streams || (content != nullptr && content->as_object().contains("text/event-stream"));
  }
  return out;
}

}  // namespace

base::Result<Description> Description::built_in() { return merge(built_in_parts(), built_in_documents()); }

base::Result<Description> Description::merge(std::span<const BuiltInPart> parts,
                                             std::span<const BuiltInPart> documents) {
  Description out;
  try {
    out.document_ = std::make_unique<json::value>(TRY(put_together(parts, documents)));
    out.schemas_ = std::make_unique<Schemas>(*out.document_);
    const auto& document = out.document_->as_object();
    for (const auto& [name, schema] : document.at("components").as_object().at("schemas").as_object())
      TRY(out.schemas_->learn(schema));
    for (const auto& [path, methods] : document.at("paths").as_object())
      for (const auto& [method, operation] : methods.as_object()) {
        if (std::ranges::find(kMethods, std::string_view(method)) == kMethods.end())
          return base::fail(ErrorKind::internal, "it is no method of ours",
                            std::string(std::string_view(method)));
        out.operations_.push_back(TRY(read_operation(method, path, operation.as_object(), *out.schemas_)));
        for (const auto& other : std::span(out.operations_).first(out.operations_.size() - 1))
          if (other.id == out.operations_.back().id)
            return base::fail(ErrorKind::internal, "two operations have one name", other.id);
      }
  } catch (const std::exception& error) {
    return base::fail(ErrorKind::internal,
                      fmt::format("the API's description is not as it should be: {}", error.what()));
  }
  out.text_ = json::serialize(*out.document_);
  out.etag_ = etag_of(out.text_);
  return out;
}

const Operation* Description::find(std::string_view id) const {
  const auto found = std::ranges::find(operations_, id, &Operation::id);
  return found == operations_.end() ? nullptr : &*found;
}

}  // namespace rampart::server::api
