#include <gtest/gtest.h>

#include "auth/bimi/record.h"
#include "auth/mta_sts/record.h"
#include "auth/tags.h"
#include "auth/tls_rpt/record.h"
#include "auth/zone_test.h"

namespace rampart {
namespace {

using auth::has_fault;
using auth::SingleRecord;
using auth::TestZone;

TEST(Tags, Splits) {
  const auto tags = auth::split_tags("v=1; p = a=b ;;word; =x;");
  ASSERT_EQ(tags.size(), 5U);
  EXPECT_EQ(tags[1].name, "p");
  EXPECT_EQ(tags[1].value, "a=b");
  EXPECT_EQ(tags[1].position, 5U);
  EXPECT_EQ(tags[1].value_position, 9U);
  EXPECT_TRUE(tags[2].name.empty() && tags[2].value.empty());
  EXPECT_EQ(tags[3].value, "word");
  EXPECT_EQ(tags[4].value, "=x");
  EXPECT_TRUE(auth::split_tags("").empty());
  EXPECT_EQ(auth::split_tags(std::string(10000, ';')).size(), auth::kMaxTags);
}

TEST(MtaSts, Records) {
  EXPECT_EQ(mta_sts::parse("v=STSv1; id=20261123T08;").id, "20261123T08");
  EXPECT_TRUE(mta_sts::parse("v=STSv1;id=a").valid());
  EXPECT_TRUE(has_fault(mta_sts::parse("v=STSv1; id=a; x=y").faults, "tag-unknown"));
  for (const auto* bad :
       {"v=STSv1", "v=stsv1; id=1", "id=1; v=STSv1", "v=STSv10; id=1", "v=STSv1;",
        "v=STSv1; id=", "v=STSv1; id=a-b", "v=STSv1; id=123456789012345678901234567890123", ""}) {
    EXPECT_FALSE(mta_sts::parse(bad).valid()) << bad;
    EXPECT_FALSE(mta_sts::parse(bad).faults.empty()) << bad;
  }
  EXPECT_EQ(mta_sts::format(mta_sts::parse("v=STSv1 ; id=7 ;")), "v=STSv1; id=7");
}

TEST(MtaSts, Policies) {
  const auto policy = mta_sts::parse_policy(
      "version: STSv1\r\nmode: enforce\r\nmx: Mail.Example.com\nmx: *.example.net\nextra: x\r\nmax_age: "
      "604800\n");
  EXPECT_TRUE(policy.valid());
  EXPECT_EQ(policy.mx, (std::vector<std::string>{"mail.example.com", "*.example.net"}));
  EXPECT_EQ(policy.max_age, 604800U);
  EXPECT_TRUE(covers(policy, TestZone::name("mail.example.com")));
  EXPECT_TRUE(covers(policy, TestZone::name("mx1.example.net")));
  EXPECT_FALSE(covers(policy, TestZone::name("a.mx1.example.net")));  // RFC 8461 section 4.1
  EXPECT_FALSE(covers(policy, TestZone::name("example.net")));
  EXPECT_TRUE(mta_sts::parse_policy("version: STSv1\nmode: none\nmax_age: 1\n").valid());
  const auto first =
      mta_sts::parse_policy("version: STSv1\nmode: testing\nmode: enforce\nmx: a.example\nmax_age: 9\n");
  EXPECT_EQ(first.mode, mta_sts::Mode::testing);
  EXPECT_TRUE(has_fault(first.faults, "policy-duplicate"));
  EXPECT_EQ(mta_sts::parse_policy(mta_sts::format(policy)).mx, policy.mx);
}

TEST(MtaSts, PoliciesThatDoNotCount) {
  const std::pair<std::string, std::string_view> cases[] = {
      {"mode: enforce\nmx: a.example\nmax_age: 9", "policy-version"},
      {"version: STSv1\nmode: Enforce\nmx: a.example\nmax_age: 9", "policy-mode"},
      {"version: STSv1\nmx: a.example\nmax_age: 9", "policy-mode"},
      {"version: STSv1\nmode: enforce\nmax_age: 9", "policy-mx"},
      {"version: STSv1\nmode: enforce\nmx: a..b\nmx: *.*.c\nmax_age: 9", "policy-mx"},
      {"version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 31557601", "policy-max-age"},
      {"version: STSv1\nmode: enforce\nmx: a.example", "policy-max-age"},
      {"<html>not found</html>", "policy-line"},
      {std::string(70000, 'x'), "policy-too-long"}};
  for (const auto& [body, code] : cases) {
    const auto policy = mta_sts::parse_policy(body);
    EXPECT_FALSE(policy.valid()) << body.substr(0, 80);
    EXPECT_TRUE(has_fault(policy.faults, code)) << code;
  }
  EXPECT_TRUE(has_fault(mta_sts::parse_policy("version: STSv1\nmode: enforce\nmx: a.b\nmax_age: 60").faults,
                        "policy-short"));
}

TEST(SingleRecord, SeveralAreNone) {
  TestZone zone;
  zone.txt("_mta-sts.one.example", "v=STSv1; id=1").txt("_mta-sts.one.example", "something else");
  zone.txt("_mta-sts.two.example", "v=STSv1; id=1").txt("_mta-sts.two.example", "v=STSv1; id=2");
  zone.txt("_mta-sts.odd.example", "v=stsv1; id=1").fails("_mta-sts.dead.example", facts::Why::timeout);
  const auto state = [&](std::string_view name) {
    return zone.run([&](facts::Facts& facts) { return mta_sts::look_up(TestZone::name(name), facts); });
  };
  EXPECT_EQ(state("one.example").state, SingleRecord::State::present);
  EXPECT_EQ(state("two.example").state, SingleRecord::State::multiple);
  EXPECT_EQ(state("odd.example").state, SingleRecord::State::none);
  EXPECT_EQ(state("odd.example").other, "v=stsv1; id=1");
  EXPECT_EQ(state("none.example").state, SingleRecord::State::none);
  EXPECT_EQ(state("dead.example").state, SingleRecord::State::unknown);
  EXPECT_FALSE(state("dead.example").why.empty());
  EXPECT_EQ(mta_sts::policy_question(TestZone::name("a.example")).host.text(), "mta-sts.a.example");
}

TEST(TlsRpt, Records) {
  const auto record = tls_rpt::parse("v=TLSRPTv1; rua=mailto:a@b.example,https://c.example/in");
  EXPECT_TRUE(record.valid());
  EXPECT_TRUE(record.faults.empty());
  EXPECT_EQ(tls_rpt::format(record), "v=TLSRPTv1; rua=mailto:a@b.example,https://c.example/in");
  for (const auto* bad : {"v=TLSRPTv1", "v=TLSRPTv1;", "v=TLSRPTv1; rua=", "v=TLSRPTv1; rua=a@b.example",
                          "v=TLSRPTv1; rua=ftp://a.example/", "v=tlsrptv1; rua=mailto:a@b.example"}) {
    EXPECT_FALSE(tls_rpt::parse(bad).valid()) << bad;
    EXPECT_FALSE(tls_rpt::parse(bad).faults.empty()) << bad;
  }
}

// A list of faults that is full of trifles still says what switches the record off, and never grows.
TEST(TlsRpt, AFullListKeepsTheGravest) {
  std::string text = "v=TLSRPTv1;";
  for (int i = 0; i < 40; ++i) text += " x=y;";
  const auto record = tls_rpt::parse(text + " rua=mailtn:tls@a.example,ht\x92ps:t");
  EXPECT_FALSE(record.valid());
  EXPECT_EQ(record.faults.size(), auth::kMaxFaults);
  EXPECT_TRUE(auth::has_fault(record.faults, "rua-none"));
}

TEST(Bimi, Records) {
  const auto record = bimi::parse("v=BIMI1; l=https://a.example/logo.svg; a=https://a.example/mark.pem");
  EXPECT_TRUE(record.valid());
  EXPECT_TRUE(record.faults.empty());
  const auto declined = bimi::parse("v=BIMI1; l=; a=;");
  EXPECT_TRUE(declined.valid() && declined.declined);
  EXPECT_TRUE(has_fault(bimi::parse("v=BIMI1; l=https://a.example/logo.png").faults, "location-not-svg"));
  for (const auto* bad :
       {"v=BIMI1; l=http://a.example/logo.svg", "v=BIMI1; a=", "v=BIMI1; l=; a=https://a.example/x",
        "v=BIMI1", "v=BIMI1; l=https://", "v=BIMI1; l=https://a.example/x.svg; a=mailto:x"}) {
    EXPECT_FALSE(bimi::parse(bad).valid()) << bad;
  }
}

}  // namespace
}  // namespace rampart
