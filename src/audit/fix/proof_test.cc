#include "audit/fix/proof.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rampart::audit::fix {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Finding finding(std::string code, Severity effective, FindingStatus status = FindingStatus::present) {
  Finding out;
  out.code = std::move(code);
  out.effective = effective;
  out.status = status;
  return out;
}

DomainReport with(std::vector<Finding> findings, Disposition disposition = Disposition::deliver) {
  DomainReport out;
  out.findings = std::move(findings);
  SpoofRow row;
  row.rfc9989 = row.rfc7489 = disposition;
  out.spoofing.push_back(row);
  return out;
}

TEST(Proof, WhatItAimsAtMustBeGone) {
  const auto before =
      with({finding("spf-softfail", Severity::medium), finding("tls-rpt-missing", Severity::info)});
  const auto& words = step_words("spf-hard-fail");
  const auto good = judge_closes(words, before, with({finding("tls-rpt-missing", Severity::info)}));
  EXPECT_TRUE(good.holds);
  EXPECT_THAT(good.findings, ElementsAre("spf-softfail"));
  const auto other = judge_closes(words, before, with({finding("spf-softfail", Severity::medium)}));
  EXPECT_FALSE(other.holds);
  EXPECT_THAT(other.why_not, HasSubstr("spf-softfail is still there"));
}

TEST(Proof, NothingAsGraveMayAppear) {
  const auto before = with({finding("dmarc-no-rua", Severity::low)});
  const auto& words = step_words("reports");
  EXPECT_FALSE(judge_closes(words, before, with({finding("dmarc-rua-unauthorised", Severity::low)})).holds);
  EXPECT_TRUE(judge_closes(words, before, with({finding("dmarc-fo-unused", Severity::info)})).holds);
}

TEST(Proof, RejectByStrengthOfSpfAloneIsNotProven) {
  const auto before = with({finding("dmarc-policy-quarantine", Severity::low)}, Disposition::quarantine);
  const auto after = with({finding("dmarc-spf-only", Severity::low)}, Disposition::reject);
  EXPECT_FALSE(judge_closes(step_words("p-reject"), before, after).holds);  // RFC 9989 section 7.4
}

TEST(Proof, AnUnknownFindingWeighsAsTheCatalogueHasIt) {
  const auto before = with({finding("dmarc-no-rua", Severity::low)});
  const auto after = with({finding("spf-unknown", Severity::info, FindingStatus::unknown)});
  EXPECT_FALSE(judge_closes(step_words("reports"), before, after).holds);
}

TEST(Proof, AGraverLevelOfAKnownFindingCounts) {
  const auto before = with({finding("dmarc-no-rua", Severity::low), finding("spf-softfail", Severity::info)});
  const auto closes =
      judge_closes(step_words("reports"), before, with({finding("spf-softfail", Severity::medium)}));
  EXPECT_FALSE(closes.holds);
  EXPECT_THAT(closes.appears, ElementsAre("spf-softfail"));
}

TEST(Proof, WatchingTurnsWk3IntoWk4) {
  const auto before = with({finding("dmarc-missing", Severity::high)});
  const auto after =
      with({finding("dmarc-policy-none", Severity::high), finding("dmarc-no-sp", Severity::high)});
  EXPECT_TRUE(judge_closes(step_words("watch"), before, after).holds);
  const auto worse =
      with({finding("dmarc-policy-none", Severity::high), finding("spf-pass-all", Severity::critical)});
  EXPECT_FALSE(judge_closes(step_words("watch"), before, worse).holds);
}

TEST(Proof, ARowThatGetsBetterIsEnoughAndOneThatGetsWorseTooMuch) {
  const auto& words = step_words("sp-reject");
  EXPECT_TRUE(judge_closes(words, with({}, Disposition::quarantine), with({}, Disposition::reject)).holds);
  EXPECT_FALSE(judge_closes(words, with({}, Disposition::reject), with({}, Disposition::deliver)).holds);
  EXPECT_FALSE(judge_closes(words, with({}, Disposition::reject), with({}, Disposition::unknown)).holds);
  const auto nothing = judge_closes(words, with({}), with({}));
  EXPECT_FALSE(nothing.holds);
  EXPECT_FALSE(nothing.why_not.empty());
}

TEST(Proof, WhatBreaksIsUnknownWithoutReports) {
  Step step;
  step.words = &step_words("p-reject");
  EXPECT_EQ(judge_breaks(step, {}, {}).why, "unknown: no reports read");
  Owner owner;
  owner.senders.emplace(2);
  EXPECT_FALSE(judge_breaks(step, owner, {}).known);  // DKIM cannot be seen from a list
  step.touches_spf = true;
  const auto known = judge_breaks(step, owner, {{"192.0.2.1"}, {}});
  EXPECT_TRUE(known.known);
  EXPECT_EQ(known.senders, 2U);
  EXPECT_THAT(known.failing, ElementsAre("192.0.2.1"));
  EXPECT_FALSE(judge_breaks(step, owner, {{}, "an answer is missing"}).known);
}

}  // namespace
}  // namespace rampart::audit::fix
