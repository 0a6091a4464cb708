#include "server/api/schema.h"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace rampart::server::api {
namespace {

namespace json = boost::json;

struct Case {
  std::string_view schema;
  std::string_view value;
  std::string_view faults;  // "where: detail" of each, with ; between them; empty: it fits
};

std::string told(const std::vector<Fault>& faults) {
  std::string out;
  for (const auto& one : faults) out += (out.empty() ? "" : "; ") + one.where + ": " + one.detail;
  return out;
}

const json::value kDocument = json::parse(R"({"components": {"schemas": {
  "Id": {"type": "string", "pattern": "^[a-z0-9]{1,8}$"},
  "Tree": {"type": "object", "properties": {"left": {"$ref": "#/components/schemas/Tree"}}, "additionalProperties": false}
}}})");

class SchemaCase : public testing::TestWithParam<Case> {};

TEST_P(SchemaCase, SaysWhatIsWrongAndWhere) {
  const auto schema = json::parse(GetParam().schema);
  Schemas schemas(kDocument);
  ASSERT_TRUE(schemas.learn(schema)) << schemas.learn(schema).error().message();
  ASSERT_TRUE(schemas.learn(kDocument.at("components").at("schemas").at("Id")));
  EXPECT_EQ(told(schemas.check(json::parse(GetParam().value), schema, "body")), GetParam().faults);
}

constexpr std::string_view kPerson =
    R"({"type": "object", "required": ["name"], "properties": {"name": {"type": "string", "minLength": 1, "maxLength": 3},
        "role": {"enum": ["owner", "auditor"]}}, "additionalProperties": false})";

INSTANTIATE_TEST_SUITE_P(
    All, SchemaCase,
    testing::Values(
        Case{R"({"type": "string"})", "7", "body: a text is expected"},
        Case{R"({"type": ["string", "null"]})", "null", ""},
        Case{R"({"type": ["string", "null"]})", "[]", "body: a text or null is expected"},
        Case{R"({"type": "integer", "minimum": 1, "maximum": 9})", "10", "body: at most 9 is expected"},
        Case{R"({"type": "integer"})", "1.5", "body: a whole number is expected"},
        Case{R"({"type": "integer"})", "2.0", ""}, Case{kPerson, R"({"name": "ann"})", ""},
        Case{kPerson, "{}", "body.name: it is missing"},
        Case{kPerson, R"({"name": ""})", "body.name: it is empty"},
        Case{kPerson, R"({"name": "åßçd"})", "body.name: at most 3 characters are expected"},
        Case{kPerson, R"({"name": "åßç"})", ""},  // characters are counted, not bytes
        Case{kPerson, R"({"name": "a", "rola": 1})",
             "body.rola: there is no such member; did you mean role?"},
        Case{kPerson, R"({"name": "a", "role": "boss"})", "body.role: \"boss\" is none of: owner, auditor"},
        Case{R"({"type": "array", "items": {"type": "string"}, "maxItems": 2, "uniqueItems": true})",
             R"(["a", 2])", "body[1]: a text is expected"},
        Case{R"({"type": "array", "uniqueItems": true})", R"(["a", "b", "a"])",
             "body[2]: it is there already"},
        Case{R"({"type": "array", "maxItems": 1})", "[1, 2]", "body: at most 1 are expected"},
        Case{R"({"$ref": "#/components/schemas/Id"})", R"("ABC")",
             "body: it is not of the form that is expected"},
        Case{R"({"oneOf": [{"$ref": "#/components/schemas/Id"}, {"type": "null"}]})", "null", ""},
        Case{R"({"oneOf": [{"$ref": "#/components/schemas/Id"}, {"type": "null"}]})", R"("ABC")",
             "body: it is not of the form that is expected"},
        Case{R"({"$ref": "#/components/schemas/Tree"})", R"({"left": {"left": {"right": {}}}})",
             "body.left.left.right: there is no such member"},
        Case{R"({"type": "string", "format": "date-time"})", R"("2026-02-30T00:00:00Z")",
             "body: a time such as 2026-11-28T08:00:00Z is expected"},
        Case{R"({"const": 1})", "2", "body: 1 is expected"},
        Case{R"({"type": "object", "additionalProperties": {"type": "integer"}})", R"({"a": "x"})",
             "body.a: a whole number is expected"}));

TEST(Schemas, RefusesWordsThatItDoesNotKnow) {
  Schemas schemas(kDocument);
  EXPECT_FALSE(schemas.learn(json::parse(R"({"type": "string", "minlength": 3})")));
  EXPECT_FALSE(schemas.learn(json::parse(R"({"$ref": "#/components/schemas/Nobody"})")));
  EXPECT_FALSE(schemas.learn(json::parse(R"({"pattern": "["})")));
  EXPECT_FALSE(schemas.learn(json::parse(R"({"items": {"if": {}}})")));
}

TEST(Schemas, ReadsParametersAsWhatTheyAreToBe) {
  Schemas schemas(kDocument);
  const auto number = json::parse(R"({"type": "integer", "minimum": -5})");
  EXPECT_EQ(told(schemas.check_text("-5", number, "query.n")), "");
  EXPECT_EQ(told(schemas.check_text("-6", number, "query.n")), "query.n: at least -5 is expected");
  EXPECT_EQ(told(schemas.check_text("5x", number, "query.n")), "query.n: a whole number is expected");
  EXPECT_EQ(told(schemas.check_text("true", json::parse(R"({"type": "boolean"})"), "query.b")), "");
  EXPECT_EQ(told(schemas.check_text("maybe", json::parse(R"({"type": "boolean"})"), "query.b")),
            "query.b: true or false is expected");
  EXPECT_EQ(told(schemas.check_text("\xff", json::parse(R"({"type": "string"})"), "query.t")),
            "query.t: it is no UTF-8");
}

TEST(Schemas, IsBoundedInDepthAndInWhatItTells) {
  Schemas schemas(kDocument);
  std::string deep = "{}";
  for (int i = 0; i < 30; ++i) deep = R"({"left": )" + deep + "}";
  const auto tree = json::parse(R"({"$ref": "#/components/schemas/Tree"})");
  EXPECT_EQ(told(schemas.check(json::parse(deep), tree, "body")).find("too many") != std::string::npos,
            false);
  for (int i = 0; i < 40; ++i) deep = R"({"left": )" + deep + "}";
  json::parse_options options;
  options.max_depth = 200;
  EXPECT_NE(told(schemas.check(json::parse(deep, {}, options), tree, "body")).find("too many values"),
            std::string::npos);
  json::array many(1'000, json::value(1));
  EXPECT_EQ(schemas.check(many, json::parse(R"({"items": {"type": "string"}})"), "body").size(), kMaxFaults);
}

}  // namespace
}  // namespace rampart::server::api
