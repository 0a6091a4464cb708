#include "crypto/hmac.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace rampart::crypto {
namespace {

// RFC 4231 sections 4.2, 4.3 and 4.7.
TEST(Hmac, IsThatOfTheStandard) {
  EXPECT_EQ(base::hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(base::hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(base::hex(hmac_sha256(std::string(131, '\xaa'),
                                  "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(hmac_sha256("", "").size(), 32U);
}

// RFC 5869 appendix A.3: no salt and no info; the first 32 of its 42 octets.
TEST(Hmac, MakesKeysOfKeys) {
  EXPECT_EQ(base::hex(derive_key(std::string(22, '\x0b'), "")),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
  EXPECT_NE(derive_key("key", "a").view(), derive_key("key", "b").view());
  EXPECT_TRUE(same_secret("abc", "abc"));
  EXPECT_FALSE(same_secret("abc", "abd"));
  EXPECT_FALSE(same_secret("abc", "ab"));
}

}  // namespace
}  // namespace rampart::crypto
