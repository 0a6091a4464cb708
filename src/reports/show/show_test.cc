#include "reports/show/show.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"

namespace rampart::reports {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kDayOne = 20417;  // 2025-11-25

constexpr std::uint32_t kVerified = 0;
constexpr std::uint32_t kUnverified = 1;

// Of the addresses and outcomes below.
Seen seen(std::uint32_t address, std::uint32_t outcome, std::uint64_t messages,
          std::uint32_t reporter = kVerified) {
  return {.address = address,
          .outcome = outcome,
          .reporter = reporter,
          .messages = messages,
          .first_day = kDayOne,
          .last_day = kDayOne + 1};
}

Outcome outcome(Aligned dkim, Aligned spf) {
  return {.disposition = Disposition::quarantine, .dkim = dkim, .spf = spf, .header_from = "bank.example"};
}

History history() {
  return {.from = kDayOne,
          .to = kDayOne + 29,
          .reports = 2,
          .uncounted = 1,
          .addresses = {"", "192.0.2.1", "198.51.100.1", "203.0.113.9"},
          .outcomes = {outcome(Aligned::pass, Aligned::fail), outcome(Aligned::fail, Aligned::pass),
                       outcome(Aligned::fail, Aligned::fail), outcome(Aligned::pass, Aligned::pass)},
          .reporters = {{Trust::verified, "mx.example"}, {Trust::unverified, "mx.example"}},
          .seen = {seen(1, 0, 99'999), seen(0, 1, 20), seen(3, 2, 1), seen(2, 3, 5'000'000, kUnverified)},
          .days = {{.day = kDayOne, .dkim = 99'999, .spf_only = 20, .fail = 1}}};
}

TEST(Show, WhatPassesAndWhatFails) {
  const auto found = history();
  const auto text = format_history({.domain = "bank.example", .history = &found});
  EXPECT_THAT(text, AllOf(HasSubstr("bank.example  2025-11-25 to 2025-12-24"),
                          HasSubstr("2 reports by 1 reporter"), HasSubstr("by 1 reporter, 100,020 messages"),
                          HasSubstr("\n  told by mx.example (100,020)\n"),
                          HasSubstr("not counted: 1 report of unknown origin"), HasSubstr("99.9 %"),
                          HasSubstr("<0.1 %"), HasSubstr("0 delivered, 1 quarantined, 0 rejected"),
                          HasSubstr("(not said)"), Not(HasSubstr("198.51.100.1"))));
  EXPECT_THAT(format_history({.domain = "bank.example", .history = &found, .most = 1}),
              HasSubstr("and 2 more"));
  const History none{.from = kDayOne, .to = kDayOne};
  EXPECT_THAT(format_history({.domain = "bank.example", .history = &none}),
              HasSubstr("0 reports by 0 reporters"));
}

TEST(Show, JsonAndCsv) {
  const auto found = history();
  const auto json = format_history_json({.domain = "bank.example", .history = &found});
  EXPECT_THAT(json,
              AllOf(HasSubstr("\"schema\": \"rampart.reports-show/1\""), HasSubstr("\"messages\": 100020"),
                    HasSubstr("\"uncounted_messages\": 5000000"), HasSubstr("\"day\": \"2025-11-25\"")));
  const auto csv = format_history_csv({.domain = "bank.example", .history = &found});
  EXPECT_THAT(
      csv,
      HasSubstr("\r\n192.0.2.1,bank.example,,,quarantine,pass,fail,,,,mx.example,verified,99999,2025-11-25,"
                "2025-11-26\r\n"));
  EXPECT_THAT(csv, HasSubstr("198.51.100.1,")) << "with those that do not count, and their trust";
}

TEST(Show, CellsRunNothing) {
  EXPECT_EQ(csv_cell("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
  EXPECT_EQ(csv_cell("\tx\xc2\x9b\xe2\x80\xaey"), base::printable("\tx\xc2\x9b\xe2\x80\xaey"));
  for (const auto* text : {"=1", "+1", "-1", "@x"}) EXPECT_EQ(csv_cell(text), "'" + std::string(text));
  // Behind what a spreadsheet of another country takes for the end of a cell, and behind blanks, too.
  EXPECT_EQ(csv_cell(";=1"), "\";'=1\"");
  EXPECT_EQ(csv_cell("a; =1;-2"), "\"a; '=1;'-2\"");
  EXPECT_EQ(csv_cell(" =1"), " '=1");
  EXPECT_EQ(csv_cell(",=1"), "\",'=1\"");
  EXPECT_EQ(csv_cell("＝1"), "'＝1");
  EXPECT_EQ(csv_cell("a=1-2"), "a=1-2");
  EXPECT_EQ(csv_cell("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_cell("a b"), "a b");
}

TEST(Show, Domains) {
  const std::vector<DomainTotal> domains{
      {.domain = "bank.example", .total = {.dkim = 9, .fail = 1}, .last_day = kDayOne}};
  EXPECT_THAT(format_domains(domains),
              AllOf(HasSubstr("bank.example"), HasSubstr("90.0 %"), HasSubstr("2025-11-25")));
  EXPECT_THAT(format_domains(domains), Not(HasSubstr("not counted")));
  EXPECT_THAT(format_domains_json(domains), HasSubstr("\"domain\": \"bank.example\""));
}

TEST(Show, DomainsOfUnknownOrigin) {
  const std::vector<DomainTotal> domains{
      {.domain = "bank.example", .total = {.dkim = 9, .fail = 1}, .uncounted = 4, .last_day = kDayOne},
      {.domain = "b.example", .uncounted = 3, .last_day = kDayOne},
      {.domain = "c.example", .uncounted = 2, .last_day = kDayOne}};
  EXPECT_THAT(format_domains(domains),
              AllOf(HasSubstr("not counted"), HasSubstr("c.example"), Not(HasSubstr("--all"))));
  EXPECT_THAT(format_domains(domains, 1),
              AllOf(HasSubstr("bank.example"), HasSubstr("b.example"), Not(HasSubstr("c.example")),
                    HasSubstr("and 1 of which only reports of unknown origin speak: --all")));
  EXPECT_THAT(format_domains_json(domains), HasSubstr("\"uncounted_messages\": 3"));
}

}  // namespace
}  // namespace rampart::reports
