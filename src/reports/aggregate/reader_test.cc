#include "reports/aggregate/reader.h"

#include <filesystem>
#include <map>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"

namespace rampart::reports {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr base::Time kNow{std::chrono::seconds(1'795'000'000)};

constexpr std::string_view kHead =
    "<report_metadata><org_name>mx.example</org_name><email>d@mx.example</email><report_id>r1</report_id>"
    "<date_range><begin>1764028800</begin><end>1764115199</end></date_range></report_metadata>"
    "<policy_published><domain>Bank.Example.</domain><adkim>r</adkim><p>none</p><sp>reject</sp><np>reject</"
    "np>"
    "<testing>y</testing><discovery_method>treewalk</discovery_method></policy_published>";

std::string row(std::string_view address = "192.0.2.1", std::string_view count = "3",
                std::string_view results =
                    "<dkim><domain>bank.example</domain><selector>s1</selector><result>pass"
                    "</result></dkim><spf><domain>bank.example</domain><result>fail</result></spf>",
                std::string_view evaluated = "") {
  return fmt::format(
      "<record><row><source_ip>{}</source_ip><count>{}</count><policy_evaluated><disposition>none</"
      "disposition>"
      "<dkim>pass</dkim><spf>fail</spf>{}</policy_evaluated></row><identifiers><header_from>bank.example</"
      "header_from>"
      "</identifiers><auth_results>{}</auth_results></record>",
      address, count, evaluated, results);
}
std::string report(std::string_view rows, std::string_view head = kHead) {
  return fmt::format(
      "<?xml version=\"1.0\"?>\n<feedback xmlns=\"urn:ietf:params:xml:ns:dmarc-2.0\">{}{}</feedback>", head,
      rows);
}

class Reading : public testing::Test {
 protected:
  Report read(std::string_view xml, std::string_view name = "x.xml") {
    auto out = read_aggregate(xml, name, kNow, texts);
    EXPECT_TRUE(out) << (out ? "" : out.error().what);
    return out ? *out : Report{};
  }
  std::string why_not(std::string_view xml, std::string_view name = "x.xml") {
    auto out = read_aggregate(xml, name, kNow, texts);
    return out ? "it was read" : out.error().what;
  }
  Outcome outcome(const Report& report, std::size_t at = 0) {
    return *parse_outcome(texts[report.rows[at].outcome]);
  }
  static std::vector<std::string> defects(const Report& report) {
    std::vector<std::string> out;
    for (const auto& defect : report.defects) out.emplace_back(to_string(defect.kind));
    return out;
  }

  Texts texts;
};

TEST_F(Reading, AWholeReport) {
  const auto found = read(report(row() + row("2001:DB8::1", "1") + row("::ffff:192.0.2.1", "4")));
  EXPECT_EQ(found.organisation, "mx.example");
  EXPECT_EQ(found.email, "d@mx.example");
  EXPECT_EQ(found.report_id, "r1");
  EXPECT_EQ(found.name_space, "urn:ietf:params:xml:ns:dmarc-2.0");
  EXPECT_EQ(found.begin, 1764028800);
  EXPECT_EQ(found.end, 1764115199);
  EXPECT_EQ(found.policy, (Published{.domain = "bank.example",
                                     .p = "none",
                                     .sp = "reject",
                                     .np = "reject",
                                     .adkim = "r",
                                     .testing = "y",
                                     .discovery_method = "treewalk"}));
  EXPECT_THAT(found.defects, IsEmpty());
  // An address in two forms is one.
  ASSERT_EQ(found.rows.size(), 2U);
  EXPECT_EQ(found.messages(), 8U);
  std::map<std::string, std::uint64_t> counts;
  for (const auto& one : found.rows) counts[std::string(texts[one.address])] = one.count;
  EXPECT_EQ(counts, (std::map<std::string, std::uint64_t>{{"192.0.2.1", 7}, {"2001:db8::1", 1}}));
  EXPECT_EQ(outcome(found), (Outcome{.disposition = Disposition::none,
                                     .dkim = Aligned::pass,
                                     .spf = Aligned::fail,
                                     .header_from = "bank.example",
                                     .dkim_seen = {{"bank.example", "s1", AuthResult::pass}},
                                     .spf_seen = {{"bank.example", false, AuthResult::fail}}}));
}

TEST_F(Reading, ReasonsAndSeveralResults) {
  const auto found = read(report(
      row("192.0.2.1", "1",
          "<dkim><domain>A.example</domain><result>neutral</result><human_result>x</human_result></dkim>"
          "<dkim><domain>b.example</domain><selector>s</selector><result>permerror</result></dkim>"
          "<spf><domain>h.example</domain><scope>helo</scope><result>softfail</result></spf>",
          "<reason><type>mailing_list</type><comment>list\n  "
          "arc=pass</comment></reason><reason><type>forwarded</type></reason>")));
  const auto said = outcome(found);
  EXPECT_THAT(said.reasons, ElementsAre(Reason{Override::mailing_list, "list   arc=pass"},
                                        Reason{Override::forwarded, ""}));
  EXPECT_THAT(said.dkim_seen, ElementsAre(DkimSeen{"a.example", "", AuthResult::neutral},
                                          DkimSeen{"b.example", "s", AuthResult::permerror}));
  EXPECT_THAT(said.spf_seen, ElementsAre(SpfSeen{"h.example", true, AuthResult::softfail}));
  EXPECT_THAT(found.defects, IsEmpty());
}

TEST_F(Reading, WithAnyPrefixAndWrapper) {
  auto prefixed = report(row());
  for (std::size_t at = 0; (at = prefixed.find('<', at)) != std::string::npos; ++at) {
    if (prefixed[at + 1] == '?') continue;
    prefixed.insert(at + (prefixed[at + 1] == '/' ? 2 : 1), "ns0:");
  }
  EXPECT_EQ(outcome(read(prefixed)).dkim_seen.size(), 1U);
  EXPECT_EQ(read("<xs:schema targetNamespace=\"http://dmarc.org/dmarc-xml/0.1\">" + report(row())).messages(),
            3U);
  EXPECT_EQ(
      read("<feedback xmlns:a='http://www.w3.org/2001/XMLSchema' xmlns:b='http://dmarc.org/dmarc-xml/0.1'>" +
           std::string(kHead) + row() + "</feedback>")
          .name_space,
      "http://dmarc.org/dmarc-xml/0.1");
}

TEST_F(Reading, WhatIsWrongIsSaidAndReadAllTheSame) {
  const auto said = [&](std::string_view rows) { return defects(read(report(rows))); };
  EXPECT_THAT(said(row("not an address")), ElementsAre("bad-address"));
  EXPECT_THAT(said(row("")), ElementsAre("no-address"));
  EXPECT_THAT(said(row("192.0.2.1", "")), ElementsAre("no-count"));
  EXPECT_THAT(said(row("192.0.2.1", "-4")), ElementsAre("bad-count"));
  EXPECT_THAT(said(row("192.0.2.1", "9223372036854775808")), ElementsAre("bad-count"));
  EXPECT_EQ(read(report(row("192.0.2.1", "9223372036854775808"))).messages(), kMaxCount);
  EXPECT_THAT(said(row("192.0.2.1", "3", "")), ElementsAre("no-results"));
  EXPECT_THAT(said(row("192.0.2.1", "3", "<spf><domain>a.example</domain><result>hardfail</result></spf>")),
              ElementsAre("hardfail"));
  EXPECT_THAT(said(row("192.0.2.1", "3", "<spf><domain>a.example</domain><result>PASS</result></spf>")),
              ElementsAre("upper-case"));
  EXPECT_THAT(said(row("192.0.2.1", "3", "<spf><domain>a.example</domain><result>maybe</result></spf>")),
              ElementsAre("unknown-value"));
  EXPECT_THAT(said(row() + row("192.0.2.1", "1", "", "<reason></reason>")),
              ElementsAre("no-results", "empty-reason"));
  EXPECT_THAT(
      said(row("192.0.2.1", "1", "<dkim><domain>" + std::string(1'000'000, 'a') + "</domain></dkim>")),
      ElementsAre("too-long"));
  EXPECT_THAT(
      said(row("192.0.2.1", "3", "<spf><domain>a&#x1b;[2J.example</domain><result>fail</result></spf>")),
      ElementsAre("bad-text"));
  EXPECT_THAT(
      said(row("192.0.2.1", "3", "<spf><domain>a&egrave;.example</domain><result>fail</result></spf>")),
      ElementsAre("unknown-entity"));
  EXPECT_THAT(said(row("1 < 2")), ElementsAre("stray-markup", "bad-address"));
  EXPECT_THAT(said("<record>" + row() + row()),
              ElementsAre("unclosed-element", "no-address", "no-count", "no-header-from", "no-results"));
}

TEST_F(Reading, TextsHaveLimits) {
  const auto signature = [](std::size_t i) {
    return fmt::format("<dkim><domain>{}{}</domain><selector>{}</selector><result>pass</result></dkim>",
                       std::string(240, 'd'), i, std::string(250, 's'));
  };
  std::string many;
  for (std::size_t i = 0; i < 100; ++i) many += signature(i);
  const auto cut = read(report(row("192.0.2.1", "1", many)));
  EXPECT_THAT(defects(cut), ElementsAre("too-many"));
  EXPECT_LE(texts[cut.rows.front().outcome].size(), kMaxOutcomeText + 2048);
  // Together, too: what is new in a report.
  std::string rows;
  for (std::size_t i = 0; i * kMaxOutcomeText <= kMaxReportTexts + (kMaxReportTexts >> 3U); ++i)
    rows += row("192.0.2.1", "1", signature(i) + many);
  const auto before = texts.bytes();
  const auto refused = read_aggregate(report(rows), "", kNow, texts);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what, "its texts have more than 32 MiB");
  EXPECT_LE(texts.bytes() - before, kMaxReportTexts + 2 * kMaxOutcomeText);
  // The next one begins anew.
  EXPECT_TRUE(read_aggregate(report(row()), "", kNow, texts));
  EXPECT_THAT(defects(read(report(row(std::string(900, '1'))))), ElementsAre("bad-address"));
}

TEST_F(Reading, WhatIsCutShort) {
  const auto whole = report(row() + row("192.0.2.2", "5"));
  // The second row is not whole, and so not known.
  const auto begin = whole.rfind("<record>");
  for (auto size = begin + 8; size < whole.rfind("</record>"); size += 3) {
    const auto found = read(whole.substr(0, size));
    EXPECT_EQ(found.messages(), 3U) << whole.substr(size);
    EXPECT_THAT(defects(found), testing::Contains("cut-short")) << whole.substr(size);
  }
  EXPECT_EQ(read(whole.substr(0, whole.size() - 3)).messages(), 8U);
}

TEST_F(Reading, WhenItDoesNotSayTheTime) {
  constexpr std::string_view kNone =
      "<report_metadata><org_name>o</org_name><report_id>1</report_id></report_metadata><policy_published>"
      "<domain>bank.example</domain></policy_published>";
  EXPECT_EQ(why_not(report(row(), kNone)), "it does not say of what time it speaks");
  const auto named = read(report(row(), kNone), "in/mx.example!bank.example!1764028800!1764115199!7.xml.gz");
  EXPECT_EQ(named.begin, 1764028800);
  EXPECT_EQ(named.end, 1764115199);
  EXPECT_THAT(defects(named), ElementsAre("no-period"));
  const auto of = [&](std::string_view begin, std::string_view end) {
    return report(row(),
                  fmt::format("{}<report_metadata><date_range><begin>{}</begin><end>{}</end></date_range>"
                              "</report_metadata>",
                              kNone, begin, end));
  };
  EXPECT_THAT(defects(read(of("1764028800000", "1764115199000"))), ElementsAre("bad-period"));
  EXPECT_EQ(read(of("1764028800000", "1764115199000")).begin, 1764028800);
  EXPECT_THAT(defects(read(of("1764115199", "1764028800"))), ElementsAre("bad-period"));
  EXPECT_THAT(defects(read(of("0", "86399"))), IsEmpty());
  EXPECT_THAT(why_not(of("4102444800", "4102531199")), HasSubstr("a time to come: 2100-01-01"));
  EXPECT_THAT(why_not(of("0", "1764028800")), HasSubstr("days at once"));
}

TEST_F(Reading, WhatIsNoReport) {
  EXPECT_THAT(why_not(""), HasSubstr("no element is named feedback"));
  EXPECT_THAT(why_not("<html><body>Your report is ready</body></html>"),
              HasSubstr("no element is named feedback"));
  EXPECT_EQ(why_not("<feedback></feedback>"), "the report is empty");
  EXPECT_THAT(why_not(report("", "<report_metadata><report_id>1</report_id></report_metadata>")),
              HasSubstr("of which domain"));
  EXPECT_THAT(
      defects(read(report(row(),
                          "<report_metadata><org_name>o</org_name><report_id>1</report_id><date_range><begin>"
                          "1764028800</begin><end>1764115199</end></date_range></report_metadata>"))),
      ElementsAre("no-domain"));
}

TEST_F(Reading, WindowsOfAnySizeSayTheSame) {
  const auto xml = report(
      row() + row("192.0.2.2", "1", "<spf><domain>x</domain><result>&#112;ass</result></spf>") + row());
  const auto whole = read(xml);
  for (std::size_t step = 1; step < 200; step += 7) {
    Texts other;
    AggregateReader reader(other);
    std::size_t done = 0;
    for (auto end = step; end < xml.size(); end += step)
      done += reader.read(std::string_view(xml).substr(done, end - done), false);
    reader.read(std::string_view(xml).substr(done), true);
    const auto found = reader.finish("x", kNow);
    ASSERT_TRUE(found);
    ASSERT_EQ(found->rows.size(), whole.rows.size());
    for (std::size_t i = 0; i < whole.rows.size(); ++i) {
      EXPECT_EQ(other[found->rows[i].address], texts[whole.rows[i].address]);
      EXPECT_EQ(other[found->rows[i].outcome], texts[whole.rows[i].outcome]);
      EXPECT_EQ(found->rows[i].count, whole.rows[i].count);
    }
  }
}

TEST_F(Reading, DeepAndManyElementsCostNothing) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<x>";
  EXPECT_EQ(why_not(deep), "there is no DMARC report in it: no element is named feedback");
  EXPECT_EQ(read(report(row()) + deep).messages(), 3U);
}

TEST_F(Reading, AllOfTheCorpus) {
  const auto* root = std::getenv("RAMPART_SHARED");
  const auto folder =
      std::filesystem::path(root != nullptr ? root : RAMPART_SOURCE_DIR "/../shared") / "corpus/reports";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no reports in $RAMPART_SHARED";
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".xml") continue;
    const auto bytes = base::read_file(entry.path(), std::size_t{1} << 20U);
    ASSERT_TRUE(bytes);
    EXPECT_GE(read(*bytes, entry.path().filename().string()).messages(), 1U) << entry.path();
    ++files;
  }
  EXPECT_GE(files, 13U);
}

TEST(OutcomeText, ReadsBackWhatItSays) {
  const Outcome outcome{.disposition = Disposition::reject,
                        .dkim = Aligned::fail,
                        .spf = Aligned::pass,
                        .header_from = "a.example",
                        .envelope_from = "b.example",
                        .envelope_to = "c.example",
                        .reasons = {{Override::other, ""}, {Override::local_policy, "why not"}},
                        .dkim_seen = {{"", "", AuthResult::none}, {"d.example", "s", AuthResult::fail}},
                        .spf_seen = {{"e.example", true, AuthResult::policy}}};
  std::string text;
  append_outcome(outcome, text);
  EXPECT_EQ(parse_outcome(text), outcome);
  for (std::size_t size = 0; size < text.size(); ++size) EXPECT_FALSE(parse_outcome(text.substr(0, size)));
  EXPECT_FALSE(parse_outcome(text + "x"));
  std::string other;
  append_outcome({.header_from = "a\tb\nc\rd"}, other);
  EXPECT_EQ(parse_outcome(other)->header_from, "a b c d");
}

TEST(Texts, EachOnce) {
  Texts texts;
  std::vector<TextId> ids;
  for (int i = 0; i < 20'000; ++i)
    ids.push_back(texts.add(std::string(static_cast<std::size_t>(i % 40), 'x') + std::to_string(i)));
  const auto large = texts.add(std::string(1'000'000, 'y'));
  const auto empty = texts.add("");
  for (int i = 0; i < 20'000; ++i) {
    const auto text = std::string(static_cast<std::size_t>(i % 40), 'x') + std::to_string(i);
    ASSERT_EQ(texts.add(text), ids[static_cast<std::size_t>(i)]);
    ASSERT_EQ(texts[ids[static_cast<std::size_t>(i)]], text);
  }
  EXPECT_EQ(texts[large].size(), 1'000'000U);
  EXPECT_EQ(texts.add(""), empty);
  EXPECT_EQ(texts.size(), 20'002U);
  texts.clear();
  EXPECT_EQ(texts.size(), 0U);
  EXPECT_EQ(texts.add("again"), 0U);
}

}  // namespace
}  // namespace rampart::reports
