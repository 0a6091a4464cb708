#include "auth/dkim/signing_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rampart::dkim {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(SigningTable, PatternsMatchTheWhole) {
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("*@bank.example", "a@bank.example"));
  EXPECT_TRUE(matches("a*b*c", "aXXbYYc"));
  EXPECT_TRUE(matches("a*b", "abab"));
  EXPECT_FALSE(matches("*@bank.example", "a@bank.example.evil"));
  EXPECT_FALSE(matches("bank.example", "a@bank.example"));
  EXPECT_FALSE(matches("", "a"));
  // Never exponential.
  EXPECT_FALSE(matches("*a*a*a*a*a*a*a*a*a*a*b", std::string(5'000, 'a')));
}

TEST(SigningTable, IsReadAndWritten) {
  const SigningTable table{.rules = {{"*@bank.example", "bank.example", "s1", "bank.example/s1"},
                                     {"*", "%", "s2", "any/s2"},
                                     {"*@x.example", "x.example", "*", "x.example"}},
                           .all = true};
  const auto again = parse_table(format_table(table), "signing");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->rules, table.rules);
  EXPECT_TRUE(again->all);
  EXPECT_EQ(find_signers(*again, "A@BANK.example").size(), 2U);
  EXPECT_THAT(find_signers(*again, "nobody"), IsEmpty());
  for (const auto* wrong : {"a b c", "a b c d e", "* a..b s1 a/b", "* % s1 b", "* % s1 /b", "* % s1 a/b/c"}) {
    const auto got = parse_table(std::string("\n# x\n") + wrong, "signing");
    ASSERT_FALSE(got) << wrong;
    EXPECT_EQ(got.error().where, "signing:3");
  }
}

// Its keys are published below the key's domain alone.
TEST(SigningTable, ManagedKeysSignAsTheirOwnDomain) {
  for (const auto* wrong :
       {"*@*.bank.example % * bank.example", "*@shop.example shop.example * bank.example"}) {
    const auto got = parse_table(std::string("* a.example * A.Example.\n") + wrong, "signing");
    ASSERT_FALSE(got) << wrong;
    EXPECT_EQ(got.error().where, "signing:2");
    EXPECT_THAT(got.error().what, HasSubstr("the keys of bank.example sign as bank.example alone"));
  }
}

}  // namespace
}  // namespace rampart::dkim
