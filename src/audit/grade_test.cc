// The table of grade.h, row by row, over made-up spoofing tables.
#include "audit/grade.h"

#include <gtest/gtest.h>

#include "audit/catalogue.h"
#include "audit/picture.h"

namespace rampart::audit {
namespace {

using enum Disposition;
using Identity = SpoofRow::Identity;

struct Graded {
  std::string status;
  std::string grade;
  std::string sentence;
};

// By RFC 9989 and RFC 7489: the domain, an existing subdomain, an invented one.
using Six = std::array<Disposition, 6>;
constexpr Six kRefused = {reject, reject, reject, reject, reject, reject};

Graded graded(const Six& rows, std::vector<Finding> findings = {}, const Picture& given = {}) {
  Picture picture = given;
  picture.domain = *dns::Name::try_parse("d.example");
  picture.spf.takeover = "old.example";
  DomainReport report;
  report.domain = picture.domain;
  constexpr std::array kIdentities = {Identity::domain, Identity::subdomain, Identity::invented};
  for (std::size_t i = 0; i < 3; ++i) {
    SpoofRow row;
    row.identity = kIdentities[i];
    row.dmarc = "fail";
    row.why = "it failed";
    row.rfc9989 = rows[2 * i];
    row.rfc7489 = rows[2 * i + 1];
    report.spoofing.push_back(row);
  }
  report.findings = std::move(findings);
  grade(picture, report);
  return {std::string(to_string(report.status)), report.grade, report.sentence};
}

Finding with(Severity effective) {
  auto finding = make_finding("spf-ptr", {"d.example"});
  finding.effective = effective;
  return finding;
}

std::string summary(const Graded& graded) { return graded.status + " " + graded.grade; }

TEST(Grade, TheWorstThatAStrangerCanDoIsTheBand) {
  EXPECT_EQ(summary(graded(kRefused)), "protected A+");
  EXPECT_EQ(summary(graded({reject, reject, quarantine, reject, reject, reject})), "partly-protected B+");
  EXPECT_EQ(summary(graded({quarantine, quarantine, quarantine, quarantine, quarantine, quarantine})),
            "partly-protected B+");
  EXPECT_EQ(summary(graded({reject, reject, deliver, deliver, reject, reject})), "partly-protected C+");
  EXPECT_EQ(summary(graded({reject, reject, reject, reject, reject, deliver})), "partly-protected C+");
  EXPECT_EQ(summary(graded({deliver, reject, reject, reject, reject, reject})), "partly-protected D");
  EXPECT_EQ(summary(graded({deliver, deliver, reject, reject, reject, reject})), "spoofable F");
}

TEST(Grade, UnknownUnlessTheWorstIsCertain) {
  EXPECT_EQ(summary(graded({unknown, unknown, reject, reject, reject, reject})), "unknown ?");
  EXPECT_EQ(summary(graded({reject, reject, reject, reject, unknown, reject})), "unknown ?");
  EXPECT_EQ(summary(graded({deliver, deliver, unknown, unknown, unknown, unknown})), "spoofable F");
  EXPECT_NE(graded({unknown, unknown, reject, reject, reject, reject}).sentence.find("it failed"),
            std::string::npos);
}

TEST(Grade, ADomainThatDoesNotExistCanBeSpoofedToo) {
  Picture missing;
  missing.exists = Known::no;
  EXPECT_EQ(graded({deliver, deliver, deliver, deliver, deliver, deliver}, {}, missing).sentence,
            "d.example does not exist in DNS; anyone can send as it all the same");
}

TEST(Grade, HygieneMovesItWithinItsBand) {
  EXPECT_EQ(graded(kRefused, {with(Severity::low)}).grade, "A");
  EXPECT_EQ(graded(kRefused, {with(Severity::medium)}).grade, "A-");
  EXPECT_EQ(graded(kRefused, {with(Severity::critical)}).grade, "A-");
  EXPECT_EQ(graded({deliver, deliver, deliver, deliver, deliver, deliver}, {with(Severity::medium)}).grade,
            "F");
  auto absent = with(Severity::high);
  absent.status = FindingStatus::absent;
  EXPECT_EQ(graded(kRefused, {absent}).grade, "A+");
}

TEST(Grade, NotKnowingIsNeverBetterThanTheFault) {
  const auto missing = make_finding("dkim-missing", {"d.example"});
  const auto unknown_key = make_unknown("dkim-unknown", {"d.example", "8", "WK-2"}, {});
  EXPECT_EQ(graded(kRefused, {missing}).grade, graded(kRefused, {unknown_key}).grade);
  // A domain that provably sends nothing needs no key.
  Picture parked;
  parked.null_mx = Known::yes;
  parked.spf.only_fail_all = true;
  EXPECT_EQ(graded(kRefused, {unknown_key}, parked).grade, "A+");
}

TEST(Grade, ATakeoverIsWorseThanItsTable) {
  const auto takeover =
      make_finding("spf-dangling-include", {"d.example", "include:spf.old.example", "old.example"});
  const auto taken = graded(kRefused, {takeover});
  EXPECT_EQ(summary(taken), "partly-protected D-");
  EXPECT_EQ(taken.sentence, "whoever registers old.example can send as d.example, and DMARC lets it pass");
  const auto open =
      make_unknown("spf-dangling-include", {"d.example", "include:spf.old.example", "old.example"}, {});
  EXPECT_EQ(summary(graded(kRefused, {open})), "unknown ?");
}

TEST(Grade, WatchingIsAStepAndNotNeglect) {
  Picture watching;
  auto& found = watching.dmarc.domain.found;
  found.status = dmarc::Discovery::Status::found;
  found.record =
      std::make_shared<const dmarc::Record>(dmarc::parse("v=DMARC1; p=none; rua=mailto:a@d.example"));
  const Six delivered = {deliver, deliver, deliver, deliver, deliver, deliver};
  EXPECT_EQ(graded(delivered, {}, watching).grade, "D");
  found.record = std::make_shared<const dmarc::Record>(dmarc::parse("v=DMARC1; p=none"));
  EXPECT_EQ(graded(delivered, {}, watching).grade, "F") << "nobody reads anything";
}

TEST(Grade, TheSentenceSaysWhatMatters) {
  EXPECT_EQ(graded(kRefused).sentence,
            "what strangers send as d.example or the names tried below it is refused");
  EXPECT_EQ(graded({deliver, deliver, deliver, deliver, deliver, deliver}).sentence,
            "anyone can send as d.example; most receivers would deliver it");
  EXPECT_EQ(graded({reject, reject, reject, reject, deliver, deliver}).sentence,
            "d.example is protected, but anyone can invent a subdomain and send as that");
  EXPECT_EQ(graded({reject, reject, deliver, deliver, reject, reject}).sentence,
            "d.example is protected, but anyone can send as its subdomains");
  EXPECT_EQ(graded({quarantine, quarantine, reject, reject, reject, reject}).sentence,
            "what strangers send as d.example goes to the spam folder and is not refused");
}

}  // namespace
}  // namespace rampart::audit
