#include "reports/write/authorise.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/zone_test.h"

namespace rampart::reports {
namespace {

using auth::TestZone;
using testing::HasSubstr;
using testing::Not;
using State = Authorisation::State;

Authorisation of(TestZone& zone, std::string_view domain, std::string_view host = "rua.vendor.test") {
  return zone.run([&](facts::Facts& facts) {
    return authorisation(TestZone::name(domain), TestZone::name(host), facts);
  });
}

TestZone world() {
  TestZone zone;
  zone.txt("_dmarc.bank.example", "v=DMARC1; p=none; rua=mailto:d@rua.vendor.test");
  zone.txt("_dmarc.tax.example", "v=DMARC1; p=none").mx("rua.vendor.test", 10, "mx.vendor.test");
  zone.txt("_dmarc.vendor.test", "v=DMARC1; p=none");
  return zone;
}

TEST(Authorise, OnlyWhereTheOrganisationDiffers) {
  auto zone = world();
  const auto bank = of(zone, "bank.example");
  EXPECT_EQ(bank.state, State::missing);
  EXPECT_EQ(bank.record->text(), "bank.example._report._dmarc.rua.vendor.test");
  EXPECT_EQ(bank.asks, true);
  EXPECT_EQ(of(zone, "tax.example").asks, false);
  EXPECT_EQ(of(zone, "vendor.test").state, State::not_needed);
  EXPECT_EQ(of(zone, "news.vendor.test").state, State::not_needed);
  // What has no record of its own is asked about by its policy's domain.
  const auto news = of(zone, "news.bank.example");
  EXPECT_EQ(news.policy.text(), "bank.example");
  EXPECT_EQ(news.record, bank.record);
  EXPECT_EQ(each_once({bank, news, of(zone, "tax.example")}).size(), 2U);
  const auto none = of(zone, "nothing.example");
  EXPECT_EQ(none.state, State::missing);
  EXPECT_EQ(none.policy.text(), "nothing.example");
  EXPECT_EQ(none.asks, false);
}

TEST(Authorise, WhatIsThereAndWhatIsUnknown) {
  auto zone = world();
  zone.txt("bank.example._report._dmarc.rua.vendor.test", "v=DMARC1");
  EXPECT_EQ(of(zone, "bank.example").state, State::present);
  zone.txt("tax.example._report._dmarc.rua.vendor.test", "v=DMARC1; rua=mailto:x@elsewhere.test");
  EXPECT_EQ(of(zone, "tax.example").state, State::elsewhere);
  zone.txt("_dmarc.mute.example", "v=DMARC1; p=none")
      .fails("mute.example._report._dmarc.rua.vendor.test", facts::Why::timeout);
  EXPECT_EQ(of(zone, "mute.example").state, State::unknown);
  zone.fails("_dmarc.slow.example", facts::Why::timeout);
  EXPECT_EQ(of(zone, "slow.example").state, State::unknown);
  TestZone wild = world();
  wild.txt("*._report._dmarc.rua.vendor.test", "v=DMARC1");
  EXPECT_EQ(of(wild, "bank.example").state, State::present);
  const std::string label(60, 'l');
  const auto longest = label + "." + label + "." + label + "." + label.substr(20) + ".l.example";
  EXPECT_EQ(of(zone, longest).state, State::impossible);
}

TEST(Authorise, LinesForAZone) {
  auto zone = world();
  zone.txt("_dmarc.mute.example", "v=DMARC1; p=none")
      .fails("mute.example._report._dmarc.rua.vendor.test", facts::Why::timeout);
  const auto host = TestZone::name("rua.vendor.test");
  const auto all = each_once(
      {of(zone, "tax.example"), of(zone, "bank.example"), of(zone, "mute.example"), of(zone, "vendor.test")});
  const auto text = format_authorisations(host, all);
  EXPECT_THAT(text, HasSubstr("\nbank.example._report._dmarc.rua.vendor.test. 3600 IN TXT \"v=DMARC1\"\n"));
  EXPECT_THAT(text, HasSubstr("; (rua of tax.example does not name it yet)\ntax.example._report."));
  EXPECT_THAT(text, HasSubstr("; not known\n; mute.example: "));
  EXPECT_THAT(text, Not(HasSubstr("\nmute.example")));  // nothing is published for what is unknown
  EXPECT_THAT(text, HasSubstr("same organisation\n; vendor.test\n"));
  EXPECT_THAT(text, HasSubstr("; *._report._dmarc.rua.vendor.test. "));
  const auto json = format_authorisations_json(host, all);
  EXPECT_THAT(json, HasSubstr("\"schema\": \"rampart.reports-authorise/1\""));
  EXPECT_THAT(json, HasSubstr("\"state\": \"missing\""));
  EXPECT_THAT(json, HasSubstr("\"record\": \"bank.example._report._dmarc.rua.vendor.test\""));
}

}  // namespace
}  // namespace rampart::reports
