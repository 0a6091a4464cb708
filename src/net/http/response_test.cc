#include "net/http/response.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/http/security_headers.h"

namespace rampart::net::http {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(HttpResponse, HeadSaysWhatFollows) {
  Response response{.status = 401, .body = "{}", .fields = {{"WWW-Authenticate", "Bearer"}}};
  response.cookies = {"a=1; Path=/", "b=2"};
  const auto text = format_head(response, {.last = true});
  EXPECT_THAT(text, testing::StartsWith("HTTP/1.1 401 Unauthorized\r\nDate: "));
  EXPECT_THAT(
      text,
      HasSubstr(
          " GMT\r\nContent-Type: application/json\r\nContent-Length: 2\r\nCache-Control: no-store\r\n"));
  EXPECT_THAT(text, HasSubstr("WWW-Authenticate: Bearer\r\nSet-Cookie: a=1; Path=/\r\nSet-Cookie: "
                              "b=2\r\nConnection: close\r\n\r\n"));
  EXPECT_THAT(text, Not(HasSubstr("Strict-Transport-Security")));
}

TEST(HttpResponse, SharesBytes) {
  static constexpr std::string_view kBytes = "of the program";
  const Response response{.type = "text/plain", .shared = SharedBytes{kBytes}};
  EXPECT_EQ(response.content().data(), kBytes.data());
  EXPECT_THAT(format_head(response, {}), HasSubstr("Content-Length: 14\r\n"));
}

TEST(HttpResponse, OfSomeStatusHasNoBody) {
  for (const unsigned status : {204U, 304U}) {
    const Response response{.status = status};
    EXPECT_FALSE(has_body(response));
    const auto text = format_head(response, {});
    EXPECT_THAT(text, Not(HasSubstr("Content-Length")));
    EXPECT_THAT(text, Not(HasSubstr("Content-Type:")));
  }
  EXPECT_THAT(format_head({.status = 304}, {}), Not(HasSubstr("Content-Security-Policy")));
}

TEST(HttpResponse, ForbidsAllThatItDoesNotNeed) {
  const auto text = format_head({.status = 404}, {.secure = true});
  EXPECT_THAT(text, HasSubstr("\r\nContent-Security-Policy: default-src 'none'; "));
  EXPECT_THAT(text, HasSubstr("\r\nX-Content-Type-Options: nosniff\r\n"));
  EXPECT_THAT(text, HasSubstr("\r\nReferrer-Policy: no-referrer\r\n"));
  EXPECT_THAT(text, HasSubstr("\r\nStrict-Transport-Security: max-age=63072000\r\n"));
  Response page{.type = "text/html; charset=utf-8", .fields = page_security()};
  page.fields.emplace_back("cache-control", "no-cache");
  const auto own = format_head(page, {});
  EXPECT_THAT(own, HasSubstr("script-src 'self'"));
  EXPECT_THAT(own, Not(HasSubstr("unsafe")));
  EXPECT_THAT(own, Not(HasSubstr("no-store")));
  EXPECT_EQ(own.find("Content-Security-Policy"), own.rfind("Content-Security-Policy"))
      << "one policy, not two";
  const Response frame{.fields = frame_security()};
  EXPECT_THAT(format_head(frame, {}), HasSubstr("Content-Security-Policy: sandbox; default-src 'none'; "));
}

TEST(HttpResponse, ErrorsAreJson) {
  const auto response = error_response(404, "there is nothing here", "/a\"b");
  EXPECT_EQ(response.body,
            "{\"schema\":\"rampart.error/1\",\"error\":\"there is nothing here\",\"where\":\"/a\\\"b\"}\n");
}

}  // namespace
}  // namespace rampart::net::http
