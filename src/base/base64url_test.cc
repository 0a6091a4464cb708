#include "base/base64url.h"

#include <gtest/gtest.h>

namespace rampart::base {
namespace {

TEST(Base64Url, OneTextForOneValue) {
  const std::string bytes("\xfb\xff\x00\xbe", 4);
  EXPECT_EQ(encode_base64url(bytes), "-_8Avg");
  EXPECT_EQ(decode_base64url("-_8Avg"), bytes);
  EXPECT_EQ(decode_base64url(""), "");
  for (const char* text : {"-_8Avg==", "+/8Avg", "-_8Avh", "-_8A vg", "-_8Avg\n", "A", "AAAAA", "\xc3\xa9"})
    EXPECT_FALSE(decode_base64url(text)) << text;
  for (std::size_t size = 0; size < 70; ++size) {
    std::string text(size, static_cast<char>(size * 37));
    EXPECT_EQ(decode_base64url(encode_base64url(text)), text);
  }
}

}  // namespace
}  // namespace rampart::base
