#include "base/json.h"

#include <limits>

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "base/text.h"

namespace rampart::base {
namespace {

std::string as_json(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(Json, WritesCompact) {
  std::string out;
  JsonWriter json(out);
  json.begin_object()
      .member("domain", "ministry.example")
      .member("n", -3)
      .member("big", std::numeric_limits<std::uint64_t>::max())
      .member("yes", true)
      .key("none")
      .null()
      .member("ratio", 0.25)
      .member_array("tags", std::vector<std::string>{"a", "b"})
      .key("empty")
      .begin_array()
      .end_array()
      .end_object();
  EXPECT_TRUE(json.complete());
  EXPECT_EQ(out, R"({"domain":"ministry.example","n":-3,"big":18446744073709551615,"yes":true,"none":null,)"
                 R"("ratio":0.25,"tags":["a","b"],"empty":[]})");
}

TEST(Json, WritesPretty) {
  std::string out;
  JsonWriter json(out, JsonStyle::pretty);
  json.begin_object().member("a", 1).key("b").begin_array();
  json.value("x").begin_object().end_object().end_array().end_object();
  EXPECT_EQ(out, "{\n  \"a\": 1,\n  \"b\": [\n    \"x\",\n    {}\n  ]\n}");
}

TEST(Json, AppendsToWhatIsThere) {
  std::string out = "1\n";
  JsonWriter(out).value("two");
  EXPECT_EQ(out, "1\n\"two\"");
}

TEST(Json, KnowsWhenItIsComplete) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  EXPECT_FALSE(json.complete());
  json.key("a");
  EXPECT_FALSE(json.complete());
  json.value(1).end_object();
  EXPECT_TRUE(json.complete());
}

TEST(Json, NumbersThatJsonLacksAreNull) {
  std::string out;
  JsonWriter json(out);
  json.begin_array()
      .value(std::numeric_limits<double>::infinity())
      .value(std::nan(""))
      .value(1e300)
      .end_array();
  EXPECT_EQ(out, "[null,null,1e+300]");
}

TEST(Json, EscapesWhatMustBe) {
  EXPECT_EQ(as_json("a\"b\\c\n\r\t"), R"("a\"b\\c\n\r\t")");
  EXPECT_EQ(as_json(std::string_view("\0\x1b\x7f", 3)), R"("\u0000\u001b\u007f")");
  EXPECT_EQ(as_json("پاکستان"), "\"پاکستان\"");
}

TEST(Json, DeceptiveCharactersKeepTheirValueInAnotherSpelling) {
  EXPECT_EQ(as_json("a\u202eb"), R"("a\u202eb")");
  EXPECT_EQ(as_json("\U000e0041"), R"("\udb40\udc41")");
  EXPECT_EQ(as_json("\u009b"), R"("\u009b")");
  const auto back = parse_json(as_json("a\u202eb\U000e0041"), "x");
  ASSERT_TRUE(back);
  EXPECT_EQ(back->as_string(), "a\u202eb\U000e0041");
}

TEST(Json, BytesThatAreNoTextStayReadable) {
  EXPECT_EQ(as_json("a\xff"
                    "b"),
            R"("a\\xffb")");
  EXPECT_EQ(parse_json(as_json("\xc0\xaf"), "x")->as_string(), "\\xc0\\xaf");
}

TEST(Json, CannotEndAScript) {
  EXPECT_EQ(as_json("</script><!-- a <b@c.example>"), R"("\u003c/script>\u003c!-- a <b@c.example>")");
}

TEST(Json, EveryByteAndPairOfBytesGivesValidJson) {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const std::string text{static_cast<char>(a), static_cast<char>(b)};
      const auto json = as_json(text);
      ASSERT_TRUE(is_utf8(json));
      const auto back = parse_json(json, "x");
      ASSERT_TRUE(back) << json;
      if (is_utf8(text)) ASSERT_EQ(std::string_view(back->as_string()), text);
    }
  }
}

TEST(Json, ReadingSaysWhere) {
  const auto error = parse_json("{\n  \"a\": 1,\n  \"b\" 2\n}", "facts.jsonl");
  ASSERT_FALSE(error);
  EXPECT_EQ(error.error().where, "facts.jsonl:3:7");
  EXPECT_EQ(error.error().kind, ErrorKind::input);
  for (const auto* bad : {"", " ", "{", "[1,]", "1 2", "{\"a\":1}x", "\"\xff\"", "nul", "// c\n1", "NaN"})
    EXPECT_FALSE(parse_json(bad, "x")) << bad;
  EXPECT_TRUE(parse_json(" [1] \n", "x"));
}

TEST(Json, ReadingHasLimits) {
  EXPECT_FALSE(parse_json("[1,2,3]", "x", {.max_bytes = 6}));
  EXPECT_TRUE(parse_json("[1,2,3]", "x", {.max_bytes = 7}));
  EXPECT_TRUE(parse_json("[[[]]]", "x", {.max_depth = 3}));
  const auto deep = parse_json("[[[[]]]]", "x", {.max_depth = 3});
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().where.substr(0, 4), "x:1:");
  EXPECT_FALSE(parse_json(std::string(100000, '['), "x"));
}

}  // namespace
}  // namespace rampart::base
