#include "auth/dmarc/record.h"

#include <gtest/gtest.h>

namespace rampart::dmarc {
namespace {

using auth::Gravity;
using auth::has_fault;

const auth::Fault* fault(const Record& record, std::string_view code) {
  for (const auto& fault : record.faults) {
    if (fault.code == code) return &fault;
  }
  return nullptr;
}

TEST(DmarcRecord, WhatCountsAsARecord) {
  for (const auto* yes : {"v=DMARC1", "v=DMARC1;", "v=DMARC1; p=reject", "v = DMARC1 ; p=none",
                          "V=DMARC1;p=none", "v=DMARC1 p=reject", "v=DMARC1; p=bogus"}) {
    EXPECT_TRUE(is_record(yes)) << yes;
  }
  for (const auto* no :
       {"", "v", "v=", "v=dmarc1; p=reject", "v=DMARC2", "v=DMARC1.; p=none", "v=DMARC10",
        " v=DMARC1; p=none", "p=none; v=DMARC1", "v=spf1 -all", "DMARC1", "\xef\xbb\xbfv=DMARC1"}) {
    EXPECT_FALSE(is_record(no)) << no;
  }
  EXPECT_TRUE(is_near_record("v=dmarc1; p=reject"));
  EXPECT_TRUE(is_near_record(" v=DMARC1; p=none"));
  EXPECT_FALSE(is_near_record("v=DMARC1; p=none"));
  EXPECT_FALSE(is_near_record("v=spf1 -all"));
}

TEST(DmarcRecord, ReadsEveryTag) {
  const auto record = parse(
      "v=DMARC1; p=Reject; sp=quarantine; np=none; adkim=s; aspf=S; psd=n; t=y; fo=1:d:s; "
      "rua=mailto:agg@reports.example!10m, https://reports.example/in; ruf=mailto:fail@reports.example");
  EXPECT_EQ(record.p.value, Policy::reject);
  EXPECT_EQ(record.sp.value, Policy::quarantine);
  EXPECT_EQ(record.np.value, Policy::none);
  EXPECT_EQ(record.adkim, Mode::strict);
  EXPECT_EQ(record.aspf, Mode::strict);
  EXPECT_EQ(record.psd, Psd::n);
  EXPECT_TRUE(record.test);
  EXPECT_TRUE(record.fo.any_fails && record.fo.dkim && record.fo.spf && !record.fo.all_fail);
  ASSERT_EQ(record.rua.size(), 2U);
  EXPECT_EQ(record.rua[0].address, "agg@reports.example");
  EXPECT_EQ(record.rua[0].obsolete_size_limit, "10m");
  EXPECT_EQ(record.rua[1].host->text(), "reports.example");
  EXPECT_TRUE(record.rua[1].valid);
  ASSERT_EQ(record.ruf.size(), 1U);
  for (const auto& fault : record.faults) EXPECT_LE(fault.gravity, Gravity::warning) << fault.text;
  EXPECT_EQ(usable(record), Use::as_published);
}

TEST(DmarcRecord, DefaultsAreThoseOfTheStandard) {
  const auto record = parse("v=DMARC1; p=none");
  EXPECT_EQ(record.adkim, Mode::relaxed);
  EXPECT_EQ(record.psd, Psd::u);
  EXPECT_TRUE(record.fo.all_fail);
  EXPECT_FALSE(record.test || record.sp.published || record.np.published || record.rua_published);
  EXPECT_TRUE(record.faults.empty());
}

TEST(DmarcRecord, AnInvalidPolicySwitchesTheRecordOff) {  // RFC 9989 section 4.10.1
  for (const auto* text :
       {"v=DMARC1", "v=DMARC1; p=rejct", "v=DMARC1; p=reject; sp=quarentine",
        "v=DMARC1; p=reject; np=", "v=DMARC1; p=", "v=DMARC1 p=reject", "v=DMARC1; p=reject; sp=none none"}) {
    EXPECT_EQ(usable(parse(text)), Use::not_at_all) << text;
    EXPECT_EQ(usable(parse(std::string(text) + "; rua=mailto:a@b.example")), Use::as_none) << text;
    EXPECT_EQ(usable(parse(std::string(text) + "; rua=a@b.example")), Use::not_at_all) << text;
  }
  const auto record = parse("v=DMARC1; p=reject; sp=quarentine");
  ASSERT_NE(fault(record, "policy-invalid"), nullptr);
  EXPECT_EQ(fault(record, "policy-invalid")->gravity, Gravity::fatal);
  EXPECT_EQ(fault(record, "policy-invalid")->position, 20U);
  EXPECT_NE(fault(record, "policy-invalid")->text.find("did you mean quarantine?"), std::string::npos);
  EXPECT_EQ(usable_7489(parse("v=DMARC1; p=reject; np=bogus")), Use::as_published);
  EXPECT_EQ(usable_7489(record), Use::not_at_all);
}

TEST(DmarcRecord, OtherBadValuesLeaveTheirDefault) {  // RFC 9989 section 4.8
  const auto record =
      parse("v=DMARC1; p=reject; adkim=strict; aspf=; t=yes; psd=yes; fo=0:1; ruf=mailto:a@b.example");
  EXPECT_EQ(record.adkim, Mode::relaxed);
  EXPECT_EQ(record.aspf, Mode::relaxed);
  EXPECT_FALSE(record.test);
  EXPECT_EQ(record.psd, Psd::u);
  EXPECT_TRUE(record.fo.all_fail && !record.fo.any_fails);
  EXPECT_EQ(usable(record), Use::as_published);
  EXPECT_EQ(record.faults.size(), 5U);
}

TEST(DmarcRecord, KnowsTagsThatAreGone) {
  EXPECT_FALSE(has_fault(parse("v=DMARC1; p=quarantine; t=y; pct=0").faults, "tag-removed"));  // appendix A.6
  EXPECT_EQ(fault(parse("v=DMARC1; p=reject; pct=100"), "tag-removed")->gravity, Gravity::note);
  EXPECT_EQ(fault(parse("v=DMARC1; p=reject; pct=25"), "tag-removed")->gravity, Gravity::warning);
  EXPECT_EQ(fault(parse("v=DMARC1; p=reject; pct=0"), "tag-removed")->gravity, Gravity::warning);
  EXPECT_TRUE(has_fault(parse("v=DMARC1; p=reject; pct=101").faults, "pct-invalid"));
  const auto record = parse("v=DMARC1; p=none; rf=afrf; ri=86400; pct=50");
  EXPECT_EQ(record.removed_tags, (std::vector<std::string>{"rf", "ri", "pct"}));
  EXPECT_EQ(record.pct, 50U);
}

TEST(DmarcRecord, NamesWhatItDoesNotKnow) {
  const auto record =
      parse("v=DMARC1; p=reject; ruaa=mailto:a@b.example; x\x1b[2J=1; P=none; SP=reject;; word; fo=1");
  EXPECT_EQ(record.unknown_tags.size(), 2U);
  EXPECT_EQ(record.unknown_tags[1].find('\x1b'), std::string::npos);
  EXPECT_TRUE(has_fault(record.faults, "tag-duplicate"));
  EXPECT_EQ(record.p.value, Policy::reject);
  EXPECT_EQ(record.sp.value, Policy::reject);
  EXPECT_TRUE(has_fault(record.faults, "tag-case"));
  EXPECT_TRUE(has_fault(record.faults, "tag-malformed"));
  EXPECT_TRUE(has_fault(record.faults, "fo-without-ruf"));
  EXPECT_TRUE(has_fault(parse("v=DMARC1 p=reject").faults, "separator-missing"));
  EXPECT_TRUE(has_fault(parse("v=DMARC1; rua=mailto:a@b.example; p=none").faults, "policy-not-second"));
}

TEST(DmarcRecord, ReadsReportingAddresses) {
  const auto one = [](std::string_view text) {
    std::vector<auth::Fault> faults;
    return parse_uri(text, 0, faults);
  };
  EXPECT_TRUE(one("mailto:a@b.example").valid);
  EXPECT_TRUE(one("MAILTO:a%2Bx@b.example?subject=x").valid);
  EXPECT_EQ(one("mailto:a%2Bx@b.example").address, "a+x@b.example");
  EXPECT_TRUE(one("https://[::1]/x").valid);
  EXPECT_FALSE(one("https://[::1]/x").host);
  EXPECT_EQ(one("https://user@host.example:8443/x").host->text(), "host.example");
  for (const auto* bad :
       {"a@b.example", "mailto:", "mailto:a", "mailto:@b.example", "mailto:a@", "mailto:a b@c.example",
        "mailto:a@b..example", "mailto:a%4@b.example", "mailto:a%0a@b.example", "mailto:a@b@c.example",
        "mailto:a@b.example!ten", "mailto:a@b.example!", "1http://x", "http://", "https://a..b/"}) {
    EXPECT_FALSE(one(bad).valid) << bad;
  }
  const auto many = parse("v=DMARC1; p=none; rua=," + [] {
    std::string list;
    for (int i = 0; i < 40; ++i) list += "mailto:a@b.example,";
    return list;
  }());
  EXPECT_EQ(many.rua.size(), kMaxUris);
  EXPECT_TRUE(has_fault(many.faults, "uri-too-many"));
}

TEST(DmarcRecord, FormatIsCanonicalAndReadsBack) {
  const auto* text =
      "v=DMARC1; p=reject; sp=none; np=reject; adkim=s; psd=n; t=y; rua=mailto:a@b.example; "
      "ruf=mailto:f@b.example; fo=1:d";
  EXPECT_EQ(format(parse(text)), text);
  EXPECT_EQ(format(parse("v=DMARC1;p=NONE;pct=5;foo=1;rua=a@b,mailto:c@d.example!1k")),
            "v=DMARC1; p=none; rua=mailto:c@d.example");
}

TEST(DmarcRecord, HostileTextStaysBounded) {
  std::string text = "v=DMARC1; p=reject";
  while (text.size() < 65536) text += ";a\x01=b";
  const auto record = parse(text);
  EXPECT_EQ(record.faults.size(), auth::kMaxFaults);
  EXPECT_EQ(record.p.value, Policy::reject);
  EXPECT_FALSE(is_record(std::string(70000, 'v')));
}

}  // namespace
}  // namespace rampart::dmarc
