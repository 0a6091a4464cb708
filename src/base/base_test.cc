#include <gtest/gtest.h>

#include "base/ip.h"
#include "base/text.h"
#include "base/time.h"

namespace rampart::base {
namespace {

TEST(Ip, ParsesAndPrints) {
  EXPECT_EQ(IpAddress::parse("192.0.2.1")->text(), "192.0.2.1");
  EXPECT_EQ(IpAddress::parse("2001:DB8::0:1")->text(), "2001:db8::1");
  for (const auto* bad : {"", "192.0.2", "192.0.2.01", "192.0.2.256", "::1%eth0", "[::1]", "1.2.3.4 "}) {
    EXPECT_FALSE(IpAddress::parse(bad)) << bad;
  }
}

TEST(Ip, MatchesPrefixes) {
  const auto address = *IpAddress::parse("192.0.2.129");
  EXPECT_TRUE(address.in_prefix(*IpAddress::parse("192.0.2.128"), 25));
  EXPECT_FALSE(address.in_prefix(*IpAddress::parse("192.0.2.0"), 25));
  EXPECT_TRUE(address.in_prefix(*IpAddress::parse("10.0.0.0"), 0));
  EXPECT_FALSE(address.in_prefix(*IpAddress::parse("192.0.2.128"), 33));
  EXPECT_FALSE(address.in_prefix(*IpAddress::parse("::"), 0)) << "families never mix";
  EXPECT_EQ(address.masked(20).text(), "192.0.0.0");
  EXPECT_EQ(IpAddress::parse("2001:db8:ffff::1")->masked(33).text(), "2001:db8:8000::");
}

TEST(Ip, KnowsWhatIsPublic) {
  for (const auto* yes : {"192.0.2.1", "8.8.8.8", "2001:4860::1", "64:ff9b::808:808"})
    EXPECT_TRUE(is_public(*IpAddress::parse(yes))) << yes;
  for (const auto* no : {"127.0.0.1", "10.1.2.3", "::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "fe80::1",
                         "2002:7f00:1::", "255.255.255.255", "100.100.0.1", "fd00::1", "64:ff9b:1::1",
                         "fec0::1", "100::1", "::ffff:8.8.8.8"}) {
    EXPECT_FALSE(is_public(*IpAddress::parse(no))) << no;
  }
}

TEST(Text, Base64IsStrict) {
  EXPECT_EQ(decode_base64("aGk="), "hi");
  EXPECT_EQ(decode_base64(" aG\r\n k="), "hi");
  EXPECT_EQ(decode_base64(encode_base64("any carnal pleas")), "any carnal pleas");
  for (const auto* bad : {"a", "aGk", "aGk==", "aG=k", "aGk!", "===="})
    EXPECT_FALSE(decode_base64(bad)) << bad;
}

TEST(Text, PrintableDisarms) {
  EXPECT_EQ(printable("plain پاکستان"), "plain پاکستان");
  EXPECT_EQ(printable("\x1b[31m"), "\\x1b[31m");
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(printable("\xff\xc3"), "\\xff\\xc3");
  EXPECT_EQ(printable("a\xe2\x80\xae"
                      "b"),
            "a\\u{202e}b");
  EXPECT_EQ(printable("a\xc2\x9b"
                      "b"),
            "a\\u{009b}b");
  EXPECT_EQ(excerpt("پاک", 3), "پ… (6 bytes)");
}

TEST(Text, DidYouMean) {
  const std::string_view keys[] = {"resolver", "format", "output"};
  EXPECT_EQ(nearest("resolvr", keys), "resolver");
  EXPECT_EQ(nearest("fromat", keys), "format");
  EXPECT_EQ(nearest("zebra", keys), "");
}

TEST(Text, Numbers) {
  EXPECT_EQ(parse_number("18446744073709551615"), 18446744073709551615U);
  for (const auto* bad : {"", "-1", "+1", " 1", "1 ", "18446744073709551616", "0x1"})
    EXPECT_FALSE(parse_number(bad)) << bad;
}

TEST(TimeText, RoundTrips) {
  const auto time = parse_time("2026-11-23T08:09:10Z");
  ASSERT_TRUE(time);
  EXPECT_EQ(format_time(*time), "2026-11-23T08:09:10Z");
  for (const auto* bad :
       {"2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01 00:00:00Z", ""}) {
    EXPECT_FALSE(parse_time(bad)) << bad;
  }
}

}  // namespace
}  // namespace rampart::base
