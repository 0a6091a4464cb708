#include "net/http/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rampart::net::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using Stage = RequestReader::Stage;

constexpr std::uint64_t kBody = 100;

// The body of what is read, or "error: …".
std::string read(std::string_view text, std::size_t step = 1) {
  RequestReader reader;
  for (;;) {
    const auto stage = reader.advance();
    if (!stage)
      return (stage.error().kind == base::ErrorKind::input ? "input: " : "limit: ") + stage.error().what;
    if (*stage == Stage::whole) return reader.body();
    if (*stage == Stage::head) {
      reader.take_body(kBody);
      continue;
    }
    if (text.empty()) return "more";
    reader.feed(text.substr(0, step));
    text.remove_prefix(std::min(step, text.size()));
  }
}

TEST(HttpRequest, IsReadInPiecesOfAnySize) {
  const std::string_view text =
      "POST /scan?ip=192.0.2.1&mail_from=&rcpt=a%40b+c HTTP/1.1\r\nHost: localhost:1\r\nAuthorization: "
      "Bearer x\r\n"
      "Content-Length: 5\r\n\r\nhello";
  for (const auto step : {1U, 7U, 1'000U}) EXPECT_EQ(read(text, step), "hello");
  RequestReader reader;
  reader.feed(text);
  reader.feed("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(*reader.advance(), Stage::head);
  EXPECT_EQ(*reader.advance(), Stage::more) << "nobody has said that the body may come";
  const auto& head = reader.head();
  EXPECT_EQ(head.method, "POST");
  EXPECT_EQ(head.path, "/scan");
  EXPECT_EQ(head.find("authorization"), "Bearer x");
  EXPECT_EQ(head.length, 5U);
  EXPECT_TRUE(head.keep_alive);
  EXPECT_THAT(*parse_query(head.query),
              ElementsAre(Pair("ip", "192.0.2.1"), Pair("mail_from", ""), Pair("rcpt", "a@b c")));
  reader.take_body(kBody);
  EXPECT_EQ(*reader.advance(), Stage::whole);
  EXPECT_EQ(reader.body(), "hello");
  reader.next();
  EXPECT_TRUE(reader.begun());
  EXPECT_EQ(*reader.advance(), Stage::head);
  EXPECT_EQ(reader.head().method, "GET");
  EXPECT_FALSE(reader.head().keep_alive);
}

TEST(HttpRequest, OfChunksIsRefused) {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const auto step : {1U, 1'000U}) {
    EXPECT_THAT(read(head + "5\r\nhello\r\n0\r\n\r\n", step), HasSubstr("Content-Length is needed"));
    EXPECT_THAT(read(head + "0\r\nhello\r\n0\xff\xffX\r\n", step), HasSubstr("Content-Length is needed"));
  }
}

TEST(HttpRequest, HasLimits) {
  EXPECT_THAT(read("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n"), HasSubstr("too large"));
  EXPECT_THAT(read("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551615\r\n\r\n"),
              HasSubstr("too large"));
  EXPECT_THAT(read("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(kMaxHead, 'x') + "\r\n\r\n", 1'000),
              HasSubstr("too large"));
  EXPECT_THAT(read("GET /" + std::string(2 * kMaxHead, 'x'), 1'000), HasSubstr("too large"));
  std::string many = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (std::size_t i = 0; i < kMaxFields; ++i) many += "A: b\r\n";
  EXPECT_THAT(read(many + "\r\n"), HasSubstr("too many fields"));
}

TEST(HttpRequest, IsRefusedWhereItCanBeReadInTwoWays) {
  for (const auto* text : {
           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 1\r\n\r\na",
           "GET / HTTP/1.1\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
           "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
           "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
           "\x16\x03\x01\x02",
           "EHLO mail.example\r\n\r\n",
       })
    EXPECT_THAT(read(text), HasSubstr("input: ")) << text;
}

TEST(HttpRequest, QueriesAreDecodedOrRefused) {
  EXPECT_THAT(*parse_query("a&b=%00&&=c"),
              ElementsAre(Pair("a", ""), Pair("b", std::string(1, '\0')), Pair("", "c")));
  for (const auto* text : {"a=%", "a=%4", "a=%4g", "%zz=1"}) EXPECT_FALSE(parse_query(text)) << text;
}

TEST(HttpResponse, IsWrittenWhole) {
  const auto text =
      format({.status = 401, .body = "{}", .fields = {{"WWW-Authenticate", "Bearer"}}}, true, false);
  EXPECT_THAT(text, testing::StartsWith("HTTP/1.1 401 Unauthorized\r\n"));
  EXPECT_THAT(text, HasSubstr("Content-Length: 2\r\n"));
  EXPECT_THAT(text, HasSubstr("WWW-Authenticate: Bearer\r\nConnection: close\r\n\r\n{}"));
  EXPECT_TRUE(format({.body = "{}"}, false, true).ends_with("nosniff\r\n\r\n"));
}

}  // namespace
}  // namespace rampart::net::http
