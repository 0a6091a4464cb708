#include "reports/archive/tls.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/archive/days.h"
#include "reports/archive/on_archive_test.h"
#include "reports/archive/tls_history.h"

namespace rampart::reports {
namespace {

using store::Backend;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t kMidnight = 1764028800;  // 2025-11-25
constexpr std::int64_t kFirstDay = kMidnight / kDay;

TlsFailure expired(std::uint64_t sessions, std::string sender = "192.0.2.1") {
  return {.result = TlsResult::certificate_expired,
          .result_text = "certificate-expired",
          .sending_address = std::move(sender),
          .receiving_host = "mx1.bank.example",
          .sessions = sessions};
}

class TlsArchiveTest : public OnArchive {
 protected:
  static IncomingTls incoming(std::uint64_t successful, std::vector<TlsFailure> failures,
                              std::string id = "r1", Trust trust = Trust::verified) {
    TlsPolicy policy{.type = TlsPolicyType::sts,
                     .domain = "bank.example",
                     .lines = {"version: STSv1", "mode: \xe2\x82\xac"},
                     .hosts = {"*.bank.example"},
                     .successful = successful,
                     .failures = std::move(failures)};
    for (const auto& failure : policy.failures) policy.failed += failure.sessions;
    return {.report = {.organisation = "MX Inc.",
                       .contact = "TLS@mx.example",
                       .report_id = std::move(id),
                       .begin = kMidnight,
                       .end = kMidnight + kDay - 1,
                       .policies = {policy}},
            .trust = trust,
            .reporter = trust == Trust::verified ? "mx.example" : "",
            .sender = trust == Trust::verified ? "tls@mx.example" : "",
            .origin = "f"};
  }
  Fate add(const IncomingTls& one) {
    const auto fates = archive_->add_tls(std::span(&one, 1));
    EXPECT_TRUE(fates) << (fates ? "" : fates.error().message());
    return fates ? fates->front() : Fate::too_large;
  }
  // "day reporter result host sessions".
  std::vector<std::string> seen(std::string_view domain = "bank.example") {
    const auto history = read_tls_history(*database_, domain, kFirstDay, kFirstDay + 30);
    EXPECT_TRUE(history) << (history ? "" : history.error().message());
    std::vector<std::string> out;
    for (const auto& one : history->seen)
      out.push_back(fmt::format("{} {} {} {} {}{}", one.day - kFirstDay, one.reporter,
                                one.failed ? one.result : "success", one.host, one.sessions,
                                one.estimated ? " estimated" : ""));
    return out;
  }
};
INSTANTIATE_TEST_SUITE_P(Reports, TlsArchiveTest, ::testing::Values(Backend::sqlite, Backend::postgresql),
                         store::backend_name);

// A report that evil.example signed, and that calls itself as another does.
IncomingTls by_evil(IncomingTls forged) {
  forged.report.contact = "tls@evil.example";
  forged.reporter = "evil.example";
  forged.sender = "tls@evil.example";
  return forged;
}

TEST_P(TlsArchiveTest, NobodySpeaksForWhomHeCallsHimselfAs) {
  EXPECT_EQ(add(incoming(5, {})), Fate::added);
  EXPECT_EQ(add(by_evil(incoming(9, {expired(3)}))), Fate::added);
  EXPECT_EQ(add(by_evil(incoming(8, {expired(4)}, "r2"))), Fate::added);
  EXPECT_THAT(seen(), ElementsAre("0 evil.example success  17",
                                  "0 evil.example certificate-expired mx1.bank.example 7",
                                  "0 mx.example success  5"));
  // Of one that was given nobody knows more than what it says.
  auto given = incoming(1, {}, "r3", Trust::imported);
  given.reporter = given.sender = "";
  EXPECT_EQ(add(given), Fate::added);
  EXPECT_THAT(seen().back(), "0 mx.example success  5");
  EXPECT_THAT(seen(), testing::Contains("0 mx inc. success  1"));
}

TEST_P(TlsArchiveTest, AUserOfTheReportersDomainReplacesNothing) {
  auto real = incoming(5, {});
  EXPECT_EQ(add(real), Fate::added);
  auto forged = incoming(9, {});
  forged.sender = "mallory@mx.example";
  EXPECT_EQ(add(forged), Fate::refused) << "in the reporter's name";
  forged.report.contact = "mallory@mx.example";
  EXPECT_EQ(add(forged), Fate::told_apart) << "in her own";
  EXPECT_THAT(seen(), ElementsAre("0 mx.example success  14"));
  EXPECT_EQ(add(incoming(6, {})), Fate::replaced) << "the reporter's own correction";
  EXPECT_THAT(seen(), ElementsAre("0 mx.example success  15"));
  // From another mailbox than it names, which is always the same.
  const auto google = [&](std::uint64_t sessions) {
    auto out = incoming(sessions, {}, "g1");
    out.sender = "noreply-tls@mx.example";
    return out;
  };
  EXPECT_EQ(add(google(1)), Fate::added);
  EXPECT_EQ(add(google(2)), Fate::replaced);
}

TEST_P(TlsArchiveTest, ACorrectionThatSaysNothingReplacesNothing) {
  EXPECT_EQ(add(incoming(5, {})), Fate::added);
  EXPECT_EQ(add(incoming(0, {})), Fate::refused);
  EXPECT_THAT(seen(), ElementsAre("0 mx.example success  5"));
}

TEST_P(TlsArchiveTest, AnIdThatIsGivenToEverythingStaysCheap) {
  for (std::size_t i = 0; i <= kMaxSameId; ++i) {
    auto one = incoming(i + 1, {});
    one.sender = fmt::format("m{}@mx.example", i);
    EXPECT_EQ(add(one), i == 0 ? Fate::added : i == kMaxSameId ? Fate::too_often : Fate::told_apart) << i;
  }
  EXPECT_EQ(add(by_evil(incoming(1, {}))), Fate::added) << "who keeps nobody else out";
}

TEST_P(TlsArchiveTest, ReportsOfBeforeTheirSendersWereKept) {
  EXPECT_EQ(add(incoming(5, {}, "r1", Trust::imported)), Fate::added);
  EXPECT_TRUE(database_->run([](soci::session& sql) {
    sql << "UPDATE report_tls SET identity = alias, sender = '', contact = voice, reporter = organisation";
  }));
  EXPECT_EQ(add(incoming(5, {})), Fate::duplicate);
  EXPECT_THAT(seen(), ElementsAre("0 mx.example success  5"));
}

TEST_P(TlsArchiveTest, EachReportOnceAndACorrectionReplaces) {
  const auto first = incoming(40, {expired(2)});
  EXPECT_EQ(add(first), Fate::added);
  EXPECT_EQ(add(first), Fate::duplicate);
  EXPECT_THAT(seen(),
              ElementsAre("0 mx.example success  40", "0 mx.example certificate-expired mx1.bank.example 2"));
  EXPECT_EQ(add(incoming(41, {expired(1)})), Fate::replaced);
  EXPECT_EQ(add(incoming(1, {}, "r2")), Fate::added);
  EXPECT_THAT(seen(),
              ElementsAre("0 mx.example success  42", "0 mx.example certificate-expired mx1.bank.example 1"));
  auto later = incoming(7, {});
  later.report.begin += kDay;
  later.report.end += kDay;
  EXPECT_EQ(add(later), Fate::added) << "the same id, for another day";
  auto other = incoming(7, {});
  other.report.organisation = "Else";
  EXPECT_EQ(add(other), Fate::added) << "the same id, of another reporter";
}

TEST_P(TlsArchiveTest, NobodyReplacesWhatIsBelievedMore) {
  EXPECT_EQ(add(incoming(40, {}, "r1", Trust::unverified)), Fate::added);
  EXPECT_THAT(seen(), IsEmpty());
  EXPECT_EQ(read_tls_history(*database_, "bank.example", kFirstDay, kFirstDay)->uncounted, 1U);
  EXPECT_EQ(add(incoming(40, {})), Fate::duplicate);
  EXPECT_THAT(seen(), ElementsAre("0 mx.example success  40")) << "it came again with a signature";
  EXPECT_EQ(add(incoming(99, {}, "r1", Trust::unverified)), Fate::refused);
  EXPECT_THAT(seen(), ElementsAre("0 mx.example success  40"));
}

TEST_P(TlsArchiveTest, WhoIsHeeded) {
  EXPECT_EQ(add(incoming(1, {expired(900)})), Fate::added);
  const HeedReporter nobody = [](const StoredReporter& reporter) { return reporter.name == "google.com"; };
  const auto history = *read_tls_history(*database_, "bank.example", kFirstDay, kFirstDay, nobody);
  EXPECT_THAT(history.seen, IsEmpty());
  EXPECT_EQ(history.uncounted, 1U);
}

TEST_P(TlsArchiveTest, WhoGuessedAnIdKeepsNobodyOut) {
  EXPECT_EQ(add(incoming(99, {}, "r1", Trust::unverified)), Fate::added);
  EXPECT_EQ(add(by_evil(incoming(98, {}, "r1", Trust::unverified))), Fate::added);
  EXPECT_EQ(add(incoming(40, {})), Fate::replaced);
  EXPECT_THAT(seen(), ElementsAre("0 mx.example success  40"));
}

TEST_P(TlsArchiveTest, AnExportAndWhatItWasMadeOfAreOne) {
  auto exported = incoming(40, {expired(2)});
  exported.report.policies[0].hosts.clear();
  exported.report.contact.clear();
  exported.trust = Trust::imported;
  exported.reporter = exported.sender = "";
  exported.fidelity = Fidelity::csv_export;
  EXPECT_EQ(add(exported), Fate::added);
  EXPECT_EQ(add(incoming(40, {expired(2)})), Fate::replaced);
  EXPECT_EQ(add(exported), Fate::duplicate);
  EXPECT_THAT(seen(),
              ElementsAre("0 mx.example success  40", "0 mx.example certificate-expired mx1.bank.example 2"));
}

TEST_P(TlsArchiveTest, SeveralDomainsAndDays) {
  auto report = incoming(40, {expired(2)});
  report.report.policies.push_back({.domain = "news.bank.example", .successful = 3, .failed = 5});
  report.report.end += kDay;
  EXPECT_EQ(add(report), Fate::added);
  EXPECT_THAT(seen(), ElementsAre("0 mx.example success  20 estimated",
                                  "0 mx.example certificate-expired mx1.bank.example 1 estimated",
                                  "1 mx.example success  20 estimated",
                                  "1 mx.example certificate-expired mx1.bank.example 1 estimated"));
  EXPECT_EQ(seen("news.bank.example").size(), 4U) << "failures without details, too";
  const auto domains = read_tls_domains(*database_, kFirstDay, kFirstDay + 1).value();
  ASSERT_EQ(domains.size(), 2U);
  EXPECT_EQ(domains[1].domain, "news.bank.example");
  EXPECT_EQ(domains[1].successful, 3U);
  EXPECT_EQ(domains[1].failed, 5U);
  EXPECT_EQ(domains[0].last_day, kFirstDay + 1);
  EXPECT_THAT(read_tls_domains(*database_, kFirstDay + 2, kFirstDay + 9).value(), IsEmpty());
}

TEST_P(TlsArchiveTest, WhatIsOldGoes) {
  EXPECT_EQ(add(incoming(40, {})), Fate::added);
  auto later = incoming(41, {}, "r2");
  later.received = base::Time(std::chrono::seconds(kMidnight + 9 * kDay));
  EXPECT_EQ(add(later), Fate::added);
  EXPECT_EQ(archive_->prune(base::Time(std::chrono::seconds(kMidnight + 5 * kDay))).value().tls_reports, 1U);
  EXPECT_THAT(seen(), ElementsAre("0 mx.example success  41"));
}

TEST_P(TlsArchiveTest, CountsOfStrangersAddUp) {
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(add(incoming(kMaxCount, {expired(kMaxCount)}, std::to_string(i))), Fate::added);
  EXPECT_EQ(read_tls_domains(*database_, kFirstDay, kFirstDay)->front().failed, 3 * kMaxCount);
  EXPECT_EQ(seen().size(), 2U);
}

TEST(TlsFactsTest, ReadBackAsTheyWere) {
  const auto report = [] {
    TlsPolicy policy{
        .type = TlsPolicyType::tlsa, .domain = "bank.example", .lines = {"3 1 1 \"x\""}, .successful = 4};
    policy.failures = {expired(2), expired(3), expired(1, "192.0.2.2")};
    policy.failures.push_back(
        {.result_text = "made-up", .receiving_helo = "h", .information = "https://x", .reason = "r"});
    return TlsReport{.policies = {policy}};
  }();
  const auto facts = facts_by_domain(report).at("bank.example");
  ASSERT_EQ(facts.policies.size(), 1U);
  EXPECT_EQ(facts.policies[0].failures.size(), 3U) << "those that say the same are one";
  EXPECT_EQ(facts.failed(), 6U) << "as it counts none itself";
  const auto back = parse_tls_facts(format_tls_facts(facts));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->policies, facts.policies);
  for (const auto* text : {"", "{}", "[1]", R"([{"type": "x"}])"}) EXPECT_FALSE(parse_tls_facts(text));
}

TEST(TlsFactsTest, ManyFailuresLoseTheirAddresses) {
  TlsReport report{.policies = {{.domain = "bank.example"}}};
  for (std::size_t i = 0; i <= kMaxTlsKept; ++i)
    report.policies[0].failures.push_back(expired(1, fmt::format("192.0.{}.{}", i / 256, i % 256)));
  const auto facts = facts_by_domain(report).at("bank.example");
  ASSERT_EQ(facts.policies[0].failures.size(), 1U);
  EXPECT_EQ(facts.policies[0].failures[0].sessions, kMaxTlsKept + 1);
  EXPECT_EQ(facts.policies[0].failures[0].sending_address, "");
}

}  // namespace
}  // namespace rampart::reports
