#include "reports/write/feedback.h"

#include <cstdio>
#include <filesystem>
#include <random>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/text.h"
#include "reports/aggregate/reader.h"
#include "reports/write/messages_test.h"

namespace rampart::reports {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr base::Time kNow{std::chrono::seconds(1'795'000'000)};

std::vector<DueReport> collected(const std::vector<MessageResult>& messages, Texts& texts,
                                 const Reporter& who = reporter()) {
  auto collector = Collector::make(who, texts);
  EXPECT_TRUE(collector) << collector.error().message();
  for (const auto& one : messages) {
    const auto done = collector->add(one);
    EXPECT_TRUE(done) << done.error().message();
  }
  return collector->finish();
}

std::set<std::string> rows(const Report& report, const Texts& texts) {
  std::set<std::string> out;
  for (const auto& row : report.rows)
    out.insert(fmt::format("{} {} {}", texts[row.address], row.count, texts[row.outcome]));
  return out;
}

// That our reader makes the same report of it, and finds nothing wrong.
void expect_read_back(const Report& report, const Texts& texts, const std::string& xml) {
  Texts read_texts;
  const auto read = read_aggregate(xml, "x.xml", kNow, read_texts);
  ASSERT_TRUE(read) << read.error().message() << xml;
  std::vector<std::string_view> defects;
  for (const auto& defect : read->defects) defects.push_back(to_string(defect.kind));
  EXPECT_THAT(defects, IsEmpty()) << xml;
  EXPECT_EQ(read->version, "1.0");
  EXPECT_EQ(read->name_space, report.name_space);
  EXPECT_EQ(read->organisation, report.organisation);
  EXPECT_EQ(read->email, report.email);
  EXPECT_EQ(read->contact, report.contact);
  EXPECT_EQ(read->report_id, report.report_id);
  EXPECT_EQ(read->generator, report.generator);
  EXPECT_EQ(read->errors, report.errors);
  EXPECT_EQ(read->begin, report.begin);
  EXPECT_EQ(read->end, report.end);
  EXPECT_EQ(read->policy, report.policy);
  EXPECT_EQ(read->records, report.records);
  EXPECT_EQ(rows(*read, read_texts), rows(report, texts)) << xml;
}

// What xmllint says of files against the schema of RFC 9990 appendix A; "not there" without either.
std::string xmllint(const std::vector<std::string>& documents) {
  const auto* root = std::getenv("RAMPART_SHARED");
  const auto schema = std::filesystem::path(root != nullptr ? root : RAMPART_SOURCE_DIR "/../shared") /
                      "standards/dmarc-xml-0.2.xsd";
  if (!std::filesystem::exists(schema) || std::system("xmllint --version >/dev/null 2>&1") != 0)
    return "not there";
  auto command = fmt::format("xmllint --nonet --noout --schema {}", schema.string());
  for (std::size_t i = 0; i < documents.size(); ++i) {
    const auto path = fmt::format("{}rampart_feedback_test_{}.xml", testing::TempDir(), i);
    EXPECT_TRUE(base::write_file(path, documents[i]));
    command += ' ' + path;
  }
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(
      popen((command + " 2>&1 | grep -v ' validates$'").c_str(), "r"), &pclose);
  std::string out(8192, '\0');
  out.resize(std::fread(out.data(), 1, out.size(), pipe.get()));
  return out;
}

TEST(Feedback, AReportOfEachElement) {
  auto one = message();
  one.policy = {
      .domain = "bank.example", .p = "reject", .fo = "1:d", .testing = "y", .discovery_method = "treewalk"};
  one.envelope_from = "";
  one.envelope_to = "ministry.example";
  one.errors = {"two <records>"};
  one.disposition = Disposition::quarantine;
  one.dkim = one.spf = Aligned::fail;
  one.reasons = {{Override::policy_test_mode, ""}, {Override::other, "a & b"}};
  one.signatures = {{.seen = {"bank.example", "s1", AuthResult::permerror}},
                    {.seen = {"a.example", "", AuthResult::pass}}};
  Texts texts;
  const auto due = collected({one, one}, texts);
  const auto xml = feedback_xml(due.at(0).report, texts);
  ASSERT_TRUE(xml);
  EXPECT_EQ(*xml, fmt::format(R"(<?xml version="1.0" encoding="UTF-8"?>
<feedback xmlns="urn:ietf:params:xml:ns:dmarc-2.0">
  <version>1.0</version>
  <report_metadata>
    <org_name>Ministry of &lt;Tests&gt; &amp; Reports</org_name>
    <email>dmarc@ministry.example</email>
    <extra_contact_info>https://ministry.example/dmarc?a=1&amp;b=2</extra_contact_info>
    <report_id>{}</report_id>
    <date_range>
      <begin>1764028800</begin>
      <end>1764115199</end>
    </date_range>
    <error>two &lt;records&gt;</error>
    <generator>Rampart test</generator>
  </report_metadata>
  <policy_published>
    <domain>bank.example</domain>
    <discovery_method>treewalk</discovery_method>
    <p>reject</p>
    <sp>reject</sp>
    <np>reject</np>
    <fo>1:d</fo>
    <adkim>r</adkim>
    <aspf>r</aspf>
    <testing>y</testing>
  </policy_published>
  <record>
    <row>
      <source_ip>192.0.2.1</source_ip>
      <count>2</count>
      <policy_evaluated>
        <disposition>quarantine</disposition>
        <dkim>fail</dkim>
        <spf>fail</spf>
        <reason>
          <type>policy_test_mode</type>
        </reason>
        <reason>
          <type>other</type>
          <comment>a &amp; b</comment>
        </reason>
      </policy_evaluated>
    </row>
    <identifiers>
      <header_from>bank.example</header_from>
      <envelope_from></envelope_from>
      <envelope_to>ministry.example</envelope_to>
    </identifiers>
    <auth_results>
      <dkim>
        <domain>a.example</domain>
        <selector></selector>
        <result>pass</result>
      </dkim>
      <dkim>
        <domain>bank.example</domain>
        <selector>s1</selector>
        <result>permerror</result>
      </dkim>
      <spf>
        <domain>bank.example</domain>
        <scope>mfrom</scope>
        <result>pass</result>
      </spf>
    </auth_results>
  </record>
</feedback>
)",
                              due[0].report.report_id));
  expect_read_back(due[0].report, texts, *xml);
  const auto said = xmllint({*xml});
  if (said == "not there") GTEST_SKIP() << "no xmllint, or no schema in $RAMPART_SHARED";
  EXPECT_EQ(said, "");
  auto wrong = *xml;
  wrong.replace(wrong.find("policy_test_mode"), 16, "sampled_out");
  EXPECT_THAT(xmllint({wrong}), HasSubstr("sampled_out"));
}

// Texts that strangers choose, with the marks, bytes and lengths that break what is careless.
class Hostile {
 public:
  explicit Hostile(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_);
  }

  std::string text(std::size_t pieces = 6) {
    static const std::vector<std::string> kPieces{"<",
                                                  ">",
                                                  "&",
                                                  "]]>",
                                                  "<![CDATA[",
                                                  "<!--",
                                                  "-->",
                                                  "&amp;",
                                                  "&#0;",
                                                  "&lt",
                                                  "\"",
                                                  "'",
                                                  "</record>",
                                                  "<?x?>",
                                                  std::string(1, '\0'),
                                                  "\x01",
                                                  "\x1b[31m",
                                                  "\x7f",
                                                  "\t",
                                                  "\n",
                                                  "\r\n",
                                                  " ",
                                                  ".",
                                                  "..",
                                                  "!",
                                                  "%00",
                                                  "\\",
                                                  "\xff",
                                                  "\xc3",
                                                  "\xed\xa0\x80",
                                                  "\xef\xbf\xbe",
                                                  "\xef\xbf\xbf",
                                                  "\xc2\x85",
                                                  "\xe2\x80\xae",
                                                  "\xf0\x9f\x98\x80",
                                                  "a",
                                                  "B",
                                                  "example",
                                                  "پاک",
                                                  "=CMD()",
                                                  std::string(90, 'x'),
                                                  std::string(300, '&'),
                                                  std::string(200, '\n')};
    std::string out;
    for (auto i = below(pieces + 1); i > 0; --i) out += kPieces[below(kPieces.size())];
    return out;
  }

  MessageResult message() {
    auto out = reports::message("2025-11-25T08:00:00Z");
    out.source = *base::IpAddress::parse(below(2) == 0 ? "192.0.2.7" : "2001:db8::7");
    out.header_from = below(3) == 0 ? "bank.example" : text().substr(0, 80) + ".bank.example";
    out.envelope_from = text();
    out.envelope_to = text();
    out.dkim = below(2) == 0 ? Aligned::pass : Aligned::fail;
    out.spf = below(2) == 0 ? Aligned::pass : Aligned::fail;
    const bool passes = out.dkim == Aligned::pass || out.spf == Aligned::pass;
    out.disposition = passes && below(2) == 0 ? Disposition::pass
                                              : std::array{Disposition::none, Disposition::quarantine,
                                                           Disposition::reject}[below(3)];
    out.signatures.clear();
    for (auto i = below(5); i > 0; --i) {
      constexpr std::array kResults{AuthResult::none,     AuthResult::pass,    AuthResult::fail,
                                    AuthResult::policy,   AuthResult::neutral, AuthResult::temperror,
                                    AuthResult::permerror};
      out.signatures.push_back({.seen = {text(), text(), kResults[below(kResults.size())]}});
    }
    out.spf_seen.reset();
    if (below(4) != 0 || out.signatures.empty()) {  // a row without results is a defect
      out.spf_seen = SpfSeen{.domain = text(), .result = static_cast<AuthResult>(1 + below(8))};
    }
    for (auto i = below(4); i > 0; --i) out.reasons.push_back({static_cast<Override>(1 + below(5)), text()});
    for (auto i = below(3); i > 0; --i) out.errors.push_back(text());
    return out;
  }

 private:
  std::mt19937 random_;
};

TEST(Feedback, WhatStrangersWriteIsReadBackAsItIs) {
  std::vector<std::string> documents;
  for (unsigned seed = 1; seed <= 60; ++seed) {
    Hostile hostile(seed);
    std::vector<MessageResult> messages;
    messages.reserve(40);
    for (int i = 0; i < 40; ++i) messages.push_back(hostile.message());
    auto who = reporter();
    who.organisation = "x" + hostile.text();
    who.contact = hostile.text(40);
    who.generator = hostile.text(40);
    Texts texts;
    const auto due = collected(messages, texts, who);
    ASSERT_EQ(due.size(), 1U);
    EXPECT_EQ(due[0].report.messages(), 40U);
    auto xml = feedback_xml(due[0].report, texts);
    ASSERT_TRUE(xml) << xml.error().message();
    EXPECT_TRUE(base::is_utf8(*xml));
    expect_read_back(due[0].report, texts, *xml);
    documents.push_back(std::move(*xml));
  }
  const auto said = xmllint(documents);
  if (said == "not there") GTEST_SKIP() << "no xmllint, or no schema in $RAMPART_SHARED";
  EXPECT_EQ(said, "");
}

// A report that no Collector made, whose texts nobody cleaned.
TEST(Feedback, NothingBreaksOutOfAnElement) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    Hostile hostile(seed);
    Texts texts;
    Report report{.organisation = "x" + hostile.text(),
                  .email = hostile.text(),
                  .contact = hostile.text(),
                  .report_id = "x" + hostile.text(),
                  .generator = hostile.text(),
                  .errors = {hostile.text(), hostile.text()},
                  .begin = 1764028800,
                  .end = 1764115199,
                  .policy = {.domain = "x" + hostile.text(),
                             .p = "none",
                             .adkim = hostile.text(),
                             .aspf = hostile.text(),
                             .fo = hostile.text(),
                             .testing = hostile.text(),
                             .discovery_method = hostile.text()}};
    std::string outcome;
    append_outcome({.disposition = Disposition::none,
                    .dkim = Aligned::pass,
                    .spf = Aligned::pass,
                    .header_from = hostile.text(),
                    .reasons = {{Override::other, hostile.text()}},
                    .dkim_seen = {{hostile.text(), hostile.text(), AuthResult::pass}}},
                   outcome);
    report.rows = {{.address = texts.add("x" + hostile.text()), .outcome = texts.add(outcome), .count = 7}};
    const auto xml = feedback_xml(report, texts);
    ASSERT_TRUE(xml);
    Texts read_texts;
    const auto read = read_aggregate(*xml, "x.xml", kNow, read_texts);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->messages(), 7U);
    EXPECT_EQ(read->rows.size(), 1U);
    for (const auto& defect : read->defects) {
      EXPECT_NE(defect.kind, DefectKind::stray_markup);
      EXPECT_NE(defect.kind, DefectKind::unclosed_element);
      EXPECT_NE(defect.kind, DefectKind::bad_text);
      EXPECT_NE(defect.kind, DefectKind::unknown_entity);
    }
  }
}

TEST(Feedback, WhatRfc9990HasNoWordForIsRefused) {
  struct Case {
    Outcome outcome;
    std::string_view why;
  };
  const Outcome good{
      .disposition = Disposition::none, .dkim = Aligned::pass, .spf = Aligned::pass, .header_from = "a"};
  const auto with = [&](auto change) {
    auto out = good;
    change(out);
    return out;
  };
  const std::vector<Case> cases{
      {with([](Outcome& one) { one.disposition = Disposition::unknown; }), "disposition"},
      {with([](Outcome& one) { one.spf = Aligned::unknown; }), "alignment"},
      {with([](Outcome& one) { one.reasons = {{Override::forwarded, ""}}; }), "reason \"forwarded\""},
      {with([](Outcome& one) { one.reasons = {{Override::sampled_out, ""}}; }), "reason \"sampled_out\""},
      {with([](Outcome& one) { one.dkim_seen = {{"a", "s", AuthResult::softfail}}; }), "DKIM \"softfail\""},
      {with([](Outcome& one) { one.spf_seen = {{"a", true, AuthResult::pass}}; }), "scope \"helo\""},
      {with([](Outcome& one) { one.spf_seen.assign(2, {"a", false, AuthResult::pass}); }), "SPF"},
  };
  const auto why_not = [](const Outcome& outcome, std::string_view p = "none") {
    Texts texts;
    std::string text;
    append_outcome(outcome, text);
    Report report{.policy = {.domain = "a.example", .p = std::string(p)}};
    report.rows = {{.address = texts.add("192.0.2.1"), .outcome = texts.add(text), .count = 1}};
    const auto xml = feedback_xml(report, texts);
    return xml ? "it was written" : xml.error().what;
  };
  for (const auto& one : cases) EXPECT_THAT(why_not(one.outcome), HasSubstr(one.why));
  EXPECT_EQ(why_not(good), "it was written");
  EXPECT_THAT(why_not(good, ""), HasSubstr("policy"));
  EXPECT_THAT(why_not(good, "monitor"), HasSubstr("policy \"monitor\""));
  EXPECT_THAT(feedback_xml({.policy = {.p = "none"}}, {}).error().what, HasSubstr("needs a row"));
}

}  // namespace
}  // namespace rampart::reports
