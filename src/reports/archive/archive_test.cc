#include "reports/archive/archive.h"

#include <map>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/archive/days.h"
#include "reports/archive/history.h"
#include "reports/archive/on_archive_test.h"
#include "reports/limits.h"
#include "store/bulk.h"

namespace rampart::reports {
namespace {

using store::Backend;
using testing::ElementsAre;

constexpr std::int64_t kMidnight = 1764028800;  // 2025-11-25
constexpr std::int64_t kFirstDay = kMidnight / kDay;

class ArchiveTest : public OnArchive {
 protected:
  Incoming incoming(std::vector<std::pair<std::string, std::uint64_t>> rows, std::string id = "r1",
                    Trust trust = Trust::verified) {
    Incoming out{.report = {.organisation = "MX",
                            .email = "d@mx.example",
                            .report_id = std::move(id),
                            .begin = kMidnight,
                            .end = kMidnight + kDay - 1,
                            .policy = {.domain = "bank.example", .p = "none"}},
                 .trust = trust,
                 .reporter = "mx.example",
                 .sender = trust == Trust::verified ? "d@mx.example" : "",
                 .origin = "f"};
    std::string outcome;
    append_outcome({.dkim = Aligned::pass, .header_from = "bank.example"}, outcome);
    for (const auto& [address, count] : rows)
      out.report.rows.push_back(
          {.address = texts_.add(address), .outcome = texts_.add(outcome), .count = count});
    return out;
  }
  Fate add(const Incoming& one) {
    const auto fates = archive_->add(std::span(&one, 1), texts_);
    EXPECT_TRUE(fates) << (fates ? "" : fates.error().message());
    return fates ? fates->front() : Fate::refused;
  }
  Fate add_failure(const IncomingFailure& one) {
    return archive_->add_failures(std::span(&one, 1)).value().front();
  }
  // "day address reporter messages estimated", of all days.
  std::vector<std::string> days() {
    std::vector<std::string> out;
    std::map<std::int64_t, std::string> addresses = names("report_address");
    std::map<std::int64_t, std::string> reporters = names("report_reporter");
    auto done = database_->run([&](soci::session& sql) {
      store::each_row(sql, GetParam(),
                      "SELECT day, address, reporter, messages, estimated FROM report_day ORDER BY day, "
                      "address, reporter",
                      5, [&](std::span<const std::int64_t> row) {
                        out.push_back(fmt::format("{} {} {} {} {}", row[0] - kFirstDay, addresses[row[1]],
                                                  reporters[row[2]], row[3], row[4]));
                      });
    });
    EXPECT_TRUE(done) << (done ? "" : done.error().message());
    return out;
  }
  long long rows_of(const std::string& table) {
    long long out = -1;
    (void)database_->run(
        [&](soci::session& sql) { sql << "SELECT COUNT(*) FROM " + table, soci::into(out); });
    return out;
  }
  std::map<std::int64_t, std::string> names(const std::string& table) {
    std::map<std::int64_t, std::string> out;
    (void)database_->run([&](soci::session& sql) {
      soci::rowset<soci::row> rows = (sql.prepare << "SELECT CAST(id AS TEXT), text FROM " + table);
      for (const auto& row : rows) out.emplace(std::stoll(row.get<std::string>(0)), row.get<std::string>(1));
    });
    return out;
  }

  Texts texts_;
};
INSTANTIATE_TEST_SUITE_P(Reports, ArchiveTest, ::testing::Values(Backend::sqlite, Backend::postgresql),
                         store::backend_name);

TEST_P(ArchiveTest, EachReportOnce) {
  const auto first = incoming({{"192.0.2.1", 3}, {"192.0.2.2", 4}});
  EXPECT_EQ(add(first), Fate::added);
  EXPECT_EQ(add(first), Fate::duplicate);
  archive_->forget();
  EXPECT_EQ(add(first), Fate::duplicate);
  EXPECT_EQ(add(incoming({{"192.0.2.1", 5}}, "r2")), Fate::added);
  EXPECT_THAT(days(),
              ElementsAre("0 192.0.2.1 verified mx.example 8 0", "0 192.0.2.2 verified mx.example 4 0"));
  // All in one batch, too.
  const std::vector<Incoming> batch{incoming({{"192.0.2.3", 1}}, "r3"), incoming({{"192.0.2.3", 1}}, "r3")};
  EXPECT_THAT(archive_->add(batch, texts_).value(), ElementsAre(Fate::added, Fate::duplicate));
}

TEST_P(ArchiveTest, ACorrectionReplaces) {
  EXPECT_EQ(add(incoming({{"192.0.2.1", 3}, {"192.0.2.2", 4}})), Fate::added);
  EXPECT_EQ(add(incoming({{"192.0.2.1", 9}, {"192.0.2.3", 1}})), Fate::replaced);
  EXPECT_THAT(days(),
              ElementsAre("0 192.0.2.1 verified mx.example 9 0", "0 192.0.2.3 verified mx.example 1 0"));
}

TEST_P(ArchiveTest, AUserOfTheReportersDomainReplacesNothing) {
  EXPECT_EQ(add(incoming({{"192.0.2.1", 3}})), Fate::added);
  auto forged = incoming({{"192.0.2.1", 900}});
  forged.sender = "mallory@mx.example";
  EXPECT_EQ(add(forged), Fate::refused) << "in the reporter's name";
  EXPECT_THAT(days(), ElementsAre("0 192.0.2.1 verified mx.example 3 0"));
  forged.report.email = "mallory@mx.example";
  EXPECT_EQ(add(forged), Fate::told_apart) << "in her own";
  // She cannot get hold of one by sending a copy of it either.
  auto given = incoming({{"192.0.2.2", 3}}, "r2", Trust::imported);
  EXPECT_EQ(add(given), Fate::added);
  auto copy = incoming({{"192.0.2.2", 3}}, "r2");
  copy.sender = "mallory@mx.example";
  EXPECT_EQ(add(copy), Fate::duplicate);
  copy.report.rows.front().count = 900;
  EXPECT_NE(add(copy), Fate::replaced);
  EXPECT_EQ(add(incoming({{"192.0.2.2", 4}}, "r2")), Fate::replaced) << "the reporter's own correction";
}

TEST_P(ArchiveTest, ACorrectionWithoutRowsReplacesNothing) {
  EXPECT_EQ(add(incoming({{"192.0.2.1", 3}})), Fate::added);
  EXPECT_EQ(add(incoming({})), Fate::refused);
  EXPECT_EQ(add(incoming({{"192.0.2.1", 0}})), Fate::refused);
  EXPECT_THAT(days(), ElementsAre("0 192.0.2.1 verified mx.example 3 0"));
}

TEST_P(ArchiveTest, AnIdThatIsGivenToEverythingStaysCheap) {
  // Told apart up to a number, and each is compared with what is there, of which the rows are few.
  for (std::size_t i = 0; i <= kMaxSameId; ++i)
    EXPECT_EQ(add(incoming({{fmt::format("192.0.2.{}", i), 1}})), i == 0            ? Fate::added
                                                                  : i == kMaxSameId ? Fate::too_often
                                                                                    : Fate::told_apart);
  const auto before = archive_->work();
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(add(incoming({{fmt::format("198.51.100.{}", i), 1}})), Fate::too_often);
  EXPECT_LE(archive_->work().met - before.met, 20 * kMaxSameId);
  EXPECT_LE(archive_->work().compared - before.compared, 20 * (kMaxCompared + kComparedShare * 100));
  EXPECT_EQ(add(incoming({{"192.0.2.1", 9}})), Fate::replaced) << "a correction is one all the same";
}

TEST_P(ArchiveTest, ASmallReportIsNotComparedWithHugeOnes) {
  std::vector<std::pair<std::string, std::uint64_t>> rows;
  for (std::size_t i = 0; i < 120'000; ++i)
    rows.emplace_back(fmt::format("10.{}.{}.{}", i / 65536, i / 256 % 256, i % 256), kMaxCount);
  EXPECT_EQ(add(incoming(rows)), Fate::added);
  const auto before = archive_->work();
  EXPECT_EQ(add(incoming({{"10.0.0.1", 2}})), Fate::too_often);
  EXPECT_EQ(archive_->work().compared, before.compared);
  rows.front().second = 2;
  EXPECT_EQ(add(incoming(rows)), Fate::replaced);
}

// Ids can be guessed: neither many forged reports nor a large one keep the genuine one out.
TEST_P(ArchiveTest, WhatAnybodySentTakesNoRoom) {
  for (std::size_t i = 0; i < kMaxSameId; ++i)
    EXPECT_NE(add(incoming({{fmt::format("203.0.113.{}", i), 1}}, "r1", Trust::unverified)), Fate::too_often);
  EXPECT_EQ(add(incoming({{"203.0.113.200", 1}}, "r1", Trust::unverified)), Fate::too_often);
  EXPECT_EQ(add(incoming({{"192.0.2.1", 3}})), Fate::told_apart);
  EXPECT_EQ(add(incoming({{"192.0.2.2", 4}}, "r1", Trust::imported)), Fate::told_apart);
  EXPECT_EQ(rows_of("report"), static_cast<long long>(kMaxSameId)) << "two forged ones gave way";
  std::vector<std::pair<std::string, std::uint64_t>> many;
  for (int i = 0; i < 400'000; ++i)
    many.emplace_back(fmt::format("10.{}.{}.{}", i >> 16, i >> 8 & 255, i & 255), 1);
  EXPECT_EQ(add(incoming(many, "r2", Trust::unverified)), Fate::added);
  EXPECT_EQ(add(incoming({{"192.0.2.1", 5}}, "r2")), Fate::told_apart);
  EXPECT_EQ(add(incoming({{"192.0.2.1", 5}}, "r2")), Fate::duplicate);
}

TEST_P(ArchiveTest, AnIdThatWasGivenTwice) {
  EXPECT_EQ(add(incoming({{"192.0.2.1", 3}})), Fate::added);
  const auto other = incoming({{"192.0.2.9", 1}});
  EXPECT_EQ(add(other), Fate::told_apart);
  EXPECT_EQ(add(other), Fate::duplicate);
  EXPECT_THAT(days(),
              ElementsAre("0 192.0.2.1 verified mx.example 3 0", "0 192.0.2.9 verified mx.example 1 0"));
}

TEST_P(ArchiveTest, NobodyReplacesWhatIsBelievedMore) {
  EXPECT_EQ(add(incoming({{"192.0.2.1", 3}})), Fate::added);
  EXPECT_EQ(add(incoming({{"192.0.2.1", 1}}, "r1", Trust::unverified)), Fate::refused);
  EXPECT_EQ(add(incoming({{"192.0.2.1", 3}}, "r1", Trust::unverified)), Fate::duplicate);
  EXPECT_THAT(days(), ElementsAre("0 192.0.2.1 verified mx.example 3 0"));
  // The other way round the genuine one takes the place.
  EXPECT_EQ(add(incoming({{"192.0.2.1", 7}}, "r2", Trust::unverified)), Fate::added);
  EXPECT_EQ(add(incoming({{"192.0.2.1", 2}}, "r2")), Fate::replaced);
  EXPECT_THAT(days(), ElementsAre("0 192.0.2.1 verified mx.example 5 0"));
  // And what was not believed is, when it comes again with a signature.
  EXPECT_EQ(add(incoming({{"192.0.2.1", 1}}, "r3", Trust::unverified)), Fate::added);
  EXPECT_EQ(days().size(), 2U);
  EXPECT_EQ(add(incoming({{"192.0.2.1", 1}}, "r3")), Fate::duplicate);
  EXPECT_THAT(days(), ElementsAre("0 192.0.2.1 verified mx.example 6 0"));
}

TEST_P(ArchiveTest, ARangeOverSeveralDaysIsSpreadAndMarked) {
  auto wide = incoming({{"192.0.2.1", 10}});
  wide.report.begin += kDay / 2;
  wide.report.end += kDay;
  EXPECT_EQ(add(wide), Fate::added);
  EXPECT_THAT(days(),
              ElementsAre("0 192.0.2.1 verified mx.example 3 3", "1 192.0.2.1 verified mx.example 7 7"));
  auto corrected = incoming({{"192.0.2.1", 1}});
  corrected.report.begin = wide.report.begin;
  corrected.report.end = wide.report.end;
  EXPECT_EQ(add(corrected), Fate::replaced);
  EXPECT_THAT(days(), ElementsAre("1 192.0.2.1 verified mx.example 1 1"));
}

TEST_P(ArchiveTest, TextsThatAreHard) {
  auto hard = incoming({{"192.0.2.1", 1}}, "id\t\\N\n'\"");
  std::string outcome;
  append_outcome({.header_from = "b\xc3\xbc\\cher.example", .reasons = {{Override::other, "a\\tb"}}},
                 outcome);
  hard.report.rows.push_back(
      {.address = texts_.add(""), .outcome = texts_.add(outcome), .count = std::uint64_t{1} << 53U});
  hard.report.organisation = "\xe2\x82\xac; DROP TABLE report; --";
  EXPECT_EQ(add(hard), Fate::added);
  EXPECT_EQ(add(hard), Fate::duplicate);
  EXPECT_THAT(days(), testing::UnorderedElementsAre("0 192.0.2.1 verified mx.example 1 0",
                                                    "0  verified mx.example 4294967296 0"));
}

// As an export of parsedmarc has it: another head, perhaps other outcomes, a part of the id, and times in another zone.
TEST_P(ArchiveTest, AnExportAndWhatItWasMadeOfAreOne) {
  auto original = incoming({{"192.0.2.1", 3}, {"192.0.2.2", 4}}, "<r1@mx.example>", Trust::imported);
  auto json = incoming({{"192.0.2.1", 3}}, "r1", Trust::imported);
  std::string poorer;
  append_outcome({.dkim = Aligned::pass}, poorer);
  json.report.rows.push_back({.address = texts_.add("192.0.2.2"), .outcome = texts_.add(poorer), .count = 4});
  json.report.policy.sp = "none";
  json.report.begin -= 5 * 3600;
  json.report.end -= 5 * 3600;
  json.fidelity = Fidelity::json_export;
  auto csv = json;
  csv.report.begin = original.report.begin;
  csv.report.end = original.report.end;
  csv.fidelity = Fidelity::csv_export;
  const auto all = [](const std::vector<std::string>& lines) {
    std::int64_t out = 0;
    for (const auto& line : lines) out += std::stoll(line.substr(line.rfind(' ', line.rfind(' ') - 1)));
    return out;
  };
  EXPECT_EQ(add(csv), Fate::added);
  EXPECT_EQ(add(csv), Fate::duplicate);
  EXPECT_EQ(add(json), Fate::replaced) << "it says more";
  EXPECT_EQ(add(csv), Fate::duplicate);
  EXPECT_EQ(add(json), Fate::duplicate);
  EXPECT_EQ(all(days()), 7);
  EXPECT_EQ(add(original), Fate::replaced);
  EXPECT_EQ(all(days()), 7);
  for (const auto* poor : {&json, &csv}) EXPECT_EQ(add(*poor), Fate::duplicate);
  EXPECT_EQ(add(original), Fate::duplicate);
  EXPECT_THAT(days(),
              ElementsAre("0 192.0.2.1 imported mx.example 3 0", "0 192.0.2.2 imported mx.example 4 0"));
  // Another day's, with the same id, and one with other addresses are none of it.
  auto next = json;
  next.report.begin += kDay;
  next.report.end += kDay;
  EXPECT_EQ(add(next), Fate::added);
  auto other = json;
  other.report.rows = {{.address = texts_.add("203.0.113.1"), .outcome = texts_.add(poorer), .count = 1}};
  EXPECT_EQ(add(other), Fate::added);
}

TEST_P(ArchiveTest, HowFarAnExportIsBelieved) {
  auto given = incoming({{"192.0.2.1", 3}}, "r1", Trust::imported);
  given.fidelity = Fidelity::json_export;
  EXPECT_EQ(add(given), Fate::added);
  EXPECT_EQ(add(incoming({{"192.0.2.1", 3}}, "r1", Trust::unverified)), Fate::duplicate);
  EXPECT_EQ(add(incoming({{"192.0.2.1", 9}}, "r1", Trust::unverified)), Fate::refused);
  EXPECT_EQ(add(incoming({{"192.0.2.1", 9}}, "r1", Trust::verified)), Fate::replaced);
  EXPECT_THAT(days(), ElementsAre("0 192.0.2.1 verified mx.example 9 0"));
  EXPECT_EQ(add(given), Fate::duplicate);
  // The operator vouches for what a stranger sent, where both say the same.
  EXPECT_EQ(add(incoming({{"192.0.2.2", 5}}, "r2", Trust::unverified)), Fate::added);
  auto vouched = incoming({{"192.0.2.2", 5}}, "r2", Trust::imported);
  vouched.fidelity = Fidelity::csv_export;
  EXPECT_EQ(add(vouched), Fate::duplicate);
  EXPECT_THAT(days(),
              ElementsAre("0 192.0.2.1 verified mx.example 9 0", "0 192.0.2.2 imported mx.example 5 0"));
}

TEST_P(ArchiveTest, AFailureReportAndItsExportAreOne) {
  FailureReport original{.user_agent = "X",
                         .source_ip = "192.0.2.1",
                         .reported_domain = "bank.example",
                         .spf_dns = "txt",
                         .message_id = "<1@bank.example>"};
  auto exported = original;
  exported.spf_dns.clear();
  const auto add = [&](const FailureReport& report, Fidelity fidelity) {
    return add_failure({.report = report, .trust = Trust::imported, .origin = "f", .fidelity = fidelity});
  };
  EXPECT_EQ(add(exported, Fidelity::json_export), Fate::added);
  EXPECT_EQ(add(original, Fidelity::original), Fate::replaced);
  EXPECT_EQ(add(original, Fidelity::original), Fate::duplicate);
  EXPECT_EQ(add(exported, Fidelity::json_export), Fate::duplicate);
  EXPECT_EQ(add(exported, Fidelity::csv_export), Fate::duplicate);
  exported.message_id = "<2@bank.example>";
  EXPECT_EQ(add(exported, Fidelity::csv_export), Fate::added);
}

TEST_P(ArchiveTest, FailureReportsOnce) {
  const FailureReport report{.reported_domain = "bank.example", .subject = "x"};
  EXPECT_EQ(add_failure({.report = report, .trust = Trust::imported, .origin = "f"}), Fate::added);
  EXPECT_EQ(add_failure({.report = report, .trust = Trust::imported, .origin = "g"}), Fate::duplicate);
}

TEST_P(ArchiveTest, WhatEndsAWorkerIsRemembered) {
  EXPECT_EQ(archive_->killer("abc").value(), std::nullopt);
  EXPECT_TRUE(archive_->note_killer("abc", "it took too long", {}));
  EXPECT_TRUE(archive_->note_killer("abc", "another", {}));
  EXPECT_EQ(archive_->killer("abc").value(), "it took too long");
}

TEST_P(ArchiveTest, WhatIsOldGoes) {
  EXPECT_EQ(add(incoming({{"192.0.2.1", 3}})), Fate::added);
  auto later = incoming({{"192.0.2.1", 4}}, "r2");
  later.report.begin += 10 * kDay;
  later.report.end += 10 * kDay;
  EXPECT_EQ(add(later), Fate::added);
  EXPECT_EQ(archive_->prune(base::Time(std::chrono::seconds(kMidnight + 5 * kDay))).value().reports, 1U);
  EXPECT_THAT(days(), ElementsAre("10 192.0.2.1 verified mx.example 4 0"));
}

TEST_P(ArchiveTest, ABacklogStaysAsLongAsANewReport) {
  const auto at = [](std::int64_t day) { return base::Time(std::chrono::seconds(kMidnight + day * kDay)); };
  auto old = incoming({{"192.0.2.1", 3}});
  old.received = at(0);
  auto backlog = incoming({{"192.0.2.1", 4}, {"192.0.2.2", 1}}, "r2");
  backlog.received = at(10);
  auto recent = incoming({{"192.0.2.3", 5}}, "r3");
  recent.report.begin += 9 * kDay;
  recent.report.end += 9 * kDay;
  recent.received = at(10);
  for (const auto* one : {&old, &backlog, &recent}) EXPECT_EQ(add(*one), Fate::added);
  EXPECT_EQ(archive_->prune(at(5)).value().reports, 1U);
  EXPECT_THAT(days(),
              ElementsAre("0 192.0.2.1 verified mx.example 4 0", "0 192.0.2.2 verified mx.example 1 0",
                          "9 192.0.2.3 verified mx.example 5 0"));
  EXPECT_EQ(rows_of("report_since"), 3);
  EXPECT_FALSE(archive_->prune(at(5)).value().any());
  EXPECT_EQ(archive_->prune(at(11)).value().reports, 2U);
  EXPECT_THAT(days(), ElementsAre());
  EXPECT_EQ(rows_of("report_since"), 0);
  const FailureReport failure{.reported_domain = "bank.example"};
  EXPECT_EQ(add_failure({.report = failure, .origin = "f", .received = at(1)}), Fate::added);
  EXPECT_TRUE(archive_->keep_aside(std::vector<Archive::Aside>{{"f", "it is empty"}}, at(1)));
  const auto pruned = archive_->prune(at(2)).value();
  EXPECT_EQ(pruned.failures, 1U);
  EXPECT_EQ(pruned.aside, 1U);
}

TEST_P(ArchiveTest, RowsTimesDaysHaveALimit) {
  auto wide = incoming({});
  wide.report.end = wide.report.begin + 399 * kDay;
  for (std::size_t i = 0; i < 10'026; ++i)
    wide.report.rows.push_back(
        {.address = texts_.add(std::to_string(i)), .outcome = texts_.add("x"), .count = 1});
  EXPECT_EQ(add(wide), Fate::too_large);
}

TEST_P(ArchiveTest, TheHistoryOfADomain) {
  auto passing = incoming({{"192.0.2.1", 3}, {"192.0.2.2", 4}});
  std::string failing;
  append_outcome({.disposition = Disposition::reject, .dkim = Aligned::fail, .spf = Aligned::fail}, failing);
  passing.report.rows.push_back(
      {.address = texts_.add("203.0.113.9"), .outcome = texts_.add(failing), .count = 9});
  EXPECT_EQ(add(passing), Fate::added);
  auto later = incoming({{"192.0.2.1", 5}}, "r2");
  later.report.begin += kDay;
  later.report.end += kDay;
  EXPECT_EQ(add(later), Fate::added);
  EXPECT_EQ(add(incoming({{"192.0.2.1", 100}}, "r3", Trust::unverified)), Fate::added);
  const auto history = read_history(*database_, "bank.example", kFirstDay, kFirstDay + 1).value();
  EXPECT_EQ(history.reports, 2U);
  EXPECT_EQ(history.uncounted, 1U);
  ASSERT_EQ(history.seen.size(), 4U);
  EXPECT_EQ(history.reporters[history.seen[0].reporter].trust, Trust::unverified);
  EXPECT_EQ(history.addresses[history.seen[1].address], "203.0.113.9");
  EXPECT_EQ(history.outcomes[history.seen[1].outcome].disposition, Disposition::reject);
  EXPECT_EQ(history.seen[2].messages, 8U);
  EXPECT_EQ(history.seen[2].first_day, kFirstDay);
  EXPECT_EQ(history.seen[2].last_day, kFirstDay + 1);
  ASSERT_EQ(history.days.size(), 2U);
  EXPECT_EQ(history.days[0].dkim, 7U);
  EXPECT_EQ(history.days[0].fail, 9U);
  EXPECT_EQ(history.days[1].messages(), 5U);
  EXPECT_EQ(read_history(*database_, "bank.example", kFirstDay + 1, kFirstDay + 1)->reports, 1U);
  EXPECT_TRUE(read_history(*database_, "else.example", 0, 99'999)->seen.empty());
  const auto domains = read_domains(*database_, kFirstDay, kFirstDay).value();
  ASSERT_EQ(domains.size(), 1U);
  EXPECT_EQ(domains[0].domain, "bank.example");
  EXPECT_EQ(domains[0].total.messages(), 16U);
}

// Anybody can send reports of any domain, so they come last and count for nothing; hidden they are not.
TEST_P(ArchiveTest, DomainsOfUnknownOriginComeLast) {
  auto large = incoming({{"192.0.2.9", 900}}, "r2", Trust::unverified);
  large.report.policy.domain = "aaa.example";
  EXPECT_EQ(add(large), Fate::added);
  EXPECT_EQ(add(incoming({{"192.0.2.1", 3}})), Fate::added);
  auto later = incoming({{"192.0.2.8", 5}}, "r3", Trust::unverified);
  later.report.begin += kDay;
  later.report.end += kDay;
  EXPECT_EQ(add(later), Fate::added);
  const auto domains = read_domains(*database_, kFirstDay, kFirstDay + 9).value();
  ASSERT_EQ(domains.size(), 2U);
  EXPECT_EQ(domains[0].domain, "bank.example");
  EXPECT_EQ(domains[0].total.messages(), 3U);
  EXPECT_EQ(domains[0].uncounted, 5U);
  EXPECT_EQ(domains[0].last_day, kFirstDay) << "of those that count";
  EXPECT_EQ(domains[1].total.messages(), 0U);
  EXPECT_EQ(domains[1].uncounted, 900U);
  EXPECT_EQ(domains[1].last_day, kFirstDay);
}

std::vector<std::string> spread(std::int64_t first, std::int64_t last, std::int64_t count) {
  std::vector<std::string> out;
  Days(first, last).spread(count, [&](std::int64_t day, std::int64_t part) {
    out.push_back(fmt::format("{}:{}", day, part));
  });
  return out;
}

TEST(DaysTest, PartsAddUp) {
  EXPECT_THAT(spread(0, kDay - 1, 5), ElementsAre("0:5"));
  EXPECT_THAT(spread(0, kDay, 5), ElementsAre("0:5"));
  EXPECT_THAT(spread(10, 10, 5), ElementsAre("0:5"));
  EXPECT_THAT(spread(kDay, kDay, 5), ElementsAre("1:5"));
  EXPECT_THAT(spread(kDay / 2, kDay + kDay / 2 - 1, 10), ElementsAre("0:5", "1:5"));
  EXPECT_THAT(spread(0, 4 * kDay - 1, 2), ElementsAre("1:1", "3:1"));
  EXPECT_THAT(spread(-kDay, -1, 1), ElementsAre("-1:1"));
  EXPECT_THAT(spread(0, 2 * kDay - 1, std::int64_t{1} << 53U),
              ElementsAre("0:4503599627370496", "1:4503599627370496"));
}

TEST(Packed, ReadsBackWhatItSays) {
  const std::vector<PackedRow> rows{{1, 5, 1}, {1, 6, 0}, {300, 2, std::int64_t{1} << 53U}};
  EXPECT_EQ(unpack_rows(pack(rows)), rows);
  EXPECT_EQ(unpack_rows(pack({})), std::vector<PackedRow>());
  EXPECT_FALSE(unpack_rows(""));
  EXPECT_FALSE(unpack_rows("AQE="));
}

}  // namespace
}  // namespace rampart::reports
