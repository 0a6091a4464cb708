#include "server/api/page.h"

#include <gtest/gtest.h>

#include "server/api/etag.h"

namespace rampart::server::api {
namespace {

TEST(Cursor, GivesBackItsKey) {
  for (const auto& key : {std::string(), std::string("bank.example"), std::string("1795000000 4h7k"),
                          std::string("\0\xff/+", 4)}) {
    const auto cursor = make_cursor("domains_list\nsort=name", key);
    EXPECT_EQ(cursor.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
              std::string::npos);
    EXPECT_EQ(read_cursor("domains_list\nsort=name", cursor), key);
  }
}

TEST(Cursor, IsOfOneListWithItsFilters) {
  const auto cursor = make_cursor("domains_list\nsort=name", "bank.example");
  EXPECT_EQ(read_cursor("domains_list\nsort=grade", cursor), std::nullopt);
  EXPECT_EQ(read_cursor("senders_list\nsort=name", cursor), std::nullopt);
  EXPECT_EQ(read_cursor("domains_list\nsort=name", cursor + "A"), std::nullopt);
  EXPECT_EQ(read_cursor("domains_list\nsort=name", cursor + "="), std::nullopt);
  EXPECT_EQ(read_cursor("domains_list\nsort=name", ""), std::nullopt);
  EXPECT_EQ(read_cursor("domains_list\nsort=name", "not a cursor"), std::nullopt);
  EXPECT_EQ(read_cursor("domains_list\nsort=name", std::string(kMaxCursor + 4, 'A')), std::nullopt);
}

TEST(Page, IsWrittenWithAndWithoutMore) {
  EXPECT_EQ(page_json("", std::nullopt, 0), R"({"items":[],"next":null,"total":0})");
  EXPECT_EQ(page_json(R"({"a":1},{"a":2})", "x", std::nullopt),
            R"({"items":[{"a":1},{"a":2}],"next":"x","total":null})");
}

TEST(Etag, IsNamedByFields) {
  const auto tag = etag_of("some content");
  EXPECT_EQ(tag.size(), 32U);
  EXPECT_NE(tag, etag_of("some Content"));
  EXPECT_TRUE(names_etag("*", tag));
  EXPECT_TRUE(names_etag("\"" + tag + "\"", tag));
  EXPECT_TRUE(names_etag("\"other\", W/\"" + tag + "\"", tag));
  EXPECT_FALSE(names_etag("\"other\"", tag));
  EXPECT_FALSE(names_etag(tag, tag));
  EXPECT_FALSE(names_etag("\"" + tag, tag));
  EXPECT_FALSE(names_etag("", tag));
}

TEST(Etag, OfIfMatchIsOneStrongTag) {
  std::string etag;
  EXPECT_TRUE(read_if_match("\"abc\"", etag));
  EXPECT_EQ(etag, "abc");
  EXPECT_TRUE(read_if_match("*", etag));
  EXPECT_EQ(etag, "");
  for (const auto* wrong : {"", "abc", "W/\"abc\"", "\"a\", \"b\"", "\"\"", "\"a"})
    EXPECT_FALSE(read_if_match(wrong, etag)) << wrong;
}

}  // namespace
}  // namespace rampart::server::api
