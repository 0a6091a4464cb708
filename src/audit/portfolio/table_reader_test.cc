#include "audit/portfolio/table_reader.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"

namespace rampart::audit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::string_literals;

// Text that comes so many bytes at a time.
TextInput pieces(std::string text, std::size_t size) {
  return TextInput([text = std::move(text), size, at = std::size_t{0}](char* to, std::size_t room) mutable {
    const auto count = std::min({size, room, text.size() - at});
    text.copy(to, count, at);
    at += count;
    return static_cast<std::ptrdiff_t>(count);
  });
}

// Each row as "a|b|c", each fault as "!line:column what".
std::vector<std::string> rows(const std::string& text, char delimiter = ';', std::size_t piece = 1 << 16) {
  auto input = pieces(text, piece);
  TableReader table(input, delimiter);
  std::vector<std::string> out;
  for (auto got = table.next(); got != TableReader::Got::end; got = table.next()) {
    if (got == TableReader::Got::bad) {
      out.push_back(fmt::format("!{}:{} {}", table.fault().line, table.fault().column, table.fault().what));
      continue;
    }
    std::string row;
    for (const auto& cell : table.cells())
      row += (row.empty() && &cell == table.cells().data() ? "" : "|") + std::string(cell.text);
    out.push_back(std::move(row));
  }
  return out;
}

std::string utf16(std::u16string_view text, bool little) {
  std::string out;
  for (const char16_t unit : text) {
    const char low = static_cast<char>(unit & 0xff);
    const char high = static_cast<char>(unit >> 8);
    out += little ? low : high;
    out += little ? high : low;
  }
  return out;
}

TEST(TableReader, CellsQuotesAndLineEnds) {
  EXPECT_THAT(rows("a;b\r\nc;\"d;e\"\n\"f \"\"g\"\"\";\"h\ni\"\rj;"),
              ElementsAre("a|b", "c|d;e", "f \"g\"|h\ni", "j|"));
  EXPECT_THAT(rows("a; \"b\" ;c\n"), ElementsAre("a|b|c")) << "blanks around a quoted cell";
  EXPECT_THAT(rows("a,5\" pipe\n", ','), ElementsAre("a|5\" pipe"));
  EXPECT_THAT(rows("a\tb\n", '\t'), ElementsAre("a|b"));
  EXPECT_TRUE(rows("").empty());
  EXPECT_THAT(rows("\n\n"), ElementsAre("", ""));
}

TEST(TableReader, IsTheSameInPiecesOfAnySize) {
  const auto text =
      "\xef\xbb\xbf"
      "a;\"b\r\n\"\"c\"\"\"\r\n\"open\r\nd;é\r\n"s;
  const auto whole = rows(text);
  EXPECT_THAT(whole, ElementsAre("a|b\r\n\"c\"", "!3:1 the quote that opens here is never closed", "d|é"));
  for (std::size_t size = 1; size < text.size(); ++size) EXPECT_EQ(rows(text, ';', size), whole) << size;
}

TEST(TableReader, Encodings) {
  for (const bool little : {true, false}) {
    const auto body = utf16(u"d;وزارت 😀\r\nx;y", little);
    const auto mark = little ? "\xff\xfe"s : "\xfe\xff"s;
    for (const std::size_t size : {1U, 3U, 4096U})
      EXPECT_THAT(rows(mark + body, ';', size), ElementsAre("d|وزارت 😀", "x|y"));
    EXPECT_THAT(rows(body), ElementsAre("d|وزارت 😀", "x|y")) << "without a mark";
  }
  EXPECT_THAT(rows("\xff\xfe"s + utf16(u"a", true) + "b"), ElementsAre("a\xef\xbf\xbd"))
      << "half a character";
  auto input = pieces("caf\xe9;\x80 5\nna\xc3\xafve\n", 100);
  TableReader table(input, ';');
  ASSERT_EQ(table.next(), TableReader::Got::row);
  EXPECT_TRUE(table.was_latin());
  EXPECT_EQ(table.cells()[0].text, "café");
  EXPECT_EQ(table.cells()[1].text, "€ 5");
  ASSERT_EQ(table.next(), TableReader::Got::row);
  EXPECT_FALSE(table.was_latin());
}

TEST(TableReader, LineEndsOfOldMacs) {
  for (const std::size_t size : {1U, 2U, 100U}) {
    EXPECT_THAT(rows("a;b\rc;d\r", ';', size), ElementsAre("a|b", "c|d"));
    EXPECT_THAT(rows("a\r", ';', size), ElementsAre("a"));
    EXPECT_THAT(rows("a\r\nb", ';', size), ElementsAre("a", "b"));
  }
}

TEST(TableReader, PlacesAreLinesAndCharacters) {
  auto input = pieces("é;x\n\"1\n2\";y\nz", 100);
  TableReader table(input, ';');
  ASSERT_EQ(table.next(), TableReader::Got::row);
  EXPECT_EQ(table.cells()[1].column, 3U);
  ASSERT_EQ(table.next(), TableReader::Got::row);
  EXPECT_EQ(table.cells()[0].line, 2U);
  EXPECT_EQ(table.cells()[1].line, 3U);
  EXPECT_EQ(table.cells()[1].column, 4U);
  EXPECT_EQ(table.next_line(), 4U);
}

TEST(TableReader, WhatCannotBeReadIsNamedAndTheRestGoesOn) {
  EXPECT_THAT(rows("a;\"b\"c\nd\n"), ElementsAre("!1:6 text follows the quote that closes the cell", "d"));
  EXPECT_THAT(rows("\"a\nb\nc"), ElementsAre("!1:1 the quote that opens here is never closed", "b", "c"));
  const std::string big(TableReader::kMaxCell + 1, 'x');
  EXPECT_THAT(rows("a;" + big + ";b\nc\n"), ElementsAre("!1:3 the cell has more than 32767 bytes", "c"));
  const auto open = rows("\"" + big + "\nc\n");
  EXPECT_THAT(open, ElementsAre(HasSubstr("not closed within 32767 bytes"), "c"));
  std::string lines = "\"";
  for (std::size_t i = 0; i <= TableReader::kMaxRowLines; ++i) lines += "\n";
  EXPECT_THAT(rows(lines)[0], HasSubstr("not closed within 1000 lines"));
  EXPECT_THAT(rows(std::string(TableReader::kMaxColumns, ';') + "\nb\n"),
              ElementsAre("!1:257 the row has more than 256 columns", "b"));
  std::string wide;
  for (int i = 0; i < 10; ++i) wide += std::string(TableReader::kMaxCell, 'y') + ";";
  EXPECT_THAT(rows(wide + "\nb\n"), ElementsAre("!1:1 the row has more than 262144 bytes", "b"));
  // A line without end is passed and not kept.
  EXPECT_THAT(rows(std::string(1 << 20, 'a') + "\nb"), ElementsAre(HasSubstr("the cell has more than"), "b"));
}

}  // namespace
}  // namespace rampart::audit
