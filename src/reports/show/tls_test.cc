#include "reports/show/tls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rampart::reports {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kDayOne = 1764028800 / 86400;  // 2025-11-25

TlsHistory history() {
  TlsHistory out{.from = kDayOne, .to = kDayOne + 1, .reports = 3, .uncounted = 1};
  out.seen = {{.day = kDayOne, .reporter = "google inc.", .type = TlsPolicyType::sts, .sessions = 12'340},
              {.day = kDayOne,
               .reporter = "google inc.",
               .type = TlsPolicyType::sts,
               .result = "certificate-expired",
               .failed = true,
               .host = "mx1.bank.example",
               .sessions = 5},
              {.day = kDayOne + 1,
               .reporter = "=else",
               .result = "made-up\x1b[2J",
               .failed = true,
               .sessions = 1,
               .estimated = true}};
  return out;
}

TEST(ShowTls, ForANewcomer) {
  const auto text = format_tls("bank.example", history());
  EXPECT_THAT(text, AllOf(HasSubstr("bank.example  TLS to its mail servers, 2025-11-25 to 2025-11-26"),
                          HasSubstr("3 reports by 2 reporters, about 12,346 sessions"),
                          HasSubstr("not counted: 1 report of unknown origin"), HasSubstr("99.9 %")));
  EXPECT_THAT(text, AllOf(HasSubstr("certificate-expired at mx1.bank.example: 5 sessions, 2025-11-25\n"),
                          HasSubstr("the server's certificate has expired. Renew it"),
                          HasSubstr("told by google inc.\n"),
                          HasSubstr("2025-11-25        12,340             5  certificate-expired at "
                                    "mx1.bank.example (5, google inc.)\n")));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  const TlsHistory none{.from = kDayOne, .to = kDayOne};
  EXPECT_THAT(format_tls("bank.example", none), HasSubstr("0 reports by 0 reporters, 0 sessions"));
}

TEST(ShowTls, ADayOfManyFailuresNamesTheLargest) {
  TlsHistory many{.from = kDayOne, .to = kDayOne};
  for (std::uint64_t i = 1; i <= 5; ++i)
    many.seen.push_back(
        {.day = kDayOne, .reporter = "r", .failed = true, .host = std::to_string(i), .sessions = i});
  EXPECT_THAT(
      format_tls("bank.example", many),
      HasSubstr("no reason given at 5 (5, r); no reason given at 4 (4, r); no reason given at 3 (3, r); "
                "and 2 more\n"));
}

TEST(ShowTls, JsonAndCsv) {
  const auto json = format_tls_json("bank.example", history());
  EXPECT_THAT(json,
              AllOf(HasSubstr("\"schema\": \"rampart.reports-tls/1\""), HasSubstr("\"successful\": 12340"),
                    HasSubstr("\"result\": \"certificate-expired\""), HasSubstr("\"estimated\": true")));
  const auto csv = format_tls_csv("bank.example", history());
  EXPECT_THAT(csv, AllOf(HasSubstr("2025-11-25,bank.example,google inc.,sts,failed,certificate-expired,"
                                   "mx1.bank.example,5,no\r\n"),
                         HasSubstr(",'=else,unknown,failed,")));
}

TEST(ShowTls, Domains) {
  const std::vector<TlsDomain> domains{
      {.domain = "bank.example", .reports = 2, .successful = 999, .failed = 1, .last_day = kDayOne},
      {.domain = "", .reports = 1, .last_day = kDayOne}};
  EXPECT_THAT(format_tls_domains(domains),
              AllOf(HasSubstr("bank.example"), HasSubstr("0.1 %"), HasSubstr("(not said)")));
  EXPECT_THAT(format_tls_domains_json(domains), HasSubstr("\"domain\": \"bank.example\""));
  EXPECT_THAT(format_tls_domains_csv(domains), HasSubstr("bank.example,2,999,1,2025-11-25\r\n"));
}

}  // namespace
}  // namespace rampart::reports
