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
           "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n",
           "GET http://a HTTP/1.1\r\nHost: a\r\n\r\n",
           "GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a\r\nExpect: gold\r\n\r\n",
           "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n",
           "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n",
           "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
           "GET /a/../b HTTP/1.1\r\nHost: a\r\n\r\n",
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

unsigned status_of(std::string_view text) {
  RequestReader reader;
  reader.feed(text);
  auto stage = reader.advance();
  if (stage && *stage == Stage::head) {
    reader.take_body(kBody);
    stage = reader.advance();
  }
  return stage ? 200 : reader.status();
}

TEST(HttpRequest, IsRefusedByAStatusThatSaysWhy) {
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"), 411U);
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n"), 501U);
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n"), 413U);
  EXPECT_EQ(status_of("GET /" + std::string(2 * kMaxHead, 'x')), 431U);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a\r\nExpect: gold\r\n\r\n"), 417U);
  EXPECT_EQ(status_of("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n"), 501U);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\n\r\n"), 400U);
}

// What is read of a head of this target and these fields; nothing where it is refused.
std::optional<Head> head_of(const std::string& target, const std::string& fields) {
  RequestReader reader;
  reader.feed("GET " + target + " HTTP/1.1\r\n" + fields + "\r\n\r\n");
  const auto stage = reader.advance();
  return stage && *stage == Stage::head ? std::optional(reader.head()) : std::nullopt;
}

TEST(HttpRequest, NamesAHost) {
  const auto head = head_of("http://Mail.Example:8443/a?b", "Host: mail.example:8443");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->path, "/a");
  EXPECT_EQ(head->query, "b");
  EXPECT_EQ(head->host, "mail.example");
  EXPECT_EQ(head->authority, "mail.example:8443");
  EXPECT_EQ(head_of("/", "Host: [2001:DB8::1]:80")->host, "2001:db8::1");
  EXPECT_EQ(head_of("/", "Host: mail.example.")->host, "mail.example");
  EXPECT_EQ(head_of("/", "Host:")->host, "") << "as one that has none says (RFC 9112 section 3.2)";
  for (const auto* host : {"a@b", "a/b", "a:b", "a:0", "a:70000", "[::1", "[192.0.2.1]", "a,b", "::1",
                           "a%2eb", "....", ".a", "a..b", "a.."})
    EXPECT_FALSE(parse_authority(host)) << host;
}

TEST(HttpRequest, PathsAreDecodedOnceOrRefused) {
  EXPECT_EQ(decode_path("/domains/%C3%A4.example/a+b"), "/domains/\u00e4.example/a+b");
  EXPECT_EQ(decode_path("/%252e%252e/"), "/%2e%2e/") << "once";
  EXPECT_EQ(decode_path("/..a/.b/c..//"), "/..a/.b/c..//");
  for (const auto* path : {"", "a", "/..", "/../a", "/a/..", "/./a", "/%2e%2E/a", "/a/%2e", "/a%2Fb",
                           "/a%2fb", "/a%00b", "/a%5cb", "/a\\b", "/%", "/%4", "/%zz", "/%ff"})
    EXPECT_FALSE(decode_path(path)) << path;
}

TEST(HttpRequest, CookiesAreFoundByName) {
  const auto head =
      head_of("/", "Host: a\r\nCookie: a=1; __Host-rampart=x=y; q=\"w\"; twice=1\r\nCookie: b=2;twice=1; a");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->cookie("a"), "1");
  EXPECT_EQ(head->cookie("b"), "2");
  EXPECT_EQ(head->cookie("q"), "w");
  EXPECT_EQ(head->cookie("__Host-rampart"), "x=y");
  EXPECT_EQ(head->cookie("__host-rampart"), std::nullopt) << "names are told apart by case";
  EXPECT_EQ(head->cookie("twice"), std::nullopt);
}

TEST(HttpRequest, BodiesGoIntoASpool) {
  RequestReader reader;
  reader.feed("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\n0123456789");
  EXPECT_EQ(*reader.advance(), Stage::head);
  reader.take_body(kBody, base::Spool(8, testing::TempDir()));
  EXPECT_EQ(*reader.advance(), Stage::more);
  reader.feed("0123456789012345678");
  EXPECT_EQ(*reader.advance(), Stage::more);
  reader.feed("9GET");
  EXPECT_EQ(*reader.advance(), Stage::whole);
  auto spool = reader.spooled();
  EXPECT_EQ(spool.in_memory(), 0U);
  EXPECT_EQ(*spool.view(), "012345678901234567890123456789");
}

}  // namespace
}  // namespace rampart::net::http
