// What is compared, seen through whole audits of small domains.
#include "audit/watch/observe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/watch/alerts.h"
#include "audit/zone_audit_test.h"

namespace rampart::audit::watch {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

Observation look(Zone zone, Input input = input_of("right.example"), Severity least = Severity::low) {
  const auto report = audit_in(zone, input);
  return observe(input, report, zone.book(), least);
}

// What is told when the first becomes the second, with a second resolver that agrees and time in between.
std::vector<std::string> told(const Zone& before, const Zone& after) {
  const AlertOptions options;
  auto memory = decide({}, look(before), nullptr, "", options).memory;
  std::vector<std::string> out;
  for (int i = 0; i < 3; ++i) {
    auto input = input_of("right.example");
    input.now += std::chrono::hours(i + 1);
    const auto seen = look(after, input);
    auto second = seen;
    for (auto& item : second.items) item.server += " another";
    auto decision = decide(memory, seen, &second, "", options);
    memory = std::move(decision.memory);
    for (const auto& alert : decision.alerts)
      out.push_back(std::string(to_string(alert.what)) + " " + alert.key);
  }
  return out;
}

Zone right(Domain domain = {}) { return zone_of(domain); }

TEST(Observe, TheRecordsOfTheOwner) {
  const auto seen = look(right({.more = [](Zone& zone) {
    zone.txt("right.example", "a-token-of=somebody");
    zone.txt("_mta-sts.right.example", "v=STSv1; id=1");
    zone.txt("_smtp._tls.right.example", "v=TLSRPTv1; rua=mailto:tls@right.example");
  }}));
  const auto* spf = seen.find(Subject::record, "TXT right.example");
  ASSERT_NE(spf, nullptr);
  EXPECT_EQ(spf->value, "v=spf1 ip4:192.0.2.21 -all") << "without the tokens of others";
  EXPECT_EQ(seen.find(Subject::record, "MX right.example")->value, "10 mail.right.example");
  for (const char* key : {"TXT _dmarc.right.example", "TXT default._domainkey.right.example",
                          "TXT _mta-sts.right.example", "TXT _smtp._tls.right.example"}) {
    const auto* item = seen.find(Subject::record, key);
    ASSERT_NE(item, nullptr) << key;
    EXPECT_EQ(item->standing, Standing::present) << key;
    EXPECT_TRUE(item->always_asked) << key;
  }
  EXPECT_EQ(seen.find(Subject::examination, "")->standing, Standing::present);
}

TEST(Observe, StandsStillWhereNothingChanges) { EXPECT_THAT(told(right(), right()), IsEmpty()); }

TEST(Observe, ATokenOfSomebodyElseIsNoNews) {
  const auto token = right({.more = [](Zone& zone) { zone.txt("right.example", "a-token-of=somebody"); }});
  EXPECT_THAT(told(right(), token), IsEmpty());
}

TEST(Observe, APolicyThatIsWeakened) {
  const auto told_of = told(right(), right({.dmarc = "v=DMARC1; p=none; rua=mailto:dmarc@right.example"}));
  EXPECT_THAT(told_of, Contains("changed TXT _dmarc.right.example"));
  EXPECT_THAT(told_of, Contains("appeared dmarc-policy-none"));
}

TEST(Observe, ARecordThatGoesAndComes) {
  const auto gone = right({.dmarc = ""});
  EXPECT_THAT(told(right(), gone), Contains("went TXT _dmarc.right.example"));
  EXPECT_THAT(told(right(), gone), Contains("appeared dmarc-missing"));
  EXPECT_THAT(told(gone, right()), Contains("appeared TXT _dmarc.right.example"));
  EXPECT_THAT(told(gone, right()), Contains("went dmarc-missing"));
}

TEST(Observe, AKeyThatGoesAndANewOne) {
  EXPECT_THAT(told(right(), right({.dkim = ""})), Contains("went TXT default._domainkey.right.example"));
  const auto second =
      right({.more = [](Zone& zone) { zone.txt("mail._domainkey.right.example", key(crypto::kRsa2048)); }});
  EXPECT_THAT(told(right(), second), Contains("appeared TXT mail._domainkey.right.example"));
}

TEST(Observe, WhatCannotBeFoundOutIsUnknownAndNotAbsent) {
  const auto dark = right(
      {.dmarc = "", .more = [](Zone& zone) { zone.fails("_dmarc.right.example", facts::Why::servfail); }});
  const auto seen = look(dark);
  const auto* record = seen.find(Subject::record, "TXT _dmarc.right.example");
  EXPECT_EQ(record->standing, Standing::unknown);
  EXPECT_NE(record->why.find("SERVFAIL"), std::string::npos);
  EXPECT_FALSE(seen.can_say("dmarc-missing"));
  for (const auto& line : told(right(), dark)) EXPECT_TRUE(line.starts_with("unexamined")) << line;
}

TEST(Observe, MailServersThatChange) {
  EXPECT_THAT(
      told(right(), right({.mx = "mail2.right.example",
                           .more = [](Zone& zone) { zone.address("mail2.right.example", "192.0.2.22"); }})),
      Contains("changed MX right.example"));
}

TEST(Observe, APartOfTheSpfRecordIsWatchedOnceItIsSeen) {
  const auto with = [](const char* part) {
    return right({.spf = "v=spf1 include:_spf.right.example -all",
                  .more = [part](Zone& zone) { zone.txt("_spf.right.example", part); }});
  };
  EXPECT_THAT(told(right(), with("v=spf1 ip4:192.0.2.1 -all")), ElementsAre("changed TXT right.example"));
  EXPECT_THAT(told(with("v=spf1 ip4:192.0.2.1 -all"), with("v=spf1 ip4:192.0.2.2 -all")),
              Contains("changed TXT _spf.right.example"));
}

TEST(Observe, TextOfStrangersIsMadePrintable) {
  const auto seen = look(right({.dmarc = "v=DMARC1; p=reject; \x1b[31m\xff\n\xe2\x80\xae"}));
  EXPECT_EQ(seen.find(Subject::record, "TXT _dmarc.right.example")->value,
            "v=DMARC1; p=reject; \\x1b[31m\\xff\\x0a\\u{202e}");
}

TEST(Observe, FindingsBelowTheLevelAreLeftOut) {
  const auto weak = right({.dmarc = "v=DMARC1; p=none"});
  EXPECT_NE(look(weak).find(Subject::finding, "dmarc-policy-none"), nullptr);
  const auto critical = look(weak, input_of("right.example"), Severity::critical);
  for (const auto& item : critical.items) {
    if (item.subject == Subject::finding) {
      EXPECT_EQ(item.severity, Severity::critical) << item.key;
    }
  }
}

}  // namespace
}  // namespace rampart::audit::watch
