#include "base/toml_reader.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace rampart::base {
namespace {

class Item : TomlReader {
 public:
  explicit Item(const std::string& file) : TomlReader(file, 20) {}
  Result<std::string> read(const toml::table& table) const {
    TRY(only(table, {"id", "name", "note"}));
    const auto at = table.source().begin;
    return TRY(id(table, at)) + "|" + TRY(needed(table, "name", at)) + "|" + TRY(text(table, "note"));
  }
};

std::string read(std::string_view text) {
  const std::string file = "f.toml";
  const auto parsed = TomlReader::parse(text, file, 100);
  if (!parsed) return parsed.error().message();
  const auto item = Item(file).read(*parsed);
  return item ? *item : item.error().message();
}

TEST(TomlReader, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(read("id = \"a-1.b\"\nname = \"A\""), "a-1.b|A|");
  EXPECT_EQ(read("id = \"a\"\nname = \"A\"\nnote = \"n\""), "a|A|n");
  EXPECT_EQ(read("id = \"a\"\nnaem = \"A\""), "f.toml:2:1: naem is not known here");
  EXPECT_EQ(read("id = \"A\"\nname = \"A\""), "f.toml:1:6: \"A\" is no id");
  EXPECT_EQ(read("id = \"a\""), "f.toml:1:1: it has no name");
  EXPECT_EQ(read("id = \"a\"\nname = 1"), "f.toml:2:8: name is no text");
  EXPECT_EQ(read("id = \"a\"\nname = \"\""), "f.toml:2:8: name is empty, or longer than 20 bytes");
  EXPECT_EQ(read("id = \"a\"\nname = \"a\\u0007\""),
            "f.toml:2:8: name has characters that cannot be printed");
  EXPECT_EQ(read("id = ").substr(0, 11), "f.toml:1:6:");
  EXPECT_EQ(read(std::string(101, ' ')), "f.toml:1:1: it is larger than 100 bytes");
}

// What toml++ ends the program for.
TEST(TomlReader, OddCharactersHaveAPlace) {
  const auto wrong = [](std::string_view text) {
    const auto message = read(text);
    return message.substr(0, message.find(": is no TOML: a character that may not stand there"));
  };
  EXPECT_EQ(read("id = \"a\"\n[ = 1").substr(0, 11), "f.toml:2:3:");
  EXPECT_EQ(wrong("id = \"a\"\n[\x01"), "f.toml:2:2");
  EXPECT_EQ(wrong("m\xef\xb2\xbf = 1"), "f.toml:1:2");
  EXPECT_EQ(wrong("id = \"\xff\""), "f.toml:1:7");
  EXPECT_EQ(wrong("id = \"a\" # \x7f"), "f.toml:1:12");
  EXPECT_EQ(wrong("id = [12\"\"\"é"), "f.toml:1:9");
  EXPECT_EQ(read("id = \"a\"\nname = \"\"\"a\"\"\"\"\"\nnote = 'é'"), "a|a\"\"|é");
  EXPECT_EQ(wrong("id = 'a\\'\né = 1"), "f.toml:2:1");
  for (const auto* text :
       {"id = \"a\" # é", "\xef\xbb\xbfid = \"a\"", "id = \"a\"\r", "id = '''a'''#é", "id = \"\"\"a\"\"\""})
    EXPECT_EQ(read(fmt::format("{}\nname = \"é\\\"ب\"\nnote = 'é'", text)), "a|é\"ب|é") << text;
}

}  // namespace
}  // namespace rampart::base
