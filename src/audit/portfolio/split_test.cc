#include "audit/portfolio/split.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/format/sample.h"
#include "base/text.h"

namespace rampart::audit {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string file_of(std::string value) {
  return file_name_of({.column = "organisation", .value = std::move(value)});
}

TEST(SplitFiles, NamesAreSafeAndTheirOwn) {
  for (const auto* value :
       {"State Bank", "../../etc/passwd", "وزارتِ تعلیم", "CON", "", ".", "a/b\\c:d*?\n", "<script>"}) {
    const auto name = file_of(value);
    EXPECT_TRUE(is_split_file(name + ".html")) << name;
    EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), std::string::npos) << name;
  }
  EXPECT_TRUE(file_of("State Bank").starts_with("state-bank-"));
  EXPECT_TRUE(file_of("وزارتِ تعلیم").starts_with("group-"));
  EXPECT_TRUE(file_of("").starts_with("not-said-"));
  EXPECT_NE(base::lower(file_of("STATE BANK")), base::lower(file_of("State Bank")))
      << "on a disk that knows no case";
  EXPECT_NE(file_of("a b"), file_of("a-b"));
  EXPECT_LT(file_of(std::string(5000, 'x')).size(), 60U);
  EXPECT_EQ(file_of("State Bank"), file_of("State Bank"));
  for (const auto* other :
       {"thesis.odt", "x.csv", "State-0123456789ab.csv", "a-0123456789ag.csv", "../x-0123456789ab.csv"})
    EXPECT_FALSE(is_split_file(other)) << other;
}

TEST(SplitFiles, ARecordIsPublishedOnce) {
  auto report = spoofable_report();
  auto again = report.findings[0];
  again.code = "dmarc-no-sp";
  again.remedies.resize(1);
  report.findings.push_back(again);
  again.code = "dmarc-other";
  again.remedies[0].data = "v=DMARC1; p=reject";
  report.findings.push_back(again);
  again.code = "dmarc-parent";
  again.remedies[0].name = sample_name("_dmarc.example");
  report.findings.push_back(again);
  const auto zone = remedies_zone(report);
  EXPECT_THAT(
      zone, HasSubstr("; replace, for dmarc-policy-none, dmarc-no-sp\n_dmarc.ministry.example. 3600 IN TXT"));
  EXPECT_THAT(zone, HasSubstr("\n; or, for dmarc-other: replace _dmarc.ministry.example."));
  EXPECT_THAT(zone,
              HasSubstr("\n; remove, for dmarc-policy-none\n; ministry.example. 600 IN MX 0 gone.example."));
  EXPECT_THAT(zone,
              HasSubstr("; not below this domain, so for whoever keeps that name\n; _dmarc.example. 3600"));
  EXPECT_THAT(zone, Not(HasSubstr("\n_dmarc.example.")));
  EXPECT_THAT(remedies_zone(clean_report()), HasSubstr("no record to publish is known"));
}

TEST(Standings, WhatHasChanged) {
  Standings before;
  before["gone.example"] = {.status = "spoofable", .grade = "F", .findings = {}};
  before["same.example"] = {.status = "protected", .grade = "A", .findings = {{"x", "present"}}};
  before["a.example"] = {.status = "spoofable",
                         .grade = "F",
                         .findings = {{"went", "present"}, {"hidden", "present"}, {"never", "unknown"}}};
  auto after = before;
  after.erase("gone.example");
  after["new.example"] = {.status = "unknown", .grade = "?", .findings = {{"x", "present"}}};
  after["a.example"] = {
      .status = "protected", .grade = "A", .findings = {{"hidden", "unknown"}, {"came", "present"}}};
  std::string seen;
  for (const auto& change : changes_between(before, after))
    seen += fmt::format("{} {} {} {}>{}\n", change.domain, change.what, change.finding, change.before,
                        change.after);
  EXPECT_EQ(seen,
            "gone.example domain-went  spoofable>\n"
            "a.example status  spoofable>protected\n"
            "a.example grade  F>A\n"
            "a.example finding-unknown hidden present>unknown\n"
            "a.example finding-went went present>\n"
            "a.example finding-appeared came >present\n"
            "new.example domain-appeared  >unknown\n");
  EXPECT_TRUE(changes_between(after, after).empty());
}

TEST(Standings, PackedAndBack) {
  Standings out;
  unpack_standing(pack_standing(spoofable_report()), out);
  ASSERT_EQ(out.size(), 1U);
  const auto& standing = out.at("ministry.example");
  EXPECT_EQ(standing.grade, "F");
  EXPECT_EQ(standing.findings.at("dmarc-policy-none"), "present");
  EXPECT_EQ(standing.findings.at("dkim-unknown"), "unknown");
}

}  // namespace
}  // namespace rampart::audit
