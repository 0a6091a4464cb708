#include "reports/parsedmarc/reader.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "reports/parsedmarc/csv.h"
#include "reports/parsedmarc/exports_test.h"
#include "reports/parsedmarc/items.h"

namespace rampart::reports {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr base::Time kNow{std::chrono::seconds(1'795'000'000)};

struct Kept : ExportSink {
  base::Result<> take(Report&& report, Fidelity fidelity, const std::string& where) override {
    places.push_back(fmt::format("{} {}", where, static_cast<int>(fidelity)));
    reports.push_back(std::move(report));
    return {};
  }
  base::Result<> take(FailureReport&& report, Fidelity fidelity, const std::string& where) override {
    places.push_back(fmt::format("{} {}", where, static_cast<int>(fidelity)));
    failures.push_back(std::move(report));
    return {};
  }
  base::Result<> take(TlsReport&& report, Fidelity fidelity, const std::string& where) override {
    places.push_back(fmt::format("{} {}", where, static_cast<int>(fidelity)));
    tls.push_back(std::move(report));
    return {};
  }
  void set_aside(const std::string& where, std::string_view reason) override {
    aside.push_back(fmt::format("{}: {}", where, reason));
  }
  // "192.0.2.1 4 <outcome>" of a report's rows.
  [[nodiscard]] std::vector<std::string> rows(std::size_t at) const {
    std::vector<std::string> out;
    for (const auto& row : reports.at(at).rows)
      out.push_back(fmt::format("{} {} {}", texts[row.address], row.count, texts[row.outcome]));
    std::ranges::sort(out);
    return out;
  }

  Texts texts;
  std::vector<Report> reports;
  std::vector<FailureReport> failures;
  std::vector<TlsReport> tls;
  std::vector<std::string> places;
  std::vector<std::string> aside;
};

// Into `kept`, in pieces of a few bytes, as a slow pipe gives them.
struct Dripping : Source {
  explicit Dripping(std::string_view text) : rest(text) {}
  base::Result<std::size_t> read(std::span<char> room) override {
    const auto size = std::min({room.size(), rest.size(), std::size_t{7}});
    std::copy_n(rest.begin(), size, room.begin());
    rest.remove_prefix(size);
    return size;
  }
  std::string_view rest;
};

void read(Kept& kept, std::string_view text) {
  Dripping source(text);
  const auto room = Window::make_room();
  Window window(source, room);
  ASSERT_TRUE(window.fill());
  ExportReader reader(kept.texts, kNow);
  ASSERT_TRUE(reader.read(window, kept));
}

std::string outcome(const Outcome& what) {
  std::string out;
  append_outcome(what, out);
  return out;
}

TEST(Parsedmarc, AnAggregateReportOfItsJson) {
  Kept kept;
  read(kept, exported_json());
  ASSERT_EQ(kept.reports.size(), 1U);
  const auto& report = kept.reports.front();
  EXPECT_THAT(kept.places, ElementsAre("report 1 1"));
  EXPECT_EQ(report.organisation, "mx.example");
  EXPECT_EQ(report.email, "dmarc@mx.example");
  EXPECT_EQ(report.report_id, "r1");
  EXPECT_EQ(report.version, "") << "draft stands for none";
  EXPECT_EQ(report.begin, kExportedBegin) << "of the intervals, which are in UTC";
  EXPECT_EQ(report.end, kExportedBegin + 86'399);
  EXPECT_EQ(report.policy.domain, "bank.example");
  EXPECT_EQ(report.policy.np, "reject");
  EXPECT_EQ(report.records, 2U);
  EXPECT_THAT(
      kept.rows(0),
      ElementsAre("192.0.2.1 3 " + outcome({.disposition = Disposition::none,
                                            .dkim = Aligned::pass,
                                            .spf = Aligned::fail,
                                            .header_from = "bank.example",
                                            .envelope_from = "bounce.example",
                                            .reasons = {{Override::mailing_list, "list <a&b>"}},
                                            .dkim_seen = {{"bank.example", "s1", AuthResult::pass},
                                                          {"other.example", "", AuthResult::fail}},
                                            .spf_seen = {{"bounce.example", false, AuthResult::pass}}}),
                  "2001:db8::1 4 " + outcome({.disposition = Disposition::reject,
                                              .dkim = Aligned::fail,
                                              .spf = Aligned::fail,
                                              .header_from = "bank.example",
                                              .spf_seen = {{"spoof.example", true, AuthResult::none}}})));
  EXPECT_THAT(report.defects, IsEmpty());
}

TEST(Parsedmarc, AnAggregateReportOfItsCsvIsTheSame) {
  Kept json;
  Kept csv;
  read(json, exported_json());
  read(csv, exported_csv());
  ASSERT_EQ(csv.reports.size(), 1U);
  EXPECT_THAT(csv.places, ElementsAre("line 2 0"));
  EXPECT_EQ(csv.rows(0), json.rows(0));
  EXPECT_EQ(csv.reports[0].policy, json.reports[0].policy);
  EXPECT_EQ(csv.reports[0].begin, json.reports[0].begin);
  EXPECT_EQ(csv.reports[0].end, json.reports[0].end);
  EXPECT_EQ(csv.reports[0].report_id, json.reports[0].report_id);
}

TEST(Parsedmarc, ListsOneObjectLinesAndWrappers) {
  const auto one = exported_json();
  const auto places = [](const std::string& text) {
    Kept kept;
    read(kept, text);
    EXPECT_THAT(kept.aside, IsEmpty());
    return kept.places.size();
  };
  EXPECT_EQ(places("[]"), 0U);
  EXPECT_EQ(places("\xef\xbb\xbf [" + one + "," + one + "]\n"), 2U);
  EXPECT_EQ(places(one + "\n" + one + "\n" + one), 3U);
  EXPECT_EQ(places("[" + one + "][" + one + "]"), 2U);
  EXPECT_EQ(places(R"({"aggregate_reports": [)" + one + R"(], "failure_reports": [], "smtp_tls_reports": [)" +
                   exported_tls_json() + "]}"),
            2U);
  EXPECT_EQ(places(R"({"report_type": "aggregate", "report": )" + one + "}"), 1U);
}

TEST(Parsedmarc, APeriodInTheZoneOfItsMachine) {
  auto old = exported_json();
  for (const auto* name : {"interval_begin", "interval_end"}) {
    for (auto at = old.find(name); at != std::string::npos; at = old.find(name)) old.replace(at, 12, "x");
  }
  Kept kept;
  read(kept, old);
  ASSERT_EQ(kept.reports.size(), 1U);
  EXPECT_EQ(kept.reports[0].begin, kExportedBegin - 5 * 3600);
  EXPECT_TRUE(
      may_be_same({kept.reports[0].begin, kept.reports[0].end}, {kExportedBegin, kExportedBegin + 86'399}));
}

TEST(Parsedmarc, AReportThatWasCutIntoDaysIsOne) {
  const std::string head =
      "org_name,org_email,report_id,begin_date,end_date,normalized_timespan,domain,source_ip_address,count,"
      "header_from\n";
  Kept kept;
  read(
      kept,
      head +
          "o,a@o.example,r1,2025-11-25 00:00:00,2025-11-26 00:00:00,True,bank.example,192.0.2.1,2,b.example\n"
          "o,a@o.example,r1,2025-11-26 00:00:00,2025-11-27 00:00:00,True,bank.example,192.0.2.1,3,b.example\n"
          "o,a@o.example,r1,2025-11-28 00:00:00,2025-11-28 "
          "23:59:59,False,bank.example,192.0.2.1,7,b.example\n"
          "o,a@o.example,r1,2025-11-29 00:00:00,2025-11-29 "
          "23:59:59,False,bank.example,192.0.2.1,8,b.example\n");
  ASSERT_EQ(kept.reports.size(), 3U);
  EXPECT_EQ(kept.reports[0].begin, kExportedBegin);
  EXPECT_EQ(kept.reports[0].end, kExportedBegin + 2 * 86'400);
  EXPECT_EQ(kept.reports[0].messages(), 5U);
  EXPECT_EQ(kept.reports[0].rows.size(), 1U);
  EXPECT_EQ(kept.reports[1].messages(), 7U);
  EXPECT_THAT(kept.places, ElementsAre("line 2 0", "line 4 0", "line 5 0"));
}

TEST(Parsedmarc, FailureReports) {
  Kept kept;
  read(kept, exported_failure_json());
  read(kept, exported_failure_csv());
  ASSERT_EQ(kept.failures.size(), 2U) << testing::PrintToString(kept.aside);
  const auto& json = kept.failures[0];
  EXPECT_EQ(json.reported_domain, "bank.example");
  EXPECT_EQ(json.source_ip, "192.0.2.9");
  EXPECT_EQ(json.auth_failure, "dmarc");
  EXPECT_EQ(json.subject, "Rates");
  EXPECT_EQ(json.message_id, "<1@bank.example>");
  EXPECT_EQ(json.from_domain, "bank.example");
  EXPECT_EQ(json.arrival_date, "Tue, 25 Nov 2025 09:00:00 +0000");
  const auto& csv = kept.failures[1];
  EXPECT_EQ(csv.reported_domain, json.reported_domain);
  EXPECT_EQ(csv.source_ip, json.source_ip);
  EXPECT_EQ(csv.subject, json.subject);
  EXPECT_EQ(csv.message_id, json.message_id);
  EXPECT_EQ(csv.from_domain, "") << "there is no message in CSV";
  EXPECT_THAT(kept.places, ElementsAre("report 1 1", "line 2 0"));
}

TEST(Parsedmarc, TlsReports) {
  Kept kept;
  read(kept, exported_tls_json());
  read(kept, exported_tls_csv());
  ASSERT_EQ(kept.tls.size(), 2U) << testing::PrintToString(kept.aside);
  for (const auto& report : kept.tls) {
    EXPECT_EQ(report.organisation, "Example Inc.");
    EXPECT_EQ(report.report_id, "2025-11-25T00:00:00Z_bank.example");
    EXPECT_EQ(report.begin, kExportedBegin);
    ASSERT_EQ(report.policies.size(), 2U);
    EXPECT_EQ(report.policies[0].domain, "bank.example");
    EXPECT_EQ(report.policies[0].type, TlsPolicyType::sts);
    EXPECT_EQ(report.policies[0].successful, 40U);
    EXPECT_EQ(report.policies[0].failed, 3U);
    EXPECT_THAT(report.policies[0].lines, ElementsAre("version: STSv1", "mode: testing"));
    ASSERT_EQ(report.policies[0].failures.size(), 2U);
    EXPECT_EQ(report.policies[0].failures[0].result, TlsResult::certificate_expired);
    EXPECT_EQ(report.policies[0].failures[0].receiving_host, "mx1.bank.example");
    EXPECT_EQ(report.policies[0].failures[1].sessions, 1U);
    EXPECT_EQ(report.policies[1].domain, "news.bank.example");
  }
  EXPECT_EQ(kept.tls[0].policies, kept.tls[1].policies);
}

TEST(Parsedmarc, WhatIsNoReport) {
  const auto aside = [](const std::string& text) {
    Kept kept;
    read(kept, text);
    EXPECT_THAT(kept.places, IsEmpty());
    return kept.aside;
  };
  EXPECT_THAT(aside("{}"), ElementsAre(HasSubstr("report 1: it is no report")));
  EXPECT_THAT(aside("{\"records\": [}]"), ElementsAre(HasSubstr("not well-formed")));
  EXPECT_THAT(aside("[{\"records\": ["), ElementsAre("report 1: it ends in the middle"));
  EXPECT_THAT(aside("null"), ElementsAre(": something that is no report stands between the reports"));
  EXPECT_THAT(
      aside(
          R"({"records": [], "report_metadata": {"report_id": "x"}, "policy_published": {"domain": "a.example"}})"),
      ElementsAre(HasSubstr("of what time")));
  EXPECT_THAT(aside(R"({"feedback_type": "abuse", "reported_domain": "a.example"})"),
              ElementsAre(HasSubstr("no authentication")));
  const std::string deep = R"({"records": )" + std::string(40, '[') + std::string(40, ']') + "}";
  EXPECT_THAT(aside(deep), ElementsAre(HasSubstr("report 1: it is not well-formed")));
  EXPECT_THAT(aside("{\"records\": \"" + std::string(kMaxExportItem, 'x') + "\"}"),
              ElementsAre("report 1: it is larger than 32 MiB: import it from the CSV export"));
  EXPECT_THAT(aside("feedback_type,reported_domain\n\"" + std::string(kMaxCsvRow + 1, 'x') + "\",\n"),
              ElementsAre("line 2: the row has more than 1024 KiB or 200 fields"));
  EXPECT_THAT(aside("org_name,source_ip_address,count,header_from\no,192.0.2.1,1,a.example\n"),
              ElementsAre(HasSubstr("line 2: it does not say of")));
}

// One that cannot be read stops no other, and what it says is held to the limits of any report.
TEST(Parsedmarc, WhatIsWrongWithinReports) {
  auto odd = exported_json();
  const auto put = [&](std::string_view from, std::string_view to) {
    odd.replace(odd.find(from), from.size(), to);
  };
  put("\"192.0.2.1\"", "\"nowhere\"");
  put("\"count\": 3", "\"count\": \"-3\"");
  put("\"bounce.example\"", "\"\\u0000</envelope_from><count>9</count>\"");
  Kept kept;
  read(kept, "[{\"x\": 1}, " + odd + "]");
  EXPECT_EQ(kept.aside.size(), 1U);
  ASSERT_EQ(kept.reports.size(), 1U);
  EXPECT_EQ(kept.reports[0].messages(), 4U);
  std::vector<std::string> defects;
  for (const auto& defect : kept.reports[0].defects) defects.emplace_back(to_string(defect.kind));
  EXPECT_THAT(defects, testing::IsSupersetOf({"bad-address", "bad-count"}));
}

TEST(Parsedmarc, WhatAnExportBeginsWith) {
  EXPECT_TRUE(is_export_csv(exported_csv()));
  EXPECT_TRUE(is_export_csv(exported_failure_csv()));
  EXPECT_TRUE(is_export_csv(exported_tls_csv()));
  EXPECT_FALSE(is_export_csv("a,b,c\n"));
  EXPECT_TRUE(is_export_json(exported_json()));
  EXPECT_TRUE(is_export_json(exported_tls_json()));
  EXPECT_TRUE(is_export_json(exported_failure_json()));
  EXPECT_FALSE(is_export_json(R"({"organization-name": "x", "policies": []})"));
}

TEST(CsvRows, QuotesAndLineEnds) {
  const auto rows = [](std::string_view text) {
    Dripping source(text);
    const auto room = Window::make_room();
    Window window(source, room);
    CsvRows rows(window);
    std::vector<std::string> out;
    std::vector<std::string> row;
    while (rows.next(row).value()) out.push_back(fmt::format("{}:{}", rows.line(), base::join(row, "|")));
    return out;
  };
  EXPECT_THAT(rows(""), IsEmpty());
  EXPECT_THAT(rows("a,b\r\n\r\nc,\"d\"\"e,\nf\"\nlast,"), ElementsAre("1:a|b", "3:c|d\"e,\nf", "5:last|"));
  EXPECT_THAT(rows("\"open,\nx"), ElementsAre("1:open,\nx"));
  EXPECT_THAT(rows("a\"b\",\"c\"d\n"), ElementsAre("1:a\"b\"|cd"));
}

}  // namespace
}  // namespace rampart::reports
