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

TEST(Selectors, OnlyWhatASelectorCanBeIsOne) {
  for (const auto* text : {"s1", "a.b", "mail-2026", "k_1", "20230601"})
    EXPECT_TRUE(is_selector(text)) << text;
  for (const auto* text : {"", ".", "a..b", "s1.", "s!1", "s 1", "*", "-a", "a-", "s1._domainkey"}) {
    EXPECT_FALSE(is_selector(text)) << text;
  }
  EXPECT_FALSE(is_selector(std::string(64, 'a')));
}

}  // namespace
}  // namespace rampart::audit
