#include "net/http/assets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

namespace rampart::net::http {
namespace {

using testing::Contains;
using testing::Key;
using testing::Not;
using testing::Pair;

std::string gzip(std::string_view text) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(1'000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

class AssetsTest : public testing::Test {
 protected:
  [[nodiscard]] Response get(const std::string& path, Fields fields = {}) const {
    return *assets_.answer({.method = "GET", .path = path, .fields = std::move(fields)});
  }
  [[nodiscard]] Response get_as(const std::string& accepted) const {
    return get("/assets/a-1f.js", {{"Accept-Encoding", accepted}});
  }

  const std::string gzip_ = gzip("plain");
  const std::vector<Asset> table_ = {{.path = "/assets/a-1f.js",
                                      .type = "text/javascript",
                                      .plain = {},
                                      .gzip = gzip_,
                                      .brotli = "BR",
                                      .size = 5,
                                      .etag = "\"e1\"",
                                      .immutable = true},
                                     {.path = "/a.woff2",
                                      .type = "font/woff2",
                                      .plain = "font",
                                      .gzip = {},
                                      .brotli = {},
                                      .size = 4,
                                      .etag = "\"e2\"",
                                      .immutable = false}};
  const Assets assets_{table_};
};

TEST_F(AssetsTest, AreSentInTheFormThatIsAccepted) {
  const auto brotli = get_as("gzip, deflate, br, zstd");
  EXPECT_EQ(brotli.content(), "BR");
  EXPECT_THAT(brotli.fields, Contains(Pair("Content-Encoding", "br")));
  EXPECT_THAT(brotli.fields, Contains(Pair("Vary", "Accept-Encoding")));
  EXPECT_THAT(brotli.fields, Contains(Pair("Cache-Control", "public, max-age=31536000, immutable")));
  EXPECT_EQ(brotli.content().data(), table_[0].brotli.data()) << "no copy";
  EXPECT_EQ(get_as("gzip").content(), gzip_);
  EXPECT_EQ(get_as("br;q=0.5, gzip").content(), gzip_);
  EXPECT_EQ(get_as("br;q=0, gzip;q=0").content(), "plain");
  EXPECT_EQ(get_as("*").content(), "BR");
  EXPECT_EQ(get("/assets/a-1f.js").content(), "plain");
  EXPECT_THAT(get("/assets/a-1f.js").fields, Not(Contains(Key("Content-Encoding"))));
  EXPECT_EQ(get("/a.woff2", {{"Accept-Encoding", "br"}}).content(), "font");
  EXPECT_THAT(get("/a.woff2").fields, Contains(Pair("Cache-Control", "no-cache")));
  EXPECT_FALSE(assets_.answer({.method = "GET", .path = "/none"}));
  EXPECT_EQ(assets_.answer({.method = "GET", .path = "/domains"}, "/a.woff2")->content(), "font");
}

TEST_F(AssetsTest, AreNotSentTwice) {
  const auto etag = [](const Response& response) {
    for (const auto& [name, value] : response.fields)
      if (name == "ETag") return value;
    return std::string();
  };
  const auto first = get_as("br");
  EXPECT_EQ(etag(first), "\"e1-br\"");
  EXPECT_EQ(etag(get_as("gzip")), "\"e1-gzip\"") << "another form is another file";
  const Fields again{{"Accept-Encoding", "br"}, {"If-None-Match", "\"x\", W/\"e1-br\""}};
  EXPECT_EQ(get("/assets/a-1f.js", again).status, 304U);
  EXPECT_EQ(get("/assets/a-1f.js", {{"Accept-Encoding", "gzip"}, {"If-None-Match", "\"e1-br\""}}).status,
            200U);
  EXPECT_EQ(get("/assets/a-1f.js", {{"If-None-Match", "*"}}).status, 304U);
}

TEST(Assets, WeighCodings) {
  EXPECT_EQ(coding_weight("br", "br"), 1'000U);
  EXPECT_EQ(coding_weight(" GZIP ; q=0.25 , *;q=0.5", "gzip"), 250U);
  EXPECT_EQ(coding_weight("gzip, *;q=0.5", "br"), 500U);
  EXPECT_EQ(coding_weight("", "br"), 0U);
  EXPECT_EQ(coding_weight("", "identity"), 1U);
  EXPECT_EQ(coding_weight("identity;q=0", "identity"), 0U);
  for (const auto* text : {"br;q=2", "br;q=1.1", "br;q=.5", "br;q=0.1234", "br;q=", "br;x=1"})
    EXPECT_EQ(coding_weight(text, "br"), 0U) << text;
}

}  // namespace
}  // namespace rampart::net::http
