#include "net/http/forwarded.h"

#include <gtest/gtest.h>

namespace rampart::net::http {
namespace {

using base::IpAddress;

constexpr auto kX = ForwardField::x_forwarded;
constexpr auto kRfc = ForwardField::forwarded;

// "address" or "address secure": who asks, where 192.0.2.0/24 and 2001:db8::/32 are trusted.
std::string who(const Fields& fields, ForwardField field, std::string_view socket = "192.0.2.1") {
  const Network trusted[] = {*parse_network("192.0.2.0/24"), *parse_network("2001:db8::/32")};
  const auto client = client_of(fields, {*IpAddress::parse(socket), false}, trusted, field);
  return client.address.text() + (client.secure ? " secure" : "");
}

TEST(Forwarded, IsBelievedOfTrustedProxiesAlone) {
  const Fields fields{{"X-Forwarded-For", "198.51.100.7"}, {"X-Forwarded-Proto", "https"}};
  EXPECT_EQ(who(fields, kX), "198.51.100.7 secure");
  EXPECT_EQ(who(fields, kX, "203.0.113.5"), "203.0.113.5");
  EXPECT_EQ(who(fields, kRfc), "192.0.2.1") << "the other field is the client's own";
  EXPECT_EQ(who({}, kX), "192.0.2.1");
}

TEST(Forwarded, IsReadFromItsRightEnd) {
  EXPECT_EQ(who({{"X-Forwarded-For", "127.0.0.1, 198.51.100.7, 192.0.2.9"}}, kX), "198.51.100.7");
  EXPECT_EQ(who({{"X-Forwarded-For", "10.0.0.1"}, {"x-forwarded-for", "198.51.100.7"}}, kX), "198.51.100.7");
  EXPECT_EQ(who({{"X-Forwarded-For", "192.0.2.8,2001:db8::9"}}, kX), "192.0.2.8")
      << "all are trusted: the farthest";
  EXPECT_EQ(who({{"X-Forwarded-For", "198.51.100.7, nobody, 192.0.2.9"}}, kX), "192.0.2.9")
      << "who said so is the client";
  EXPECT_EQ(who({{"X-Forwarded-For", "\"198.51.100.7"}}, kX), "192.0.2.1");
  EXPECT_EQ(who({{"X-Forwarded-Proto", "https, http"}}, kX), "192.0.2.1");
}

TEST(Forwarded, KnowsAddressesWithPorts) {
  EXPECT_EQ(who({{"X-Forwarded-For", "198.51.100.7:4711"}}, kX), "198.51.100.7");
  EXPECT_EQ(who({{"X-Forwarded-For", "[2001:db9::1]:4711"}}, kX), "2001:db9::1");
  EXPECT_EQ(who({{"X-Forwarded-For", "::ffff:198.51.100.7"}}, kX), "198.51.100.7");
  EXPECT_EQ(who({{"X-Forwarded-For", "[198.51.100.7]"}}, kX), "192.0.2.1");
}

TEST(Forwarded, OfRfc7239) {
  EXPECT_EQ(
      who({{"Forwarded", "for=10.0.0.1, For=\"[2001:db9:cafe::17]:4711\";proto=https;by=192.0.2.1"}}, kRfc),
      "2001:db9:cafe::17 secure");
  EXPECT_EQ(who({{"Forwarded", "for=198.51.100.7;proto=https, for=192.0.2.9;proto=http"}}, kRfc),
            "198.51.100.7 secure")
      << "how the client came, not the proxy";
  EXPECT_EQ(who({{"Forwarded", "for=198.51.100.7, for=_hidden"}}, kRfc), "192.0.2.1");
  EXPECT_EQ(who({{"Forwarded", "for=unknown"}}, kRfc), "192.0.2.1");
  EXPECT_EQ(who({{"Forwarded", "for=198.51.100.7;for=198.51.100.8"}}, kRfc), "192.0.2.1");
  EXPECT_EQ(who({{"Forwarded", "for=\"198.51.100.7;proto=https"}}, kRfc), "192.0.2.1");
  EXPECT_EQ(who({{"Forwarded", "for=\"1\\98.51.100.7\""}}, kRfc), "198.51.100.7");
}

TEST(Forwarded, Networks) {
  EXPECT_TRUE(parse_network("192.0.2.0/24")->has(*IpAddress::parse("::ffff:192.0.2.9")));
  EXPECT_FALSE(parse_network("192.0.2.0")->has(*IpAddress::parse("192.0.2.1")));
  for (const auto* text : {"", "/8", "192.0.2.0/33", "192.0.2/24", "::/129", "a", "::/"})
    EXPECT_FALSE(parse_network(text)) << text;
}

}  // namespace
}  // namespace rampart::net::http
