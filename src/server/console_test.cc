#include "server/console.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rampart::server {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Key;
using testing::Pair;

const net::http::Asset kFiles[] = {
    {.path = "/index.html", .type = "text/html; charset=utf-8", .plain = "page", .size = 4, .etag = "\"p\""},
    {.path = "/assets/a-1f.js",
     .type = "text/javascript",
     .plain = "code",
     .size = 4,
     .etag = "\"c\"",
     .immutable = true},
    {.path = "/icon.svg", .type = "image/svg+xml", .plain = "icon", .size = 4, .etag = "\"i\""}};

TEST(Console, IsOnePageWhereverOneComesIn) {
  const Console console(kFiles);
  for (const auto* path : {"/", "/index.html", "/domains", "/domains/ministry.example", "/quarantine/1"}) {
    const auto response = console.answer({.method = "GET", .path = path});
    ASSERT_TRUE(response) << path;
    EXPECT_EQ(response->content(), "page");
    EXPECT_THAT(response->fields, Contains(Pair("Content-Security-Policy", HasSubstr("script-src 'self'"))));
    EXPECT_THAT(response->fields, Contains(Pair("Cache-Control", "no-cache")));
  }
  EXPECT_EQ(console.answer({.method = "GET", .path = "/assets/a-1f.js"})->content(), "code");
  EXPECT_EQ(console.answer({.method = "HEAD", .path = "/icon.svg"})->content(), "icon");
}

TEST(Console, LeavesOthersToOthers) {
  const Console console(kFiles);
  for (const auto* path : {"/api", "/api/v1/none", "/assets/none.js", "/assets/b/c", "/robots.txt"})
    EXPECT_FALSE(console.answer({.method = "GET", .path = path})) << path;
  EXPECT_FALSE(console.answer({.method = "POST", .path = "/"}));
}

TEST(Console, SaysHowItIsBuiltWhereItIsNot) {
  const Console console({});
  EXPECT_FALSE(console.is_built());
  const auto response = console.answer({.method = "GET", .path = "/"});
  EXPECT_THAT(std::string(response->content()), HasSubstr("./dev build"));
  EXPECT_THAT(response->fields, Contains(Key("Content-Security-Policy")));
}

}  // namespace
}  // namespace rampart::server
