#include "reports/write/recipients.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/zone_test.h"

namespace rampart::reports {
namespace {

using auth::TestZone;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Recipients asked(TestZone& zone, std::string_view domain, const std::vector<std::string>& rua) {
  return zone.run([&](facts::Facts& facts) { return recipients(TestZone::name(domain), rua, facts); });
}

TestZone world() {
  TestZone zone;
  zone.txt("_dmarc.bank.example", "v=DMARC1; p=none").mx("bank.example", 10, "mx.bank.example");
  zone.mx("reports.bank.example", 10, "mx.bank.example");
  zone.txt("bank.example._report._dmarc.vendor.test", "v=DMARC1").mx("vendor.test", 10, "mx.vendor.test");
  zone.mx("victim.test", 10, "mx.victim.test");
  return zone;
}

TEST(Recipients, OnlyWhoMayGetThem) {
  struct Case {
    std::string uri;
    std::vector<std::string> to;
    std::string_view why;  // of who does not
  };
  auto zone = world();
  zone.txt("*._report._dmarc.any.test", "v=DMARC1; p=none").mx("any.test", 10, "mx.any.test");
  zone.txt("bank.example._report._dmarc.moved.test",
           "v=DMARC1; rua=mailto:new@moved.test,mailto:two@moved.test")
      .mx("moved.test", 10, "mx.moved.test");
  zone.txt("bank.example._report._dmarc.loop.test", "v=DMARC1; rua=mailto:a@victim.test")
      .mx("loop.test", 10, "mx.loop.test");
  zone.txt("bank.example._report._dmarc.word.test", "yes please").mx("word.test", 10, "mx.word.test");
  zone.txt("bank.example._report._dmarc.null.test", "v=DMARC1").mx("null.test", 0, ".");
  const std::vector<Case> cases{
      {"mailto:dmarc@bank.example", {"dmarc@bank.example"}, ""},
      {" MAILTO:dmarc@Bank.Example!10m ", {"dmarc@bank.example"}, ""},
      {"mailto:a%2Bb@reports.bank.example", {"a+b@reports.bank.example"}, ""},
      {"mailto:d@vendor.test", {"d@vendor.test"}, ""},
      {"mailto:d@any.test", {"d@any.test"}, ""},
      {"mailto:d@moved.test", {"new@moved.test", "two@moved.test"}, ""},
      {"mailto:d@loop.test", {}, "another host"},
      {"mailto:d@victim.test", {}, "holds no DMARC record"},
      {"mailto:d@word.test", {}, "holds no DMARC record"},
      {"mailto:d@null.test", {}, "null MX"},
      {"mailto:d@gone.bank.example", {}, "does not exist"},
      {"https://bank.example/reports", {}, "no way to take reports"},
      {"nonsense", {}, "malformed"},
      {"mailto:d", {}, "malformed"},
      {"mailto:%22a%22@bank.example", {}, "not an e-mail address"},
      {"mailto:a%0d%0aBcc:b@bank.example", {}, ""},
  };
  for (const auto& one : cases) {
    const auto found = asked(zone, "bank.example", {one.uri});
    EXPECT_EQ(found.to, one.to) << one.uri;
    EXPECT_EQ(found.not_sent.size(), one.to.empty() ? 1U : 0U) << one.uri;
    if (!found.not_sent.empty()) {
      EXPECT_THAT(found.not_sent[0].why, HasSubstr(one.why)) << one.uri;
    }
    EXPECT_FALSE(found.undetermined()) << one.uri;
  }
}

TEST(Recipients, OrganizationalDomainsAreCompared) {  // RFC 9990 section 4
  auto zone = world();
  zone.txt("_dmarc.own.bank.example", "v=DMARC1; p=none; psd=n")
      .mx("own.bank.example", 10, "mx.bank.example");
  // The record of a subdomain, whose organisation is bank.example.
  zone.txt("_dmarc.news.bank.example", "v=DMARC1; p=none");
  EXPECT_THAT(asked(zone, "news.bank.example", {"mailto:d@bank.example"}).to, ElementsAre("d@bank.example"));
  EXPECT_THAT(asked(zone, "bank.example", {"mailto:d@own.bank.example"}).to, IsEmpty());
  // The record counts where the policy was found.
  EXPECT_THAT(asked(zone, "news.bank.example", {"mailto:d@vendor.test"}).to, IsEmpty());
}

TEST(Recipients, FailureReportsAreAskedForAlike) {  // RFC 9991 section 5
  auto zone = world();
  zone.txt("bank.example._report._dmarc.moved.test",
           "v=DMARC1; rua=mailto:r@moved.test; ruf=mailto:f@moved.test")
      .mx("moved.test", 10, "mx.moved.test");
  const auto found = zone.run([&](facts::Facts& facts) {
    return recipients(TestZone::name("bank.example"), {"mailto:x@moved.test", "mailto:d@victim.test"}, facts,
                      dmarc::ReportKind::failure);
  });
  EXPECT_THAT(found.to, ElementsAre("f@moved.test"));
  EXPECT_EQ(found.not_sent.size(), 1U);
}

TEST(Recipients, WhatIsUnknownIsTriedLater) {
  auto zone = world();
  zone.fails("bank.example._report._dmarc.slow.test", facts::Why::timeout)
      .mx("slow.test", 10, "mx.slow.test");
  const auto found = asked(zone, "bank.example", {"mailto:d@slow.test", "mailto:d@bank.example"});
  EXPECT_THAT(found.to, ElementsAre("d@bank.example"));
  EXPECT_TRUE(found.undetermined());
}

TEST(Recipients, SizesAreObsolete) {  // RFC 9989 section 4.8
  auto zone = world();
  for (const std::string limit : {"", "!1", "!10m", "!99999999999999999999"})
    EXPECT_THAT(asked(zone, "bank.example", {"mailto:d@bank.example" + limit}).to,
                ElementsAre("d@bank.example"));
}

TEST(Recipients, EachOnceAndNotTooMany) {
  auto zone = world();
  std::vector<std::string> rua{"mailto:A@bank.example", "mailto:A@BANK.example"};
  EXPECT_THAT(asked(zone, "bank.example", rua).to, ElementsAre("A@bank.example"));
  rua.clear();
  for (int i = 0; i < 100; ++i) rua.push_back("mailto:d" + std::to_string(i) + "@bank.example");
  const auto found = asked(zone, "bank.example", rua);
  EXPECT_EQ(found.to.size(), kMaxRecipients);
  EXPECT_EQ(found.to.front(), "d0@bank.example");
  EXPECT_THAT(found.not_sent.front().why, HasSubstr("10 addresses at most"));
  EXPECT_THAT(asked(zone, "bank.example", {}).to, IsEmpty());
}

}  // namespace
}  // namespace rampart::reports
