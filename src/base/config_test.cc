#include "base/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/config_docs.h"

namespace rampart::base {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

constexpr std::array<std::string_view, 2> kModes{"fast", "slow"};

std::string check_even(std::string_view text) { return text.size() % 2 == 0 ? "" : "is odd"; }

constexpr std::array kTable{
    Setting{.key = "one.flag",
            .type = SettingType::boolean,
            .standard = "false",
            .brief = "A flag",
            .option = "--flag"},
    Setting{.key = "one.count", .type = SettingType::integer, .standard = "3", .brief = "A count", .min = 1},
    Setting{.key = "one.wait",
            .type = SettingType::duration,
            .standard = "\"2s\"",
            .brief = "A time",
            .option = "--wait",
            .max = 60'000},
    Setting{.key = "one.mode",
            .type = SettingType::text,
            .standard = "\"fast\"",
            .brief = "A mode",
            .choices = kModes},
};
constexpr std::array kOther{
    Setting{.key = "two.names",
            .type = SettingType::list,
            .standard = "[]",
            .brief = "Names",
            .detail = "More of names.",
            .option = "--name",
            .max = 3,
            .example = R"(["ab"])",
            .check = check_even},
    Setting{.key = "two.path", .type = SettingType::text, .standard = "\"\"", .brief = "A path"},
};

class ConfigTest : public testing::Test {
 protected:
  // The only error of a text that must have just one.
  std::string error_of(std::string_view text) {
    const auto errors = config.load(text, "f");
    if (errors.size() != 1) return std::to_string(errors.size()) + " errors";
    return errors[0].message();
  }

  Schema schema{kTable, kOther};
  Config config{schema};
};

TEST_F(ConfigTest, BeginsWithTheDefaults) {
  EXPECT_FALSE(config.boolean("one.flag"));
  EXPECT_EQ(config.integer("one.count"), 3);
  EXPECT_EQ(config.duration("one.wait"), milliseconds(2000));
  EXPECT_EQ(config.text("one.mode"), "fast");
  EXPECT_TRUE(config.list("two.names").empty());
  EXPECT_EQ(config.origin("one.mode").text(), "default");
}

TEST_F(ConfigTest, AFileOverridesDefaultsAndTheCommandLineBoth) {
  ASSERT_TRUE(
      config.load("[one]\nflag = true\nwait = \"5s\"\n[two]\nnames = [\"ab\", \"cdef\"]\n", "f").empty());
  EXPECT_TRUE(config.boolean("one.flag"));
  EXPECT_EQ(config.origin("one.flag").text(), "f:2");
  EXPECT_EQ(config.list("two.names"), (std::vector<std::string>{"ab", "cdef"}));
  EXPECT_EQ(config.integer("one.count"), 3);
  ASSERT_TRUE(config.override_with("one.wait", std::vector<std::string>{"250ms"}));
  EXPECT_EQ(config.duration("one.wait"), milliseconds(250));
  EXPECT_EQ(config.origin("one.wait").text(), "--wait");
  EXPECT_EQ(config.origin("one.wait").from, Origin::From::command_line);
}

TEST_F(ConfigTest, DottedKeysAndInlineTablesAreTomlToo) {
  ASSERT_TRUE(config.load("one.count = 4\ntwo = { names = [\"ab\"] }", "f").empty());
  EXPECT_EQ(config.integer("one.count"), 4);
  EXPECT_EQ(config.list("two.names").size(), 1U);
}

TEST_F(ConfigTest, AFileWithAnErrorChangesNothing) {
  EXPECT_EQ(config.load("[one]\ncount = 9\nmode = \"fsat\"\n", "f").size(), 1U);
  EXPECT_EQ(config.integer("one.count"), 3);
}

TEST_F(ConfigTest, ErrorsComeInTheOrderOfTheFile) {
  const auto errors = config.load("[two]\nnames = 1\n[one]\nzzz = 1\ncount = 0\nflag = 1\n", "f");
  ASSERT_EQ(errors.size(), 4U);
  EXPECT_EQ(errors[0].where, "f:2:9");
  EXPECT_EQ(errors[1].where, "f:4:1");
  EXPECT_EQ(errors[2].where, "f:5:9");
  EXPECT_EQ(errors[3].where, "f:6:8");
}

TEST_F(ConfigTest, ErrorsAreNotWithoutEnd) {
  std::string text = "[one]\n";
  for (int i = 0; i < 100; ++i) text += "x" + std::to_string(i) + " = 1\n";
  EXPECT_EQ(config.load(text, "f").size(), Config::kMaxErrors);
}

TEST_F(ConfigTest, SaysWhatAValueMustBe) {
  EXPECT_EQ(error_of("one.count = 0"), "f:1:13: one.count must be a whole number, at least 1, not 0");
  EXPECT_EQ(
      error_of("one.wait = \"2m\""),
      "f:1:12: one.wait must be a time such as \"30s\" or \"500ms\", from \"0s\" to \"1m\", not \"2m\"");
  EXPECT_EQ(error_of("two.names = [\"abc\"]"), "f:1:13: two.names: \"abc\" is odd");
  EXPECT_EQ(error_of("two.names = [\"ab\", \"ab\", \"ab\", \"ab\"]"),
            "f:1:13: two.names must be a list of texts, at most 3, not 4 items");
  EXPECT_EQ(error_of("two.path = 1979-05-27"),
            "f:1:12: two.path must be a text in quotes, not a date or time of day");
  EXPECT_EQ(error_of("[[one]]\ncount = 1"), "f:1:1: one is a section, not a value");
}

TEST_F(ConfigTest, CommandLineErrorsNameTheOption) {
  const auto wrong = config.override_with("one.wait", std::vector<std::string>{"2"});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().kind, ErrorKind::usage);
  EXPECT_THAT(wrong.error().message(), testing::StartsWith("--wait: one.wait must be a time"));
  EXPECT_FALSE(config.override_with("one.wait", std::vector<std::string>{"1s", "2s"}));
  EXPECT_FALSE(config.override_with("one.flag", std::vector<std::string>{"yes"}));
  EXPECT_FALSE(config.override_with("one.count", std::vector<std::string>{"99999999999999999999"}));
}

// An empty item is a slip (an empty shell variable), and would silently mean nothing.
TEST_F(ConfigTest, EmptyItemsAreRefused) {
  for (const auto* words : {"", " ", "ab,,cd", ",ab"}) {
    const auto wrong = config.override_with("two.names", std::vector<std::string>{words});
    ASSERT_FALSE(wrong) << words;
    EXPECT_EQ(wrong.error().kind, ErrorKind::usage);
    EXPECT_THAT(wrong.error().message(), testing::HasSubstr("not a list with an empty item in it"));
  }
  EXPECT_THAT(error_of("two.names = [\"\"]"), testing::HasSubstr("not a list with an empty item in it"));
}

TEST_F(ConfigTest, ListsFromTheCommandLineReplaceAndSplit) {
  ASSERT_TRUE(config.load("two.names = [\"zz\"]", "f").empty());
  ASSERT_TRUE(config.override_with("two.names", std::vector<std::string>{"ab, cd", "ef,"}));
  EXPECT_EQ(config.list("two.names"), (std::vector<std::string>{"ab", "cd", "ef"}));
}

TEST_F(ConfigTest, WhatItPrintsItReads) {
  ASSERT_TRUE(
      config.load("two.path = 'a\"b\\c </x>'\ntwo.names = [\"ab\"]\none.wait = \"45s\"", "f").empty());
  const auto printed = print_config(config);
  EXPECT_THAT(printed, HasSubstr("wait = \"45s\""));
  EXPECT_THAT(printed, HasSubstr("# f:1\n"));
  Config again(schema);
  ASSERT_TRUE(again.load(printed, "g").empty()) << printed;
  for (const auto* setting : schema.settings())
    EXPECT_EQ(again.value(setting->key), config.value(setting->key));
}

TEST_F(ConfigTest, FindsTheKeyThatWasMeant) {
  EXPECT_EQ(schema.nearest_key("one.cuont"), "one.count");
  EXPECT_EQ(schema.nearest_key("count"), "one.count");
  EXPECT_EQ(schema.nearest_key("nmaes"), "two.names");
  EXPECT_EQ(schema.nearest_key("completely.different"), "");
  EXPECT_TRUE(schema.has_section("two"));
  EXPECT_FALSE(schema.has_section("three"));
  EXPECT_EQ(schema.find("one"), nullptr);
}

TEST_F(ConfigTest, ExplainsASetting) {
  const auto text = explain_setting(*schema.find("two.names"), config);
  for (const auto* part : {"two.names\n", "  Names.\n", "  More of names.\n", "a list of texts, at most 3",
                           "now      [] (default)", "option   --name", "  [two]\n  names = [\"ab\"]\n"})
    EXPECT_THAT(text, HasSubstr(part));
  EXPECT_EQ(list_settings(schema, "two"), "two.names  Names\ntwo.path   A path\n");
}

TEST(Duration, ParsesAndPrints) {
  for (const auto& [text, value] :
       std::initializer_list<std::pair<std::string_view, std::int64_t>>{{"0s", 0},
                                                                        {"1ms", 1},
                                                                        {"1500ms", 1500},
                                                                        {"30s", 30'000},
                                                                        {"90s", 90'000},
                                                                        {"10m", 600'000},
                                                                        {"2h", 7'200'000},
                                                                        {"7d", 604'800'000}}) {
    ASSERT_TRUE(parse_duration(text)) << text;
    EXPECT_EQ(parse_duration(text)->count(), value);
    EXPECT_EQ(format_duration(milliseconds(value)), text);
  }
  for (const auto* bad : {"", "s", "30", "30 s", "-1s", "1.5s", "1S", "1w", "1ss", "99999999999999999999s",
                          "9223372036854775807d"})
    EXPECT_FALSE(parse_duration(bad)) << bad;
}

}  // namespace
}  // namespace rampart::base
