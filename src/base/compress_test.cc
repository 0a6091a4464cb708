#include "base/compress.h"

#include <gtest/gtest.h>

namespace rampart::base {
namespace {

TEST(Compress, GivesBackWhatWentIn) {
  for (const std::string& text : {std::string(), std::string("short"), std::string(1 << 16, 'x')}) {
    EXPECT_EQ(decompress(compress(text).value()).value(), text);
  }
  EXPECT_LT(compress(std::string(1 << 16, 'x'))->size(), 100U);
}

TEST(Compress, RefusesAnythingElse) {
  EXPECT_FALSE(decompress("no zstd"));
  auto cut = compress(std::string(1 << 16, 'x')).value();
  cut.pop_back();
  EXPECT_FALSE(decompress(cut));
}

}  // namespace
}  // namespace rampart::base
