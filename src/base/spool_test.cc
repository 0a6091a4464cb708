#include "base/spool.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rampart::base {
namespace {

using testing::HasSubstr;

std::string folder() { return std::filesystem::temp_directory_path().string(); }

TEST(Spool, IsOneTextWhereverItIs) {
  for (const std::size_t memory : {0U, 1U, 10U, 1000U}) {
    Spool spool(memory, folder());
    std::string expected;
    for (int i = 0; i < 100; ++i) {
      const std::string piece(static_cast<std::size_t>(i % 7), static_cast<char>('a' + i % 26));
      ASSERT_TRUE(spool.append(piece));
      expected += piece;
      if (i % 10 == 0) {
        EXPECT_EQ(*spool.view(), expected);
      }
    }
    EXPECT_EQ(*spool.view(), expected);
    EXPECT_EQ(spool.size(), expected.size());
    EXPECT_LE(spool.in_memory(), memory);
    spool.clear();
    EXPECT_EQ(*spool.view(), "");
    ASSERT_TRUE(spool.append("again"));
    EXPECT_EQ(*spool.view(), "again");
  }
}

TEST(Spool, MovesWithWhatItHolds) {
  Spool spool(2, folder());
  ASSERT_TRUE(spool.append("in a file"));
  Spool other(std::move(spool));
  EXPECT_EQ(*other.view(), "in a file");
  Spool third(100, folder());
  ASSERT_TRUE(third.append("what is given up"));
  third = std::move(other);
  EXPECT_EQ(*third.view(), "in a file");
}

TEST(Spool, SaysWhyThereIsNoFile) {
  Spool spool(4, "/nowhere/at/all");
  ASSERT_TRUE(spool.append("four"));
  const auto failed = spool.append("five");
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message(), HasSubstr("/nowhere/at/all"));
  EXPECT_EQ(*spool.view(), "four");
}

}  // namespace
}  // namespace rampart::base
