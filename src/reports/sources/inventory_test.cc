// From the store to sources, with what DNS says.
#include "reports/sources/inventory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/zone_test.h"
#include "reports/archive/archived_test.h"
#include "store/store_test.h"

namespace rampart::reports {
namespace {

using auth::TestZone;
using testing::ElementsAre;

Outcome signed_by(std::string selector) {
  return {
      .dkim = Aligned::pass,
      .spf = Aligned::fail,
      .header_from = "bank.example",
      .dkim_seen = {{.domain = "bank.example", .selector = std::move(selector), .result = AuthResult::pass}},
      .spf_seen = {{.domain = "bounce.bank.example", .result = AuthResult::pass}}};
}
Outcome failing() {
  return {.dkim = Aligned::fail,
          .spf = Aligned::fail,
          .header_from = "bank.example",
          .spf_seen = {{.domain = "bank.example", .result = AuthResult::fail}}};
}

class InventoryTest : public ::testing::Test {
 protected:
  InventoryTest() : database_(*store::Database::open("sqlite:" + (folder_.path() / "s.db").string())) {}

  Inventory read() {
    return {*dns::Name::parse("bank.example"),
            *read_sightings(database_, "bank.example", kLastDay - 59, kLastDay, kSourceBorders)};
  }
  static void look(Inventory& inventory, TestZone& zone, std::size_t most = 100) {
    const auto asked = inventory.to_look_up(most);
    auto found = zone.run([&](facts::Facts& facts) {
      return look_up_addresses(inventory.domain(), asked, base::Time(), facts);
    });
    inventory.learn(asked, found);
  }
  static std::vector<std::string> texts(const std::vector<MailSource>& sources) {
    std::vector<std::string> out;
    out.reserve(sources.size());
    for (const auto& source : sources)
      out.push_back(fmt::format("{} {} {}", source.id, source.tally.messages(), to_string(source.trend)));
    return out;
  }

  store::TemporaryFolder folder_;
  store::Database database_;
  Archived archived_{database_};
};

TEST_F(InventoryTest, NamesByWhatDnsSays) {
  archived_.report({.day = kLastDay - 50, .rows = {{"167.89.1.1", signed_by("s1"), 10}}});
  archived_.report({.rows = {{"167.89.1.1", signed_by("s1"), 10}, {"192.0.2.66", failing(), 4}}});
  TestZone zone;
  zone.txt("bank.example", "v=spf1 -all");
  zone.txt("bounce.bank.example", "v=spf1 include:sendgrid.net -all");
  zone.txt("sendgrid.net", "v=spf1 ip4:167.89.0.0/17 -all");
  auto inventory = read();
  EXPECT_EQ(inventory.to_look_up(10)[0].envelopes, std::vector{TestZone::name("bounce.bank.example")});
  look(inventory, zone);
  const auto sources = inventory.sources({});
  EXPECT_THAT(texts(sources), ElementsAre("service:sendgrid 20 rising", "spoofing 4 fresh"));
  EXPECT_EQ(sources[0].confidence, Confidence::certain);
  EXPECT_EQ(inventory.looked().reverse.addresses, 0U);
}

// A source that sent evenly till last week and then fell silent is not steady because its mean is.
TEST_F(InventoryTest, TrendsComeFromTheDaysAndNotFromTheirMean) {
  for (int ago = 7; ago < 35; ++ago)
    archived_.report({.day = kLastDay - ago, .rows = {{"167.89.1.1", signed_by("s1"), 100}}});
  archived_.report({.day = kLastDay, .rows = {{"167.89.1.1", signed_by("s1"), 5}}});
  EXPECT_EQ(read().sources({})[0].trend, Trend::falling);
}

TEST_F(InventoryTest, AsksAboutThoseWithMostMessages) {
  for (int i = 1; i <= 30; ++i)
    archived_.report({.rows = {{fmt::format("192.0.2.{}", i), failing(), static_cast<std::uint64_t>(i)}}});
  auto inventory = read();
  const auto asked = inventory.to_look_up(3);
  ASSERT_EQ(asked.size(), 3U);
  EXPECT_EQ(asked[0].address.text(), "192.0.2.30");
  EXPECT_EQ(inventory.looked().left_out, 27U);
  EXPECT_EQ(inventory.looked().left_out_messages, 378U);
  EXPECT_EQ(inventory.to_look_up(0).size(), 0U);
}

TEST_F(InventoryTest, SaysWhatDnsDidNotSay) {
  archived_.report({.rows = {{"167.89.1.1", signed_by("s1"), 10}, {"192.0.2.66", failing(), 4}}});
  TestZone zone;
  zone.fails_below("arpa", facts::Why::timeout).fails("bank.example", facts::Why::servfail);
  auto inventory = read();
  look(inventory, zone);
  EXPECT_EQ(inventory.looked().reverse.addresses, 2U);
  EXPECT_EQ(inventory.looked().reverse.messages, 14U);
  EXPECT_EQ(inventory.looked().listed.addresses, 2U);
}

TEST_F(InventoryTest, ShowsTheNetworkAndNamesNobodyByIt) {
  archived_.report({.rows = {{"192.0.2.66", failing(), 4}}});
  auto inventory = read();
  ASSERT_TRUE(
      inventory.learn_networks([](const base::IpAddress&) { return std::string("AS64500 SendGrid"); }));
  const auto sources = inventory.sources({});
  ASSERT_EQ(sources.size(), 1U);
  EXPECT_EQ(sources[0].id, "spoofing");
  EXPECT_EQ(sources[0].evidence[0].text(), "network AS64500 SendGrid");
  EXPECT_FALSE(inventory.learn_networks([](const base::IpAddress&) -> base::Result<std::string> {
    return base::fail(base::ErrorKind::config, "damaged");
  }));
}

}  // namespace
}  // namespace rampart::reports
