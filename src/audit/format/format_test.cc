// Every format over the same made-up reports: whole outputs against golden files, and strangers' bytes.
//
// RAMPART_UPDATE_GOLDEN=1 in the environment writes the golden files anew.
#include <cstdlib>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/format/csv.h"
#include "audit/format/html.h"
#include "audit/format/json.h"
#include "audit/format/sample.h"
#include "audit/format/sarif.h"
#include "audit/format/text.h"
#include "audit/format/words.h"
#include "base/columns.h"
#include "base/file.h"
#include "base/text.h"
#include "facts/answer.h"

namespace rampart::audit {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::vector<DomainReport> kReports{spoofable_report(), unknown_report(), clean_report()};

class Golden : public testing::TestWithParam<std::string_view> {};

// A golden SARIF file without what changes with the catalogue: the rules and their places.
std::string without_rules(std::string text) {
  const auto from = text.find("\"rules\": [");
  text.erase(from, text.find("\"results\": [") - from);
  for (auto at = text.find("\"ruleIndex\""); at != std::string::npos; at = text.find("\"ruleIndex\"", at))
    text.erase(at, text.find('\n', at) - at);
  return text;
}

TEST_P(Golden, IsAsBefore) {
  const auto format = *parse_format(GetParam());
  const auto path = fmt::format("{}/src/audit/format/testdata/report.{}", RAMPART_SOURCE_DIR, GetParam());
  auto out = written(format, kReports);
  if (format == Format::sarif) out = without_rules(std::move(out));
  if (std::getenv("RAMPART_UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(base::write_file(path, out));
    GTEST_SKIP() << path << " written anew";
  }
  const auto golden = base::read_file(path, 1 << 20);
  ASSERT_TRUE(golden) << golden.error().message();
  EXPECT_EQ(out, *golden);
}

// No byte of a stranger's may reach a terminal, a page or a spreadsheet as it is, in any format.
TEST_P(Golden, DisarmsStrangersBytes) {
  const auto format = *parse_format(GetParam());
  const auto out = written(format, {hostile_report()}, {.color = false});
  EXPECT_TRUE(base::is_utf8(out));
  for (const char c : out) {
    const auto byte = static_cast<unsigned char>(c);
    EXPECT_TRUE(byte >= 0x20 || c == '\n' || (c == '\r' && format == Format::csv)) << "byte " << +byte;
    EXPECT_NE(byte, 0x7f);
  }
  EXPECT_THAT(out, Not(HasSubstr("\xe2\x80\xae"))) << "no mark may turn the line round";
}

INSTANTIATE_TEST_SUITE_P(Formats, Golden, testing::ValuesIn(kFormatNames),
                         [](const auto& name) { return std::string(name.param); });

TEST(TextFormat, KeepsToTheWidth) {
  for (const std::size_t width : {kMinWidth, std::size_t{80}, std::size_t{132}}) {
    for (const auto line : base::split(written(Format::text, kReports, {.width = width}), '\n')) {
      const bool record =
          line.find(" IN ") != std::string_view::npos || line.find("\"v=") != std::string_view::npos;
      if (!record) {
        EXPECT_LE(base::display_width(line), width) << line;
      }
    }
  }
}

TEST(TextFormat, AFewOfAKindAreEnough) {
  auto report = clean_report();
  for (int i = 0; i < 12; ++i)
    report.findings.push_back({.code = "spf-syntax",
                               .title = fmt::format("term {} is wrong", i),
                               .evidence = {},
                               .advice = {},
                               .references = {},
                               .remedies = {}});
  const auto out = written(Format::text, {report});
  EXPECT_THAT(out, HasSubstr("Term 2 is wrong"));
  EXPECT_THAT(out, Not(HasSubstr("Term 3 is wrong")));
  EXPECT_THAT(out, HasSubstr("… and 9 more [spf-syntax] (--format json has all)"));
}

TEST(TextFormat, ColoursOnlyWhenTold) {
  EXPECT_THAT(written(Format::text, kReports), Not(HasSubstr("\x1b")));
  EXPECT_THAT(written(Format::text, kReports, {.color = true}), HasSubstr("\x1b[1;31mhigh"));
}

TEST(TextFormat, OneDomainHasNoSummary) {
  EXPECT_THAT(written(Format::text, {clean_report()}), Not(HasSubstr(" of ")));
  EXPECT_THAT(written(Format::text, kReports),
              HasSubstr("1 of 3 domains can be spoofed, 1 could not be determined."));
}

// What zone files do not say is unknown in many findings, which one thing mends.
TEST(Outside, LesserFindingsStandTogether) {
  auto report = clean_report();
  const auto unknown = [](std::string code, Severity severity, std::string title, std::string why) {
    return Finding{.code = std::move(code),
                   .severity = severity,
                   .status = FindingStatus::unknown,
                   .title = std::move(title),
                   .evidence = {{"x.example TXT", "", "", std::move(why)}},
                   .advice = "Ask again later.",
                   .references = {},
                   .remedies = {}};
  };
  const auto outside = fmt::format("_x.example: {}: more", facts::describe(facts::Why::outside));
  report.findings = {unknown("spf-unknown", Severity::high, "the SPF record", outside),
                     unknown("spf-include-unknown", Severity::medium, "the include <one>", outside),
                     unknown("spf-include-unknown", Severity::medium, "the include two", outside),
                     unknown("mx-host-unknown", Severity::low, "the slow server",
                             std::string(facts::describe(facts::Why::timeout))),
                     unknown("dnssec-unknown", Severity::low, "whether it is signed", outside)};
  report.findings.push_back(report.findings.back());
  report.findings.back().status = FindingStatus::present;

  const auto found = outside_of(report);
  ASSERT_EQ(found.findings.size(), 3U);
  EXPECT_EQ(found.worst, Severity::medium);
  EXPECT_EQ(found.codes(), "spf-include-unknown, dnssec-unknown");
  EXPECT_FALSE(found.holds(report.findings[0])) << "the domain stands or falls by it";
  EXPECT_FALSE(found.holds(report.findings[3])) << "it may answer yet";

  for (const auto format : {Format::text, Format::html}) {
    const auto out = written(format, {report});
    const auto at = out.find(kOutsideTitle);
    ASSERT_NE(at, std::string::npos);
    EXPECT_EQ(out.find(kOutsideTitle, at + 1), std::string::npos) << "once";
    EXPECT_LT(out.find("he SPF record"), at);
    EXPECT_GT(out.find("he include two"), at);
    EXPECT_GT(out.find("he slow server"), out.find("spf-include-unknown, dnssec-unknown")) << "in its place";
  }
}

TEST(CsvFormat, CellsAreQuotedAndNeverFormulas) {
  EXPECT_EQ(csv_cell("plain text"), "plain text");
  EXPECT_EQ(csv_cell("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_cell("say \"hi\""), "\"say \"\"hi\"\"\"");
  for (const auto* formula : {"=1+1", "+1", "-1", "@SUM(A1)", "＝1"})
    EXPECT_THAT(csv_cell(formula), HasSubstr("'")) << formula;
  EXPECT_EQ(csv_cell("-all"), "\"'-all\"");
  EXPECT_EQ(csv_cell("\t=1"), "\"\\x09=1\"");
  EXPECT_EQ(csv_cell("a\r\nb"), "\"a\\x0d\\x0ab\"");
  EXPECT_EQ(csv_cell(""), "");
}

TEST(CsvFormat, EveryRowHasAllColumns) {
  auto reports = kReports;
  reports.push_back(hostile_report());
  const auto text = written(Format::csv, reports);
  std::size_t rows = 0;
  for (const auto row : base::split(text, '\n')) {
    if (row.empty()) continue;
    std::size_t commas = 0;
    bool quoted = false;
    for (const char c : row) {
      if (c == '"') quoted = !quoted;
      if (c == ',' && !quoted) ++commas;
    }
    EXPECT_EQ(commas, 22U) << row;
    EXPECT_FALSE(quoted);
    ++rows;
  }
  EXPECT_EQ(rows, 1U + 4 + 1 + 1 + 4);
}

TEST(JsonFormat, LinesAreObjectsThatTheDocumentHoldsToo) {
  const auto document = base::parse_json(written(Format::json, kReports), "json");
  ASSERT_TRUE(document) << document.error().message();
  EXPECT_EQ(document->at("schema").as_string(), "rampart.audit/1");
  const auto& domains = document->at("domains").as_array();
  ASSERT_EQ(domains.size(), 3U);
  std::size_t index = 0;
  const auto text = written(Format::jsonl, kReports);
  for (const auto line : base::split(text, '\n')) {
    if (line.empty()) continue;
    auto value = *base::parse_json(line, "jsonl");
    EXPECT_EQ(value.as_object().begin()->key(), "schema");
    value.as_object().erase("schema");
    EXPECT_EQ(value, domains[index++]);
  }
  EXPECT_EQ(index, 3U);
}

TEST(JsonFormat, NoDomainsIsADocumentToo) {
  const auto document = base::parse_json(written(Format::json, {}), "json");
  ASSERT_TRUE(document);
  EXPECT_TRUE(document->at("domains").as_array().empty());
  EXPECT_EQ(document->at("refused").as_array().size(), 1U);
}

TEST(HtmlFormat, StrangersMarkupIsText) {
  const auto page = written(Format::html, {hostile_report(), clean_report()});
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"));
  EXPECT_THAT(page, Not(HasSubstr("<b>")));
  EXPECT_EQ(html_text("a<b>&\"'\n"), "a&lt;b&gt;&amp;&quot;&#39;\\x0a");
}

TEST(HtmlFormat, NothingIsFetchedAndTheWorstComeFirst) {
  auto reports = kReports;
  std::ranges::reverse(reports);
  const auto page = written(Format::html, reports);
  for (const auto* outside : {"=\"http", "(http", "src=", "@import", "<link"})
    EXPECT_THAT(page, Not(HasSubstr(outside)));
  EXPECT_LT(page.find("#d3"), page.find("#d2"));
  EXPECT_LT(page.find("#d2"), page.find("#d1")) << "unknown before protected";
  EXPECT_THAT(written(Format::html, {clean_report()}), Not(HasSubstr("the worst first")));
}

TEST(HtmlFormat, NamesBreakBehindTheirDots) {
  EXPECT_THAT(written(Format::html, {clean_report()}), HasSubstr("xn--mgbai9azgqp6j.<wbr>example"));
}

TEST(HtmlFormat, ItsPartsWaitInTmpdir) {
  ::setenv("TMPDIR", "/no/such/folder", 1);
  const auto out = written(Format::html, std::vector(1000, clean_report()));  // few wait in memory
  ::unsetenv("TMPDIR");
  EXPECT_TRUE(out == "add failed");
}

TEST(SarifFormat, ResultsNameTheirRule) {
  const auto document = base::parse_json(written(Format::sarif, kReports), "sarif");
  ASSERT_TRUE(document) << document.error().message();
  EXPECT_EQ(document->at("version").as_string(), "2.1.0");
  const auto& run = document->at("runs").at(0);
  const auto& rules = run.at("tool").at("driver").at("rules").as_array();
  const auto& results = run.at("results").as_array();
  ASSERT_EQ(results.size(), 5U);
  for (const auto& result : results) {
    if (const auto* index = result.as_object().if_contains("ruleIndex"))
      EXPECT_EQ(rules.at(static_cast<std::size_t>(index->as_int64())).at("id"), result.at("ruleId"));
  }
  EXPECT_EQ(results[0].at("level").as_string(), "error");
  EXPECT_EQ(
      results[0].at("locations").at(0).at("physicalLocation").at("artifactLocation").at("uri").as_string(),
      "dns:_dmarc.ministry.example?type=TXT");
  EXPECT_EQ(results[2].at("kind").as_string(), "open");
  EXPECT_EQ(results[2].at("level").as_string(), "none");
  EXPECT_EQ(results[3].at("kind").as_string(), "pass");
}

TEST(SarifFormat, AStrangerMakesNoLink) {
  EXPECT_EQ(sarif_text("see [this](https://evil.example/) \x1b"),
            "see \\[this\\](https://evil.example/) \\\\x1b");
}

TEST(Words, ZoneLinesSplitAndQuote) {
  Remedy remedy{.name = sample_name("a.example"), .ttl = 60, .data = "v=spf1 \"x\\y\" \xc3\xa9 -all"};
  EXPECT_EQ(zone_line(remedy), R"(a.example. 60 IN TXT "v=spf1 \"x\\y\" \195\169 -all")");
  remedy.data = std::string(255, 'a') + std::string(255, 'b') + "c";
  EXPECT_EQ(zone_data(remedy),
            fmt::format("\"{}\" \"{}\" \"c\"", std::string(255, 'a'), std::string(255, 'b')));
  remedy.data = "";
  EXPECT_EQ(zone_data(remedy), "\"\"");
  EXPECT_EQ(zone_line({.name = {}, .type = dns::RrType::mx, .data = "0 ."}), ". 3600 IN MX 0 .");
}

TEST(Words, NamesAndEvidence) {
  EXPECT_EQ(name_for_people(sample_name("xn--mgbai9azgqp6j.example")),
            "xn--mgbai9azgqp6j.example (پاکستان.example)");
  EXPECT_EQ(name_for_people(sample_name("a.example")), "a.example");
  EXPECT_EQ(one_line({"a TXT", "v=spf1", "1.2.3.4:53", ""}, 80), "a TXT: \"v=spf1\" (1.2.3.4:53)");
  EXPECT_EQ(one_line({"a TXT", "", "", "timed out"}, 80), "a TXT: timed out");
  EXPECT_EQ(one_line({"a TXT", std::string(100, 'x'), "", ""}, 10), "a TXT: \"xxxxxxxxxx… (100 bytes)\"");
}

}  // namespace
}  // namespace rampart::audit
