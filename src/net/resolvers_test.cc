#include "net/resolvers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rampart::net {
namespace {

using testing::ElementsAre;

std::vector<std::string> texts(const std::vector<Endpoint>& endpoints) {
  std::vector<std::string> out;
  for (const auto& endpoint : endpoints) out.push_back(endpoint.text());
  return out;
}

TEST(Resolvers, ReadsResolvConf) {
  EXPECT_THAT(texts(parse_resolv_conf("# a comment\n"
                                      "search example.org\n"
                                      "nameserver 192.0.2.1\n"
                                      "nameserver\t2001:db8::1 # the second\n"
                                      "  nameserver 192.0.2.2 ; the third\r\n"
                                      "nameserver fe80::1%eth0\n"
                                      "nameserver resolver.example\n"
                                      "nameservers 192.0.2.3\n"
                                      "nameserver\n"
                                      "options edns0 trust-ad\n")),
              ElementsAre("192.0.2.1:53", "[2001:db8::1]:53", "192.0.2.2:53"));
}

TEST(Resolvers, TakesNoMoreThanItUses) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "nameserver 192.0.2.1\n";
  EXPECT_EQ(parse_resolv_conf(text).size(), kMaxResolvers);
}

TEST(Resolvers, AMissingOrEmptyFileMeansTheLocalHost) {
  EXPECT_THAT(texts(*system_resolvers("/nonexistent/resolv.conf")), ElementsAre("127.0.0.1:53"));
}

TEST(Resolvers, AFolderIsAnError) { EXPECT_FALSE(system_resolvers("/")); }

TEST(Resolvers, KnowsLoopback) {
  for (const char* text : {"127.0.0.1", "127.255.0.1", "::1"}) {
    EXPECT_TRUE(is_loopback(*base::IpAddress::parse(text))) << text;
  }
  for (const char* text : {"128.0.0.1", "10.0.0.1", "::2", "::ffff:127.0.0.1"}) {
    EXPECT_FALSE(is_loopback(*base::IpAddress::parse(text))) << text;
  }
}

}  // namespace
}  // namespace rampart::net
