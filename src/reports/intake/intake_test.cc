#include "reports/intake/intake.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/parsedmarc/exports_test.h"
#include "reports/tls/reader.h"
#include "reports/unpack/archives_test.h"

namespace rampart::reports {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr base::Time kNow{std::chrono::seconds(1'795'000'000)};

std::string report(std::string_view id = "r1", std::size_t rows = 1) {
  std::string out = fmt::format(
      "<?xml "
      "version=\"1.0\"?><feedback><report_metadata><org_name>o</org_name><report_id>{}</"
      "report_id><date_range>"
      "<begin>1764028800</begin><end>1764115199</end></date_range></"
      "report_metadata><policy_published><domain>"
      "bank.example</domain></policy_published>",
      id);
  for (std::size_t i = 0; i < rows; ++i)
    out += fmt::format(
        "<record><row><source_ip>10.{}.{}.{}</source_ip><count>1</count></"
        "row><identifiers><header_from>bank.example"
        "</header_from></identifiers><auth_results><spf><domain>x.example</domain><result>fail</result></spf>"
        "</auth_results></record>",
        i / 65536, i / 256 % 256, i % 256);
  return out + "</feedback>";
}

struct Kept : Taker {
  base::Result<> take(Report&& report, const Origin& origin) override {
    reports.push_back(fmt::format("{} {} {}", origin.text(), report.report_id, report.rows.size()));
    for (const auto& defect : report.defects) reports.back() += fmt::format(" {}", to_string(defect.kind));
    return {};
  }
  base::Result<> take(FailureReport&& report, const Origin& origin) override {
    reports.push_back(fmt::format("{} failure of {}", origin.text(), report.reported_domain));
    return {};
  }
  base::Result<> take(TlsReport&& report, const Origin& origin) override {
    reports.push_back(fmt::format("{} TLS {} {}", origin.text(), report.report_id, report.policies.size()));
    return {};
  }
  void set_aside(const Origin& origin, std::string_view reason) override {
    aside.push_back(fmt::format("{}: {}", origin.text(), reason));
  }
  void begin_file() override { ++files; }
  std::vector<std::string> reports;
  std::vector<std::string> aside;
  std::size_t files = 0;
};

// The mail's text as one part of it, whose name and type stand in its first two lines.
struct OnePart : Unpacker {
  std::size_t calls = 0;
  base::Result<Parts> unpack(std::string_view mail) override {
    ++calls;
    const auto name = mail.substr(0, mail.find('\n'));
    if (name.starts_with("Failure: "))
      return Parts{
          .parts = {{.type = "message/feedback-report", .content = "Reported-Domain: bank.example\n"}},
          .fault = {}};
    if (!name.starts_with("Name: ")) return Parts{};
    return Parts{.parts = {{.type = "text/plain", .name = "", .content = "words <a>"},
                           {.type = "application/octet-stream",
                            .name = std::string(name.substr(6)),
                            .content = std::string(mail.substr(mail.find("\n\n") + 2))}},
                 .fault = {}};
  }
};
struct NoPart : Unpacker {
  base::Result<Parts> unpack(std::string_view) override {
    return Parts{.parts = {}, .fault = "it took too long"};
  }
};

Kept taken(std::string_view bytes, const std::string& name = "f", const UnpackLimits& limits = {}) {
  Kept out;
  Texts texts;
  OnePart unpacker;
  Intake intake(texts, limits, kNow, unpacker, out);
  MemorySource source(bytes);
  EXPECT_TRUE(intake.read(source, name));
  return out;
}

std::string tls_report() {
  return R"({"organization-name": "o", "report-id": "t1", "date-range": {"start-datetime": "2025-11-25T00:00:00Z",
            "end-datetime": "2025-11-25T23:59:59Z"}, "policies": [{"policy": {"policy-type": "sts", "policy-domain":
            "bank.example"}, "summary": {"total-successful-session-count": 1, "total-failure-session-count": 0}}]})";
}

TEST(Intake, XmlAloneInGzipAndInZip) {
  const auto xml = report();
  EXPECT_THAT(taken(xml).reports, ElementsAre("f r1 1"));
  EXPECT_THAT(taken("\xef\xbb\xbf \r\n" + xml).reports, ElementsAre("f r1 1"));
  EXPECT_THAT(taken(deflated(xml)).reports, ElementsAre("f r1 1"));
  EXPECT_THAT(taken(zipped({{"a.xml", xml}})).reports, ElementsAre("f: a.xml r1 1"));
  EXPECT_THAT(
      taken(zipped({{"folder/", "", true}, {"../../a.xml", xml}, {"b\\c.xml", report("r2"), true}})).reports,
      ElementsAre("f: a.xml r1 1", "f: c.xml r2 1"));
  EXPECT_THAT(taken(deflated(deflated(xml))).reports, ElementsAre("f r1 1"));
  EXPECT_THAT(taken(zipped({{"a.gz", deflated(xml)}, {"b.zip", zipped({{"c.xml", report("r2")}})}})).reports,
              ElementsAre("f: a.gz r1 1", "f: b.zip: c.xml r2 1"));
  // Two members of a gzip file, and what is nobody's behind them.
  const auto half = xml.size() / 2;
  EXPECT_THAT(taken(deflated(xml.substr(0, half)) + deflated(xml.substr(half)) + "rest").reports,
              ElementsAre("f r1 1"));
}

TEST(Intake, WhatIsCutIsReadAsFarAsItGoes) {
  const auto packed = deflated(report("r1", 2000));
  const auto cut = taken(std::string_view(packed).substr(0, packed.size() / 2)).reports;
  ASSERT_EQ(cut.size(), 1U);
  EXPECT_THAT(cut.front(), HasSubstr("cut-short"));
  auto damaged = packed;
  damaged[damaged.size() / 2] = static_cast<char>(~damaged[damaged.size() / 2]);
  EXPECT_EQ(taken(damaged).reports.size() + taken(damaged).aside.size(), 1U);
  const auto zip = zipped({{"a.xml", report("r1", 2000)}});
  EXPECT_THAT(taken(zip.substr(0, zip.size() / 2)).reports, ElementsAre(HasSubstr("cut-short")));
}

TEST(Intake, WhatIsCutBeforeItSaysAnythingIsNotCalledEmpty) {
  const auto packed = deflated(report("r1", 2000));
  for (const std::size_t kept : {2U, 10U, 12U, 40U})
    EXPECT_THAT(taken(std::string_view(packed).substr(0, kept)).aside,
                ElementsAre(HasSubstr("it is truncated")))
        << kept;
  const auto xml = report();
  for (const std::size_t kept : {30U, 60U})
    EXPECT_THAT(taken(std::string_view(xml).substr(0, kept)).aside, ElementsAre(HasSubstr("it is truncated")))
        << kept;
  EXPECT_THAT(taken(zipped({{"a.xml", xml}}).substr(0, 38)).aside, ElementsAre(HasSubstr("truncated")));
  const auto json = tls_report();
  EXPECT_THAT(taken(deflated(json).substr(0, 30)).aside, ElementsAre(HasSubstr("truncated")));
  EXPECT_THAT(taken(std::string_view(json).substr(0, 60)).aside, ElementsAre(HasSubstr("truncated")));
}

TEST(Intake, WhatIsNoReport) {
  EXPECT_THAT(taken("").aside, ElementsAre("f: it is empty"));
  EXPECT_THAT(taken("<!DOCTYPE html><html></html>").aside, ElementsAre("f: it is a web page and no report"));
  EXPECT_THAT(taken("\x01\x02").aside, ElementsAre(HasSubstr("neither XML")));
  EXPECT_THAT(taken("<feedback/>").aside, ElementsAre("f: the report is empty"));
  EXPECT_THAT(taken(zipped({})).aside, ElementsAre("f: the zip archive is empty"));
  EXPECT_THAT(taken("PK\x03\x04").aside, ElementsAre(HasSubstr("has no end")));
  EXPECT_THAT(taken(zipped({{"a", report(), true, 1}})).aside, ElementsAre("f: a: it is encrypted"));
  EXPECT_THAT(taken(zipped({{"a", report(), false, 0, 14}})).aside,
              ElementsAre(HasSubstr("packed in a way")));
  auto broken = zipped({{"a", report()}});
  broken[broken.find("PK\x01\x02")] = 'X';
  EXPECT_THAT(taken(broken).aside, ElementsAre(HasSubstr("is damaged")));
  // One that cannot be read stops no other.
  const auto some = taken(zipped({{"a", "no"}, {"b", report()}, {"c", ""}}));
  EXPECT_THAT(some.reports, ElementsAre("f: b r1 1"));
  EXPECT_THAT(some.aside, ElementsAre(HasSubstr("f: a: it is neither"), "f: c: it is empty"));
}

TEST(Intake, WhatAStrangersArchiveMayCost) {
  const auto zeros = deflated(std::string(std::size_t{512} << 20U, ' '));
  EXPECT_LT(zeros.size(), std::size_t{540} << 10U);
  EXPECT_THAT(taken(zeros).aside, ElementsAre("f: it unpacks to more than 400 times its size"));
  EXPECT_THAT(taken("<feedback>" + zeros).aside, ElementsAre(HasSubstr("it is truncated")));
  EXPECT_THAT(taken(zipped({{"a", std::string(std::size_t{8} << 20U, '<'), false, 0, 8, 0xffffffffU}})).aside,
              ElementsAre(HasSubstr("more than 400 times")));
  const UnpackLimits small{.max_bytes = 10'000, .max_members = 3, .max_archive = 100'000};
  EXPECT_THAT(taken(deflated(report("r1", 100)), "f", small).aside,
              ElementsAre("f: more than 0 MiB come out of it"));
  std::vector<ZipInput> many;
  for (int i = 0; i < 4; ++i) many.push_back({fmt::format("{}.xml", i), report()});
  EXPECT_THAT(taken(zipped(many), "f", small).aside,
              ElementsAre("f: more than 3 files are in the zip archive"));
  many.assign(3, {"a.xml", report("r1", 20), true});
  EXPECT_THAT(taken(zipped(many), "f", small).aside, ElementsAre(HasSubstr("come out of the archive")));
  EXPECT_THAT(taken(zipped({{"a", std::string(200'000, 'x'), true}}), "f", small).aside,
              ElementsAre(HasSubstr("larger than")));
  auto deep = report();
  for (int i = 0; i < 4; ++i) deep = deflated(deep);
  EXPECT_THAT(taken(deep).aside, ElementsAre("f: it stands within 3 others"));
}

TEST(Intake, TlsReportsByEachRoute) {
  const auto json = tls_report();
  EXPECT_THAT(taken(json).reports, ElementsAre("f TLS t1 1"));
  EXPECT_THAT(taken(" \n" + json).reports, ElementsAre("f TLS t1 1"));
  EXPECT_THAT(taken(deflated(json)).reports, ElementsAre("f TLS t1 1"));
  EXPECT_THAT(taken(zipped({{"a.json", json}, {"b.xml", report()}})).reports,
              ElementsAre("f: a.json TLS t1 1", "f: b.xml r1 1"));
  EXPECT_THAT(taken("Name: a.json.gz\n\n" + deflated(json)).reports, ElementsAre("f: a.json.gz TLS t1 1"));
  EXPECT_THAT(taken("From x\nName: a.json\n\n" + json + "\n\nFrom y\nName: b.zip\n\n" +
                    zipped({{"c.json.gz", deflated(json)}}))
                  .reports,
              ElementsAre("f: message 1: a.json TLS t1 1", "f: message 2: b.zip: c.json.gz TLS t1 1"));
  EXPECT_THAT(taken("{\"a\": 1}").aside, ElementsAre(HasSubstr("no TLS report in it")));
  EXPECT_THAT(taken("[1, 2").aside, ElementsAre(HasSubstr("f: ")));
  auto none = json;
  none.replace(none.find("[{"), none.size() - none.find("[{"), "[]}");
  EXPECT_THAT(taken(none).aside, ElementsAre("f: it speaks of no policy"));
  EXPECT_THAT(taken("{\"policies\": \"" + std::string(kMaxTlsBytes, 'x') + "\"}").aside,
              ElementsAre("f: the report is larger than 8 MiB"));
}

TEST(Intake, ExportsOfParsedmarc) {
  for (const auto& text : {exported_json(), exported_tls_json(), exported_failure_json(), exported_csv()})
    EXPECT_THAT(taken(text).aside,
                ElementsAre("f: it is an export of parsedmarc: read it with --from parsedmarc"));
  const auto exports = [](std::string_view bytes) {
    Kept out;
    Texts texts;
    OnePart unpacker;
    Intake intake(texts, {}, kNow, unpacker, out);
    intake.expect_exports();
    MemorySource source(bytes);
    EXPECT_TRUE(intake.read(source, "f"));
    return out;
  };
  EXPECT_THAT(exports("[" + exported_json() + "]").reports, ElementsAre("f: report 1 r1 2"));
  EXPECT_THAT(exports(deflated(exported_csv())).reports, ElementsAre("f: line 2 r1 2"));
  EXPECT_THAT(exports(zipped({{"aggregate.csv", exported_csv()},
                              {"smtp_tls.json", exported_tls_json()},
                              {"forensic.csv", exported_failure_csv()},
                              {"a.xml", report()}}))
                  .reports,
              ElementsAre("f: aggregate.csv: line 2 r1 2",
                          "f: smtp_tls.json: report 1 TLS 2025-11-25T00:00:00Z_bank.example 2",
                          "f: forensic.csv: line 2 failure of bank.example"));
  EXPECT_THAT(exports(report()).aside, ElementsAre(HasSubstr("f: it is no export of parsedmarc")));
  EXPECT_THAT(exports("a,b\n1,2\n").aside, ElementsAre(HasSubstr("f: it is no export of parsedmarc")));
  EXPECT_THAT(exports("").aside, ElementsAre("f: it is empty"));
}

TEST(Intake, ThePeriodOfTheNameWithin) {
  auto xml = report();
  const auto begin = xml.find("<date_range>");
  xml.erase(begin, xml.find("</date_range>") - begin);
  EXPECT_THAT(taken(deflated(xml), "in/o!bank.example!1764028800!1764115199.xml.gz").reports,
              ElementsAre(HasSubstr("no-period")));
  EXPECT_THAT(taken(xml, "nameless").aside, ElementsAre(HasSubstr("of what time")));
}

TEST(Intake, NamesAreShownWithoutWhatDrivesATerminal) {
  EXPECT_THAT(taken(zipped({{"\x1b[2J.xml", report()}}), "f\n").reports,
              ElementsAre("f\\x0a: \\x1b[2J.xml r1 1"));
}

TEST(Intake, MailsAndMboxes) {
  const auto mail = "Name: a.xml.gz\n\n" + deflated(report());
  EXPECT_THAT(taken(mail).reports, ElementsAre("f: a.xml.gz r1 1"));
  EXPECT_THAT(taken("Failure: 1\n\nx").reports, ElementsAre("f failure of bank.example"));
  EXPECT_THAT(taken("Name: a.txt\n\nnothing").aside, ElementsAre("f: the mail has no report"));
  const auto mbox = "From x@y.example Thu\nName: a.xml\n\n" + report("r1") +
                    "\n\nFrom z Thu\r\nName: b.zip\n\n" + zipped({{"c.xml", report("r2")}}) +
                    "\n\nFrom here on it is no mail\n\nFrom q\nName: d.xml\n\nno";
  const auto read = taken(mbox);
  EXPECT_THAT(read.reports, ElementsAre("f: message 1: a.xml r1 1", "f: message 2: b.zip: c.xml r2 1"));
  EXPECT_THAT(read.aside,
              ElementsAre("f: message 3: the mail is empty", "f: message 4: the mail has no report"));
  EXPECT_THAT(taken("A: " + std::string(100'000, 'x') + "\n\n").aside,
              ElementsAre(HasSubstr("longer than 64 KiB")));
  std::string many;
  for (int i = 0; i < 1001; ++i) many += "A: 1\n";
  EXPECT_THAT(taken(many + "\n").aside, ElementsAre(HasSubstr("more than 1000 header fields")));
  const UnpackLimits small{.max_archive = 10'000};
  EXPECT_THAT(
      taken("From x\n" + std::string(20'000, 'x') + "\n\nFrom y\nName: a.xml\n\n" + report(), "f", small)
          .reports,
      ElementsAre("f: message 2: a.xml r1 1"));
  Kept kept;
  Texts texts;
  NoPart unpacker;
  Intake intake(texts, {}, kNow, unpacker, kept);
  MemorySource source("A: 1\n\nx");
  ASSERT_TRUE(intake.read(source, "f"));
  EXPECT_THAT(kept.aside, ElementsAre("f: the mail could not be unpacked: it took too long"));
}

// What is read of an mbox, and how many mails were worth a process.
std::pair<Kept, std::size_t> counted(std::string_view bytes, const UnpackLimits& limits) {
  std::pair<Kept, std::size_t> out;
  Texts texts;
  OnePart unpacker;
  Intake intake(texts, limits, kNow, unpacker, out.first);
  MemorySource source(bytes);
  EXPECT_TRUE(intake.read(source, "f"));
  out.second = unpacker.calls;
  return out;
}

std::string mbox_of(std::size_t count, std::string_view mail = "Name: a.txt\n\nno") {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += fmt::format("From x\n{}\n\n", mail);
  return out;
}

TEST(Intake, MailsOfAnMboxAreCounted) {
  const UnpackLimits limits{.max_parts = 7, .max_mails = 10};
  // The operator's: each a file of its own, up to a number.
  const auto [own, calls] = counted(mbox_of(12), limits);
  EXPECT_EQ(calls, 10U);
  EXPECT_EQ(own.aside.size(), 11U);
  EXPECT_EQ(own.aside.back(), "f: more than 10 mails are in it; the rest was not read");
  EXPECT_EQ(own.files, 11U);
  // By a pipe, all of them are one file.
  auto strangers = limits;
  strangers.each_mail_a_file = false;
  const auto [sent, sent_calls] = counted(mbox_of(12), strangers);
  EXPECT_EQ(sent_calls, 7U);
  EXPECT_THAT(sent.aside,
              testing::Contains("f: more than 7 files and mails are in it; the rest was not read"));
  EXPECT_EQ(sent.files, 1U);
  // Within a mail, as an archive's members.
  const auto nested =
      counted("Name: a.gz\n\n" + deflated(mbox_of(150)), UnpackLimits{.max_members = 5, .max_mails = 100});
  EXPECT_EQ(nested.second, 6U) << "the mail, and five within it";
  EXPECT_LE(UnpackLimits::of_stranger().max_mails, 1000U);
}

TEST(Intake, AnEmptyMailIsNotWorthAProcess) {
  EXPECT_EQ(counted(mbox_of(50, ""), {}).second, 0U);
  EXPECT_EQ(counted(mbox_of(50, "Subject: a\nX: b\n\n \n"), {}).second, 0U);
  EXPECT_THAT(counted("From x\n\n\n", {}).first.aside, ElementsAre("f: message 1: the mail is empty"));
}

TEST(Intake, FilesWithinFilesAreCountedTogether) {
  std::vector<ZipInput> inner;
  for (int i = 0; i < 20; ++i) inner.push_back({fmt::format("{}.xml", i), "no"});
  std::vector<ZipInput> outer;
  for (int i = 0; i < 20; ++i) outer.push_back({fmt::format("{}.zip", i), zipped(inner), true});
  const auto read = taken(zipped(outer), "f", UnpackLimits{.max_parts = 100});
  EXPECT_LE(read.aside.size(), 101U);
  EXPECT_EQ(std::ranges::count_if(read.aside,
                                  [](const std::string& one) { return one.contains("the rest was not"); }),
            1);
}

TEST(Intake, FilesThatShareBytesAreRefused) {
  auto zip = zipped({{"a.xml", report("r1"), true}, {"b.xml", report("r2"), true}});
  EXPECT_EQ(taken(zip).reports.size(), 2U);
  // The second entry of the list points at the first file.
  const auto second = zip.rfind("PK\x01\x02");
  zip.replace(second + 42, 4, std::string(4, '\0'));
  EXPECT_THAT(taken(zip).aside, ElementsAre("f: files in the zip archive share the same bytes"));
}

// Broken off between two reports, or within one.
TEST(Intake, WhoeverStopsItIsHeeded) {
  struct Stopping : Kept {
    std::size_t left = 0;
    base::Result<> heed() override {
      if (left-- == 0) return base::fail(base::ErrorKind::io, "interrupted");
      return {};
    }
  };
  const auto stopped = [](std::string_view bytes, std::size_t after) {
    Stopping out;
    out.left = after;
    Texts texts;
    OnePart unpacker;
    Intake intake(texts, {}, kNow, unpacker, out);
    MemorySource source(bytes);
    const auto read = intake.read(source, "f");
    EXPECT_FALSE(read);
    return out.reports.size();
  };
  std::vector<ZipInput> many;
  for (int i = 0; i < 9; ++i) many.push_back({fmt::format("{}.xml", i), report(fmt::format("r{}", i))});
  EXPECT_EQ(stopped(zipped(many), 4), 4U);
  EXPECT_EQ(stopped(mbox_of(9, "Name: a.xml\n\n" + report()), 4), 4U);
  EXPECT_EQ(stopped(report("r1", 20'000), 1), 0U);
}

TEST(FileSource, RegularFilesAlone) {
  EXPECT_FALSE(FileSource::open("/dev/zero"));
  EXPECT_FALSE(FileSource::open("/"));
  EXPECT_FALSE(FileSource::open("/nonexistent"));
}

TEST(Intake, ArchivesOfTheCorpus) {
  const auto* root = std::getenv("RAMPART_SHARED");
  const auto folder =
      std::filesystem::path(root != nullptr ? root : RAMPART_SOURCE_DIR "/../shared") / "corpus/reports";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no reports in $RAMPART_SHARED";
  Kept kept;
  Texts texts;
  NoPart unpacker;
  Intake intake(texts, {}, kNow, unpacker, kept);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const auto ending = entry.path().extension();
    if (ending != ".xml" && ending != ".gz" && ending != ".zip") continue;
    auto source = FileSource::open(entry.path());
    ASSERT_TRUE(source);
    ASSERT_TRUE(intake.read(**source, entry.path().filename()));
  }
  EXPECT_THAT(kept.aside, IsEmpty());
  EXPECT_GE(kept.reports.size(), 16U);
}

}  // namespace
}  // namespace rampart::reports
