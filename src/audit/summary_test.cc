#include "audit/summary.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace rampart::audit {
namespace {

DomainReport report(std::string_view name, Status status, std::string grade,
                    std::optional<Severity> effective = {},
                    FindingStatus finding_status = FindingStatus::present) {
  DomainReport out;
  out.domain = *dns::Name::try_parse(name);
  out.status = status;
  out.grade = std::move(grade);
  if (effective) out.findings.push_back({.effective = *effective, .status = finding_status});
  return out;
}

Summary of(const std::vector<DomainReport>& reports) {
  Summary summary;
  for (const auto& one : reports) summary.add(one);
  return summary;
}

TEST(Summary, SaysWhatMatters) {
  const auto good = report("a.example", Status::protected_, "A");
  const auto bad = report("b.example", Status::spoofable, "F");
  const auto dark = report("c.example", Status::unknown, "?");
  const auto part = report("d.example", Status::partly_protected, "C");
  EXPECT_EQ(of({good, bad}).sentence(), "1 of 2 domains can be spoofed");
  EXPECT_EQ(of({good, good}).sentence(), "None of 2 domains is known to be spoofable");
  EXPECT_EQ(of({bad, part, dark}).sentence(),
            "1 of 3 domains can be spoofed, 1 is protected only in part, 1 could not be determined");
  EXPECT_EQ(of({dark, dark}).sentence(), "Nothing could be found out about 2 domains");
}

TEST(Summary, TheWorstComeFirstAndAreBounded) {
  Summary summary;
  for (int i = 0; i < 100; ++i)
    summary.add(report(fmt::format("a{:02}.example", i), Status::protected_, "A"));
  summary.add(report("unknown.example", Status::unknown, "?"));
  summary.add(report("low.example", Status::spoofable, "F", Severity::low));
  summary.add(report("critical.example", Status::spoofable, "F", Severity::critical));
  summary.add(report("c.example", Status::partly_protected, "C"));
  ASSERT_EQ(summary.worst().size(), Summary::kMaxWorst);
  EXPECT_EQ(summary.worst()[0].domain.text(), "critical.example");
  EXPECT_EQ(summary.worst()[1].domain.text(), "low.example");
  EXPECT_EQ(summary.worst()[2].domain.text(), "unknown.example") << "unknown is never better than present";
  EXPECT_EQ(summary.worst()[3].domain.text(), "c.example");
  EXPECT_EQ(summary.worst()[4].domain.text(), "a00.example");
  EXPECT_EQ(summary.domains(), 104U);
}

TEST(Summary, RefusedLinesAreBoundedAndCounted) {
  Summary summary;
  for (int i = 0; i < 1000; ++i) summary.add_refused({});
  EXPECT_EQ(summary.refused().size(), Summary::kMaxRefused);
  EXPECT_EQ(summary.refused_count(), 1000U);
}

TEST(Outcome, UnknownComesBeforeFindings) {
  const auto high = report("a.example", Status::spoofable, "F", Severity::high);
  const auto low = report("b.example", Status::protected_, "A", Severity::low);
  const auto dark = report("c.example", Status::unknown, "?");
  EXPECT_EQ(outcome(of({low}), {}), Outcome::clean);
  EXPECT_EQ(outcome(of({low, high}), {}), Outcome::findings);
  EXPECT_EQ(outcome(of({high, dark}), {}), Outcome::undetermined);
  EXPECT_EQ(outcome(of({high, dark}), {.max_unknown = 50}), Outcome::findings);
  EXPECT_EQ(outcome(of({high, dark}), {.max_unknown = 49}), Outcome::undetermined);
  EXPECT_EQ(outcome(of({high}), {.fail_on = std::nullopt}), Outcome::clean);
  EXPECT_EQ(outcome(of({low}), {.fail_on = Severity::low}), Outcome::findings);
  EXPECT_EQ(outcome(of({low}), {.fail_on = Severity::medium}), Outcome::clean);
  EXPECT_EQ(outcome(of({}), {}), Outcome::clean);
}

TEST(Outcome, OnlyWhatIsPresentIsAFinding) {
  for (const auto status : {FindingStatus::unknown, FindingStatus::absent})
    EXPECT_EQ(outcome(of({report("a.example", Status::protected_, "A", Severity::critical, status)}), {}),
              Outcome::clean);
}

}  // namespace
}  // namespace rampart::audit
