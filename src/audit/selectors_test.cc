#include "audit/selectors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rampart::audit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

dns::Name name(std::string_view text) { return *dns::Name::try_parse(text); }

TEST(Selectors, TheDomainsOwnComeFirstAndOnce) {
  SelectorBook book;
  book.add("s1");
  ASSERT_TRUE(
      book.add_list("# all\nmail2026\r\n\nministry.example s2, s1  # two\nپاکستان.example a.b\n", "list"));
  EXPECT_THAT(book.of(name("ministry.example")), ElementsAre("s2", "s1", "mail2026"));
  EXPECT_THAT(book.of(name("xn--mgbai9azgqp6j.example")), ElementsAre("a.b", "s1", "mail2026"));
  EXPECT_THAT(book.of(name("other.example")), ElementsAre("s1", "mail2026"));
}

TEST(Selectors, WrongLinesAreNamed) {
  SelectorBook book;
  const auto whole = book.add_list("s1\ns1._domainkey.ministry.example\n", "list");
  ASSERT_FALSE(whole);
  EXPECT_EQ(whole.error().where, "list:2");
  EXPECT_THAT(whole.error().hint, HasSubstr("before ._domainkey"));
  EXPECT_EQ(book.add_list("https://x.example/ s1", "list").error().where, "list:1");
  EXPECT_FALSE(book.add_list("a..b", "list"));
}

}  // namespace
}  // namespace rampart::audit
