#include "net/probe_guard.h"

#include <gtest/gtest.h>

namespace rampart::net {
namespace {

using dns::Name;
using dns::RrType;
using facts::AnswerBuilder;
using facts::AnswerPtr;
using facts::Why;

Name name(std::string_view text) { return *Name::try_parse(text); }
const Name kHost = name("mx.example");

AnswerPtr addresses(RrType type, const std::vector<std::string>& texts) {
  AnswerBuilder builder(kHost, type);
  for (const auto& text : texts) {
    const auto address = *base::IpAddress::parse(text);
    const auto bytes = address.bytes();
    builder.add_record({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, 60);
  }
  return builder.build();
}

ProbeGuard::Verdict judge(const std::vector<std::string>& v4, const std::vector<std::string>& v6,
                          bool allow_private = false, const Name& host = kHost) {
  return ProbeGuard(allow_private).judge(host, *addresses(RrType::a, v4), *addresses(RrType::aaaa, v6));
}

TEST(ProbeGuard, LeavesPublicAddresses) {
  const auto verdict = judge({"8.8.8.8", "10.0.0.1"}, {"2606:4700::1111", "fe80::1"});
  ASSERT_EQ(verdict.addresses.size(), 2U);
  EXPECT_EQ(verdict.addresses[0].text(), "8.8.8.8");
  EXPECT_EQ(verdict.addresses[1].text(), "2606:4700::1111");
}

TEST(ProbeGuard, RefusesEveryFormOfAPrivateAddress) {
  for (const char* text :
       {"127.0.0.1", "10.1.2.3", "169.254.169.254", "100.64.0.1", "192.168.0.1", "0.0.0.0"}) {
    EXPECT_EQ(judge({text}, {}).why, Why::forbidden) << text;
  }
  for (const char* text :
       {"::1", "::ffff:8.8.8.8", "64:ff9b::10.0.0.1", "2002:a00:1::", "fc00::1", "fe80::1"}) {
    EXPECT_EQ(judge({}, {text}).why, Why::forbidden) << text;
  }
  EXPECT_TRUE(judge({}, {"64:ff9b::8.8.8.8"}).why == Why::none);
}

TEST(ProbeGuard, AllowPrivateAllowsThem) {
  EXPECT_EQ(judge({"127.0.0.1"}, {"::1"}, true).addresses.size(), 2U);
}

TEST(ProbeGuard, TakesAFewAddressesOnly) {
  std::vector<std::string> many;
  for (int i = 1; i < 50; ++i) many.push_back("8.8.8." + std::to_string(i));
  EXPECT_EQ(judge(many, {}).addresses.size(), kMaxProbeAddresses);
}

TEST(ProbeGuard, RefusesNamesThatAreNoHosts) {
  for (const char* text :
       {"localhost", "x.localhost", "printer.local", "1.0.0.127.in-addr.arpa", "db.internal"}) {
    EXPECT_EQ(judge({"8.8.8.8"}, {}, false, name(text)).why, Why::forbidden) << text;
  }
  for (const char* text : {R"(a\ b.example)", R"(a\.b.example)", R"(a\010.example)", "a@b.example"}) {
    EXPECT_EQ(judge({"8.8.8.8"}, {}, true, name(text)).why, Why::forbidden) << text;
  }
}

TEST(ProbeGuard, RefusesAChainToASpecialName) {
  const auto a = AnswerBuilder(kHost, RrType::a)
                     .add_alias(name("x.localhost"))
                     .add_record("\x08\x08\x08\x08", 60)
                     .build();
  EXPECT_EQ(ProbeGuard(false).judge(kHost, *a, *addresses(RrType::aaaa, {})).why, Why::forbidden);
}

TEST(ProbeGuard, SaysWhyThereIsNoAddress) {
  EXPECT_EQ(judge({}, {}).why, Why::network);
  const auto unknown = facts::Answer::make_unknown(kHost, RrType::a, Why::servfail, "SERVFAIL from x");
  const auto verdict = ProbeGuard(false).judge(kHost, *unknown, *addresses(RrType::aaaa, {}));
  EXPECT_EQ(verdict.why, Why::servfail);
  EXPECT_EQ(verdict.detail, "its address is unknown: SERVFAIL from x");
}

}  // namespace
}  // namespace rampart::net
