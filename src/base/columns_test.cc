#include "base/columns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rampart::base {
namespace {

using testing::ElementsAre;

TEST(Columns, WidthOfScripts) {
  EXPECT_EQ(display_width("ministry"), 8U);
  EXPECT_EQ(display_width("پاکستان"), 7U);
  EXPECT_EQ(display_width("मन्त्री"), 5U) << "the virama takes no column";
  EXPECT_EQ(display_width("日本"), 4U);
  EXPECT_EQ(display_width("e\xcc\x81"), 1U);
  EXPECT_EQ(display_width("\xff\xfe"), 2U);
  EXPECT_EQ(display_width(""), 0U);
}

TEST(Columns, PadsByColumnsAndNotBytes) {
  EXPECT_EQ(pad_right("日本", 6), "日本  ");
  EXPECT_EQ(pad_left("é", 3), "  é");
  EXPECT_EQ(pad_right("long", 2), "long");
}

TEST(Columns, Shortens) {
  EXPECT_EQ(shorten("ministry", 8), "ministry");
  EXPECT_EQ(shorten("ministry", 5), "mini…");
  EXPECT_EQ(shorten("日本語", 4), "日…") << "a wide character is not cut in two";
  EXPECT_EQ(shorten("ab", 1), "…");
}

TEST(Columns, WrapsAtSpaces) {
  EXPECT_THAT(wrap("one two three", 7), ElementsAre("one two", "three"));
  EXPECT_THAT(wrap("a  b", 80), ElementsAre("a b"));
  EXPECT_THAT(wrap("see averyverylongname.example now", 10),
              ElementsAre("see", "averyverylongname.example", "now"));
  EXPECT_THAT(wrap("", 10), ElementsAre(""));
}

TEST(Columns, NoTerminalHasTheFallbackWidth) { EXPECT_EQ(terminal_width(-1, 93), 93U); }

}  // namespace
}  // namespace rampart::base
