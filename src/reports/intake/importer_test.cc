#include "reports/intake/importer.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mail/mime.h"
#include "reports/archive/days.h"
#include "reports/archive/on_archive_test.h"
#include "reports/unpack/archives_test.h"

namespace rampart::reports {
namespace {

using store::Backend;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::SizeIs;

constexpr base::Time kNow{std::chrono::seconds(1'795'000'000)};
constexpr std::int64_t kBegin = 1764028800;

std::string report(std::string_view id, std::size_t rows = 1, std::int64_t days = 1, int count = 1000) {
  std::string out = fmt::format(
      "<feedback><report_metadata><org_name>o</org_name><email>d@mx.example</email><report_id>{}</report_id>"
      "<date_range><begin>{}</begin><end>{}</end></date_range></report_metadata><policy_published><domain>"
      "bank.example</domain></policy_published>",
      id, kBegin, kBegin + days * kDay - 1);
  for (std::size_t i = 0; i < rows; ++i)
    out += fmt::format(
        "<record><row><source_ip>10.{}.{}.{}</source_ip><count>{}</count></"
        "row><identifiers><header_from>bank.example"
        "</header_from></identifiers></record>",
        i / 65536, i / 256 % 256, i % 256, count);
  return out + "</feedback>";
}

std::string tls_report(std::string_view id, std::size_t policies) {
  auto out = fmt::format(
      R"({{"organization-name": "o", "contact-info": "t@mx.example", "report-id": "{}", "date-range": {{"start-datetime":
      "2025-11-25T00:00:00Z", "end-datetime": "2025-11-25T23:59:59Z"}}, "policies": [)",
      id);
  for (std::size_t i = 0; i < policies; ++i)
    out += fmt::format(
        R"({}{{"policy": {{"policy-type": "sts", "policy-domain": "bank.example"}}, "summary":
        {{"total-successful-session-count": 1, "total-failure-session-count": 0}}}})",
        i == 0 ? "" : ",");
  return out + "]}";
}

class ImporterTest : public OnArchive {
 protected:
  void SetUp() override {
    OnArchive::SetUp();
    if (IsSkipped()) return;
    worker_.emplace(*base::Worker::start(&mail::unpack_mime, {}));
  }
  ImportSummary read(std::string_view bytes, const UnpackLimits& limits = {}) {
    Importer importer(*archive_, *worker_, Trust::imported, kNow, limits);
    MemorySource source(bytes);
    EXPECT_TRUE(importer.read(source, "f"));
    EXPECT_TRUE(importer.flush());
    return importer.summary();
  }
  long long count(const std::string& what) {
    long long out = -1;
    EXPECT_TRUE(
        database_->run([&](soci::session& sql) { sql << "SELECT COUNT(*) FROM " + what, soci::into(out); }));
    return out;
  }

  std::optional<base::Worker> worker_;
};
INSTANTIATE_TEST_SUITE_P(Reports, ImporterTest, ::testing::Values(Backend::sqlite, Backend::postgresql),
                         store::backend_name);

TEST_P(ImporterTest, RowsTimesDaysAreCountedForTheWholeFile) {
  std::vector<ZipInput> many;
  for (int i = 0; i < 8; ++i)
    many.push_back({fmt::format("{}.xml", i), report(fmt::format("r{}", i), 2'000, 390, 1)});
  const auto summary = read(zipped(many));
  EXPECT_EQ(summary.reports, kMaxDayRows / (2'000 * 390));
  EXPECT_THAT(summary.set_aside,
              Each(Field(&Archive::Aside::reason, "its file has more than 4000000 rows times days")));
  EXPECT_EQ(summary.aside + summary.reports, 8U);
  // The next file begins anew.
  EXPECT_EQ(read(report("next")).reports, 1U);
}

TEST_P(ImporterTest, TlsPoliciesAreCountedForTheWholeFile) {
  std::vector<ZipInput> many;
  for (int i = 0; i < 5; ++i)
    many.push_back({fmt::format("{}.json", i), tls_report(fmt::format("t{}", i), 4'000)});
  const auto summary = read(zipped(many));
  EXPECT_EQ(summary.tls_reports, 2U);
  ASSERT_THAT(summary.set_aside, SizeIs(3));
  EXPECT_EQ(summary.set_aside.front().reason, "its file has more than 10000 TLS policies");
}

TEST_P(ImporterTest, WhatIsSetAsideIsWrittenManyAtOnce) {
  std::string mbox;
  for (int i = 0; i < 2'000; ++i) mbox += fmt::format("From x\nSubject: {}\n\n\n", i);
  const auto before = archive_->work().commits;
  EXPECT_EQ(read(mbox).aside, 2'000U);
  EXPECT_LE(archive_->work().commits - before, 2'000 / kBatchReports + 1);
  EXPECT_EQ(count("report_aside"), 2'000);
}

TEST_P(ImporterTest, BrokenOffItHasWholeReportsAlone) {
  std::string mbox;
  for (int i = 0; i < 20; ++i)
    mbox += fmt::format("From x\nFrom: d@mx.example\nContent-Type: text/xml; name=\"r.xml\"\n\n{}\n\n",
                        report(fmt::format("r{}", i), 3));
  {
    Importer importer(*archive_, *worker_, Trust::imported, kNow);
    int left = 12;
    importer.stop_when([&] { return left-- <= 0; });
    MemorySource source(mbox);
    const auto read = importer.read(source, "f");
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().what, "interrupted");
    EXPECT_TRUE(importer.flush());
    EXPECT_GT(importer.summary().reports, 0U);
    EXPECT_LT(importer.summary().reports, 20U);
    EXPECT_EQ(importer.summary().records, 3 * importer.summary().reports);
  }
  const auto kept = count("report");
  const auto again = read(mbox);
  EXPECT_EQ(static_cast<long long>(again.duplicates), kept);
  EXPECT_EQ(count("report"), 20);
  EXPECT_EQ(count("report_day"), 3);
}

class Judge : public MailJudge {
 public:
  explicit Judge(Belief belief) : belief_(std::move(belief)) {}
  void enter(std::string_view, bool) override {}
  void leave() override {}
  base::Result<Belief> judge(const Speaker&) override { return belief_; }

 private:
  Belief belief_;
};

// A mail of a megabyte must not cost a quarter of a gigabyte of the store.
TEST_P(ImporterTest, WhatAnybodyMaySendHasFewerRows) {
  Judge judge({.trust = Trust::verified, .reporter = "evil.example", .sender = "t@evil.example"});
  Importer importer(*archive_, *worker_, judge, kNow);
  for (const std::int64_t days : {100, 250}) {
    const auto xml = report(fmt::format("r{}", days), 2'000, days);
    MemorySource source(xml);
    EXPECT_TRUE(importer.read(source, "f"));
  }
  EXPECT_TRUE(importer.flush());
  EXPECT_EQ(importer.summary().reports, 1U);
  EXPECT_THAT(importer.summary().set_aside,
              ElementsAre(Field(&Archive::Aside::reason, "its file has more than 400000 rows times days")));
}

TEST_P(ImporterTest, ATlsReportIsShownByWhoSignedIt) {
  Judge judge({.trust = Trust::verified, .reporter = "evil.example", .sender = "t@evil.example"});
  Importer importer(*archive_, *worker_, judge, kNow);
  auto json = tls_report("t1", 1);
  json.replace(json.find("\"o\""), 3, "\"Google Inc.\"");
  MemorySource source(json);
  EXPECT_TRUE(importer.read(source, "f"));
  EXPECT_TRUE(importer.flush());
  EXPECT_EQ(count("report_tls WHERE reporter = 'evil.example' AND organisation = 'google inc.' AND sender = "
                  "'t@evil.example'"),
            1);
}

}  // namespace
}  // namespace rampart::reports
