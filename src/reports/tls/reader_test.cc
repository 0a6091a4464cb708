#include "reports/tls/reader.h"

#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/text.h"
#include "reports/tls/date.h"

namespace rampart::reports {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr base::Time kNow{std::chrono::seconds(1'795'000'000)};
constexpr std::string_view kHead =
    R"("organization-name":"Sender","contact-info":"tls@sender.example","report-id":"r1",)"
    R"("date-range":{"start-datetime":"2025-11-25T00:00:00Z","end-datetime":"2025-11-25T23:59:59Z"})";
constexpr std::string_view kPolicy =
    R"("policy":{"policy-type":"sts","policy-string":["version: STSv1"],"policy-domain":"bank.example"})";

std::string report(std::string_view policies, std::string_view head = kHead) {
  return fmt::format(R"({{{},"policies":[{}]}})", head, policies);
}
std::string with_summary(std::string_view successful, std::string_view more = "") {
  return report(fmt::format(
      R"({{{},"summary":{{"total-successful-session-count":{},"total-failure-session-count":0}}{}}})",
      kPolicy, successful, more));
}
TlsReport read(std::string_view json, std::string_view name = "x.json") {
  auto out = read_tls(json, name, kNow);
  EXPECT_TRUE(out) << json << '\n' << (out ? "" : out.error().message());
  return out ? *out : TlsReport{};
}
std::string why_not(std::string_view json, std::string_view name = "x.json") {
  const auto out = read_tls(json, name, kNow);
  if (out) return "it was read";
  EXPECT_EQ(out.error().kind, base::ErrorKind::input);
  return out.error().what;
}
std::vector<std::string> defects(const TlsReport& report) {
  std::vector<std::string> out;
  out.reserve(report.defects.size());
  for (const auto& defect : report.defects) out.emplace_back(to_string(defect.kind));
  return out;
}

TEST(TlsReader, AWholeReport) {
  const auto found = read(report(
      R"({"policy":{"policy-type":"sts","policy-string":["version: STSv1","mode: testing"],"policy-domain":"Bank.Example.",
        "mx-host":["*.mail.bank.example"]},"summary":{"total-successful-session-count":5326,"total-failure-session-count":303},
        "failure-details":[{"result-type":"certificate-expired","sending-mta-ip":"2001:DB8:0::1",
        "receiving-mx-hostname":"MX1.bank.example","receiving-mx-helo":"mx1","receiving-ip":"::ffff:203.0.113.58",
        "failed-session-count":303,"additional-information":"https://a.example/?id=1","failure-reason-code":"X509"}]},
       {"policy":{"policy-type":"no-policy-found","policy-domain":"x.example"},
        "summary":{"total-successful-session-count":1,"total-failure-session-count":2}})"));
  EXPECT_THAT(found.defects, IsEmpty());
  EXPECT_EQ(found.organisation, "Sender");
  EXPECT_EQ(found.contact, "tls@sender.example");
  EXPECT_EQ(found.report_id, "r1");
  EXPECT_EQ(found.begin, 1764028800);
  EXPECT_EQ(found.end, 1764115199);
  EXPECT_EQ(found.successful(), 5327U);
  EXPECT_EQ(found.failed(), 305U);
  ASSERT_EQ(found.policies.size(), 2U);
  EXPECT_EQ(found.policies[0], (TlsPolicy{.type = TlsPolicyType::sts,
                                          .domain = "bank.example",
                                          .lines = {"version: STSv1", "mode: testing"},
                                          .hosts = {"*.mail.bank.example"},
                                          .successful = 5326,
                                          .failed = 303,
                                          .failures = {{.result = TlsResult::certificate_expired,
                                                        .result_text = "certificate-expired",
                                                        .sending_address = "2001:db8::1",
                                                        .receiving_host = "mx1.bank.example",
                                                        .receiving_helo = "mx1",
                                                        .receiving_address = "203.0.113.58",
                                                        .sessions = 303,
                                                        .information = "https://a.example/?id=1",
                                                        .reason = "X509"}}}));
  EXPECT_EQ(found.policies[1].type, TlsPolicyType::no_policy_found);
}

TEST(TlsReader, WhatIsWrongIsSaid) {
  struct Case {
    std::string json;
    std::vector<std::string> defects;
  };
  const auto head = std::string(R"("organization-name":"a","report-id":"1","contact-info":"c",)");
  const auto whole = fmt::format(
      R"({{{},"summary":{{"total-successful-session-count":1,"total-failure-session-count":0}}}})", kPolicy);
  const std::vector<Case> cases{
      {report(
           "",
           R"("date-range":{"start-datetime":"2025-11-25T00:00:00Z","end-datetime":"2025-11-25T23:59:59Z"})"),
       {"no-organisation", "no-report-id", "no-contact", "no-policies"}},
      {report(fmt::format("{{{}}}", kPolicy)), {"no-count"}},
      {report(R"({"policy":{},"summary":{}})"), {"no-domain", "no-count", "no-policy-type"}},
      {report(
           R"({"policy":{"policy-type":"Dane","policy-domain":"b"},"summary":{"total-successful-session-count":1,
              "total-failure-session-count":0}})"),
       {"unknown-value", "upper-case"}},
      {with_summary("1", R"(,"failure-details":[{}])"), {"no-count", "no-result-type"}},
      {with_summary("1", R"(,"failure-details":{"result-type":"brand-new","failed-session-count":"2"})"),
       {"unknown-value", "wrong-form"}},
      {with_summary("1", R"(,"failure-details":[{"result-type":"dane-required","failed-session-count":1,
              "sending-mta-ip":"nowhere"}])"),
       {"bad-address"}},
      {with_summary("1", R"(,"failure_details":[])"), {"other-name"}},
      {report("1,null,[]"), {"no-policies", "wrong-form"}},
      {"[" + report(whole) + "]", {"wrong-form"}},
      {"\xEF\xBB\xBF" + report(whole), {}},
      {report(whole, R"("organization-name":"a\u0000b","report-id":"1","contact-info":")" +
                         std::string(1025, 'c') +
                         R"(","date-range":{"start-datetime":"2025-11-25","end-datetime":"2025-11-25"})"),
       {"bad-text", "too-long", "date-form"}},
      {report(
           whole,
           head +
               R"("date-range":{"start-datetime":"2025-11-26T00:00:00Z","end-datetime":"2025-11-25T23:59:59Z"})"),
       {"bad-period"}},
      {report(whole,
              head + R"("date-range":{"start-datetime":"soon","end-datetime":"2025-11-25T23:59:59Z"})"),
       {"no-period", "bad-period"}},
  };
  for (const auto& one : cases) EXPECT_EQ(defects(read(one.json)), one.defects) << one.json;
}

TEST(TlsReader, BytesThatAreNoText) {
  const auto found =
      read(report("",
                  "\"organization-name\":\"a\xff\\n<b>\",\"report-id\":\"1\",\"contact-info\":\"c\","
                  R"("date-range":{"start-datetime":"2025-11-25T00:00:00Z",
                                     "end-datetime":"2025-11-25T23:59:59Z"})"));
  EXPECT_EQ(found.organisation, "a\xEF\xBF\xBD <b>");
  EXPECT_THAT(defects(found), ElementsAre("bad-text", "no-policies"));
}

TEST(TlsReader, Counts) {
  struct Case {
    std::string_view text;
    std::uint64_t count;
    std::vector<std::string> defects;
  };
  const std::vector<Case> cases{
      {"0", 0, {}},
      {"7.0", 7, {}},
      {"4294967296", kMaxCount, {}},
      {"4294967297", kMaxCount, {"bad-count"}},
      {"9223372036854775808", kMaxCount, {"bad-count"}},
      {"1e300", kMaxCount, {"bad-count"}},
      {"-1", 0, {"bad-count"}},
      {"-1.5", 0, {"bad-count"}},
      {"2.5", 2, {"bad-count"}},
      {"\" 12 \"", 12, {"wrong-form"}},
      {"\"99999999999999999999\"", kMaxCount, {"bad-count", "wrong-form"}},
      {"\"many\"", 0, {"bad-count", "wrong-form"}},
      {"\"\"", 0, {"bad-count", "wrong-form"}},
      {"true", 0, {"bad-count"}},
      {"[1]", 0, {"bad-count"}},
      {"null", 0, {"no-count"}},
  };
  for (const auto& one : cases) {
    const auto found = read(with_summary(one.text));
    EXPECT_EQ(found.successful(), one.count) << one.text;
    EXPECT_EQ(defects(found), one.defects) << one.text;
  }
}

TEST(TlsReader, WhatIsNoReportSaysWhy) {
  EXPECT_THAT(why_not(""), HasSubstr("not valid JSON"));
  EXPECT_THAT(why_not("<html>"), HasSubstr("not valid JSON"));
  EXPECT_THAT(why_not(report("").substr(0, 50)), HasSubstr("it is truncated"));
  EXPECT_THAT(why_not("7"), HasSubstr("no object"));
  EXPECT_THAT(why_not("[{},{}]"), HasSubstr("no object"));
  EXPECT_THAT(why_not("{}"), HasSubstr("there is no TLS report in it"));
  EXPECT_THAT(why_not(R"({"report-id":"1"})"), HasSubstr("empty"));
  EXPECT_THAT(why_not(R"({"policies":[]})"), HasSubstr("of what time"));
  EXPECT_THAT(why_not(report("", R"("date-range":{"start-datetime":"2100-01-01T00:00:00Z",
                                 "end-datetime":"2100-01-02T00:00:00Z"})")),
              HasSubstr("time to come"));
  EXPECT_THAT(why_not(report("", R"("date-range":{"start-datetime":"1970-01-01T00:00:00Z",
                                 "end-datetime":"2025-01-02T00:00:00Z"})")),
              HasSubstr("days at once"));
  EXPECT_THAT(why_not(std::string(kMaxTlsBytes + 1, ' ')), HasSubstr("more than"));
  EXPECT_THAT(why_not(std::string(1'000'000, '[')), HasSubstr("not valid JSON"));
}

TEST(TlsReader, TheFilesNameSaysTheTime) {
  const auto found = read(R"({"policies":[]})", "in/a.example!b.example!1764028800!1764115199!001.json");
  EXPECT_EQ(found.begin, 1764028800);
  EXPECT_EQ(found.end, 1764115199);
  EXPECT_THAT(defects(found), testing::Contains("no-period"));
}

TEST(TlsReader, TooManyAreCut) {
  std::string hosts;
  for (std::size_t i = 0; i <= kMaxTlsLines; ++i)
    hosts += fmt::format("{}\"h{}.example\"", i == 0 ? "" : ",", i);
  const auto found = read(report(fmt::format(
      R"({{"policy":{{"policy-type":"sts","policy-domain":"b.example","mx-host":[{}]}},"summary":{{
      "total-successful-session-count":1,"total-failure-session-count":0}}}})",
      hosts)));
  EXPECT_EQ(found.policies[0].hosts.size(), kMaxTlsLines);
  EXPECT_THAT(defects(found), ElementsAre("too-many"));

  std::string failures;
  for (std::size_t i = 0; i <= kMaxTlsFailures; ++i) failures += i == 0 ? "{}" : ",{}";
  const auto many = read(with_summary("1", fmt::format(",\"failure-details\":[{}]", failures)));
  EXPECT_EQ(many.policies[0].failures.size(), kMaxTlsFailures);
  EXPECT_THAT(defects(many), testing::Contains("too-many"));
}

TEST(TlsDate, Forms) {
  struct Case {
    std::string_view text;
    std::optional<std::int64_t> seconds;
    bool exact = true;
  };
  const std::vector<Case> cases{
      {"2025-11-25T00:00:00Z", 1764028800},
      {"2025-11-25t00:00:00.123z", 1764028800},
      {"2025-11-25T05:00:00+05:00", 1764028800},
      {"2025-11-24T19:30:00-04:30", 1764028800},
      {"2025-11-25T00:00:00", 1764028800, false},
      {"2025-11-25 00:00:00", 1764028800, false},
      {"2025-11-25T05:00:00+0500", 1764028800, false},
      {"2025-11-25", 1764028800, false},
      {"1764028800", 1764028800, false},
      {"1764028800000", 1764028800, false},
      {"2025-02-29T00:00:00Z", std::nullopt},
      {"2025-13-01T00:00:00Z", std::nullopt},
      {"2025-11-25T24:00:00Z", std::nullopt},
      {"2025-11-25T00:00:00X", std::nullopt},
      {"2025-11-25T00:00:00+25:00", std::nullopt},
      {"2025-11-25T00:00:00Zz", std::nullopt},
      {"1969-12-31T23:59:59Z", std::nullopt},
      {"99999999999999999999", std::nullopt},
      {"", std::nullopt},
      {"yesterday", std::nullopt},
  };
  for (const auto& one : cases) {
    const auto date = parse_tls_date(one.text);
    ASSERT_EQ(date.has_value(), one.seconds.has_value()) << one.text;
    if (!date) continue;
    EXPECT_EQ(date->seconds, *one.seconds) << one.text;
    EXPECT_EQ(date->exact, one.exact) << one.text;
  }
}

TEST(TlsReader, AllOfTheCorpus) {
  const auto* root = std::getenv("RAMPART_SHARED");
  const auto folder =
      std::filesystem::path(root != nullptr ? root : RAMPART_SOURCE_DIR "/../shared") / "corpus/reports";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no reports in $RAMPART_SHARED";
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    const auto bytes = base::read_file(entry.path(), std::size_t{1} << 20U);
    ASSERT_TRUE(bytes);
    const auto found = read(*bytes, entry.path().filename().string());
    EXPECT_GE(found.successful() + found.failed(), 1U) << entry.path();
    EXPECT_THAT(found.defects, IsEmpty()) << entry.path();
    ++files;
  }
  EXPECT_GE(files, 4U);
}

}  // namespace
}  // namespace rampart::reports
