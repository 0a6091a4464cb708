#include "reports/write/collector.h"

#include <algorithm>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "reports/write/messages_test.h"

namespace rampart::reports {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Collecting : public testing::Test {
 protected:
  Collector collector(std::chrono::seconds period = std::chrono::hours(24)) {
    auto out = Collector::make(reporter(), texts, period);
    EXPECT_TRUE(out) << out.error().message();
    return std::move(*out);
  }
  std::vector<DueReport> collected(const std::vector<MessageResult>& messages) {
    auto all = collector();
    for (const auto& one : messages) {
      const auto done = all.add(one);
      EXPECT_TRUE(done) << done.error().message();
    }
    return all.finish();
  }
  std::string why_not(const MessageResult& one) {
    const auto done = collector().add(one);
    return done ? "it was taken" : done.error().what;
  }
  // "address count outcome" of each row; of the outcome the From domain.
  std::vector<std::string> rows(const Report& report) {
    std::vector<std::string> out;
    out.reserve(report.rows.size());
    for (const auto& row : report.rows)
      out.push_back(fmt::format("{} {} {}", texts[row.address], row.count,
                                parse_outcome(texts[row.outcome])->header_from));
    return out;
  }
  Outcome outcome(const MessageResult& one) {
    const auto due = collected({one});
    return *parse_outcome(texts[due.at(0).report.rows.at(0).outcome]);
  }

  Texts texts;
};

TEST_F(Collecting, ADayAPolicyDomainAConfiguration) {
  std::vector<MessageResult> all{
      message("2025-11-25T00:00:00Z"), message("2025-11-25T23:59:59Z"), message("2025-11-26T00:00:00Z"),
      message("2025-11-25T12:00:00Z", "tax.example"), message("2025-11-25T12:00:00Z")};
  all.back().policy.p = "none";
  all.back().disposition = Disposition::none;
  auto below = message("2025-11-25T12:00:00Z");
  below.header_from = "News.Bank.Example.";
  all.push_back(below);
  const auto due = collected(all);
  std::vector<std::string> shown;
  for (const auto& [report, rua] : due) {
    EXPECT_EQ(report.records, report.rows.size());
    shown.push_back(fmt::format("{} {} {} {} {}", report.begin, report.end, report.policy.domain,
                                report.policy.p, report.messages()));
  }
  EXPECT_THAT(shown, ElementsAre("1764028800 1764115199 bank.example none 1",
                                 "1764028800 1764115199 bank.example reject 3",
                                 "1764028800 1764115199 tax.example reject 1",
                                 "1764115200 1764201599 bank.example reject 1"));
  EXPECT_THAT(rows(due[1].report), ElementsAre("192.0.2.1 2 bank.example", "192.0.2.1 1 news.bank.example"));
  // The same in any order.
  std::ranges::reverse(all);
  const auto again = collected(all);
  ASSERT_EQ(again.size(), due.size());
  for (std::size_t i = 0; i < due.size(); ++i) {
    EXPECT_EQ(again[i].report.report_id, due[i].report.report_id);
    EXPECT_EQ(rows(again[i].report), rows(due[i].report));
    EXPECT_EQ(again[i].rua, due[i].rua);
  }
  std::set<std::string> ids;
  for (const auto& one : due) ids.insert(one.report.report_id);
  EXPECT_EQ(ids.size(), due.size());
  for (const auto& id : ids) EXPECT_TRUE(std::ranges::all_of(id, base::is_alnum)) << id;
}

TEST_F(Collecting, DefaultsAreFilledIn) {
  EXPECT_EQ(collected({message()}).at(0).report.policy, (Published{.domain = "bank.example",
                                                                   .p = "reject",
                                                                   .sp = "reject",
                                                                   .np = "reject",
                                                                   .adkim = "r",
                                                                   .aspf = "r",
                                                                   .testing = "n"}));
  auto said = message();
  said.policy = {.domain = "BANK.example.",
                 .p = "none",
                 .sp = "quarantine",
                 .adkim = "s",
                 .aspf = "s",
                 .pct = "50",
                 .fo = "1:d:s",
                 .testing = "y",
                 .discovery_method = "psl"};
  EXPECT_EQ(collected({said}).at(0).report.policy, (Published{.domain = "bank.example",
                                                              .p = "none",
                                                              .sp = "quarantine",
                                                              .np = "quarantine",
                                                              .adkim = "s",
                                                              .aspf = "s",
                                                              .fo = "1:d:s",
                                                              .testing = "y",
                                                              .discovery_method = "psl"}));
}

TEST_F(Collecting, RowsAreMergedByTheirTuple) {
  std::vector<MessageResult> all(3, message());
  all[1].source = *base::IpAddress::parse("::ffff:192.0.2.1");
  const auto differs = [&](auto change) {
    auto one = message();
    change(one);
    all.push_back(one);
  };
  differs([](MessageResult& one) { one.source = *base::IpAddress::parse("2001:db8::1"); });
  differs([](MessageResult& one) { one.source = *base::IpAddress::parse("10.0.0.9"); });
  differs([](MessageResult& one) { one.envelope_from = ""; });
  differs([](MessageResult& one) { one.envelope_to = "x.example"; });
  differs([](MessageResult& one) { one.spf = Aligned::fail; });
  differs([](MessageResult& one) { one.signatures.clear(); });
  differs([](MessageResult& one) { one.spf_seen.reset(); });
  differs([](MessageResult& one) { one.reasons = {{Override::other, "x"}}; });
  const auto due = collected(all);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].report.rows.size(), 9U);
  EXPECT_EQ(due[0].report.messages(), 11U);
  EXPECT_EQ(texts[due[0].report.rows.front().address], "10.0.0.9");
  EXPECT_EQ(texts[due[0].report.rows[1].address], "2001:db8::1");
  EXPECT_EQ(texts[due[0].report.rows.back().address], "192.0.2.1");
}

TEST_F(Collecting, TheLastPublishedAddressesCount) {
  auto early = message("2025-11-25T08:00:00Z");
  auto late = message("2025-11-25T09:00:00Z");
  late.rua = {"mailto:new@bank.example"};
  late.errors = {"bad <sp>", " ", "two records"};
  for (const auto& all : {std::vector{early, late}, std::vector{late, early}}) {
    const auto due = collected(all);
    EXPECT_THAT(due.at(0).rua, ElementsAre("mailto:new@bank.example"));
    EXPECT_THAT(due.at(0).report.errors, ElementsAre("bad <sp>; two records"));
  }
  // Nobody asks any more (RFC 9989 section 4.7).
  late.rua.clear();
  auto all = collector();
  ASSERT_TRUE(all.add(early));
  ASSERT_TRUE(all.add(late));
  EXPECT_THAT(all.finish(), IsEmpty());
  EXPECT_EQ(all.unasked(), 2U);
  EXPECT_THAT(all.finish(), IsEmpty());
  EXPECT_EQ(all.unasked(), 0U);
}

TEST_F(Collecting, ShorterPeriods) {
  auto all = collector(std::chrono::hours(6));
  for (const auto* time :
       {"2025-11-25T00:00:00Z", "2025-11-25T05:59:59Z", "2025-11-25T06:00:00Z", "2025-11-25T23:00:00Z"})
    ASSERT_TRUE(all.add(message(time)));
  std::vector<std::int64_t> ends;
  for (const auto& due : all.finish()) ends.push_back(due.report.end - 1764028800);
  EXPECT_THAT(ends, ElementsAre(21599, 43199, 86399));
  for (const auto seconds : {0, -3600, 7 * 3600, 2 * 86400})
    EXPECT_FALSE(Collector::make(reporter(), texts, std::chrono::seconds(seconds))) << seconds;
}

TEST_F(Collecting, SignaturesInTheStatedOrder) {  // RFC 9990 section 3.1.3
  const auto pass = AuthResult::pass;
  const std::vector<SignatureResult> all{{.seen = {"z.example", "1", AuthResult::fail}},
                                         {.seen = {"esp.example", "1", pass}},
                                         {.seen = {"mail.bank.example", "1", pass}},
                                         {.seen = {"news.bank.example", "2", pass}},
                                         {.seen = {"bank.example", "1", pass}},
                                         {.seen = {"news.bank.example", "1", AuthResult::permerror}},
                                         {.seen = {"example", "1", pass}},
                                         {.seen = {"news.bank.example", "2", pass}},
                                         {.seen = {"said.example", "1", pass}, .aligned = true},
                                         {.seen = {"below.bank.example", "1", pass}, .aligned = false}};
  std::vector<std::string> shown;
  for (const auto& seen : ordered_signatures(all, "news.bank.example", "bank.example"))
    shown.push_back(fmt::format("{}/{}/{}", seen.domain, seen.selector, to_string(seen.result)));
  EXPECT_THAT(shown,
              ElementsAre("news.bank.example/2/pass", "bank.example/1/pass", "mail.bank.example/1/pass",
                          "said.example/1/pass", "below.bank.example/1/pass", "esp.example/1/pass",
                          "example/1/pass", "news.bank.example/1/permerror", "z.example/1/fail"));

  std::vector<SignatureResult> many;
  many.reserve(151);
  for (int i = 0; i < 150; ++i)
    many.push_back({.seen = {fmt::format("d{:03}.example", i), "s", AuthResult::fail}});
  many.push_back({.seen = {"bank.example", "s", pass}});
  const auto kept = ordered_signatures(many, "bank.example", "bank.example");
  ASSERT_EQ(kept.size(), kMaxDkimSeen);
  EXPECT_EQ(kept[0].domain, "bank.example");
  EXPECT_EQ(kept[99].domain, "d098.example");
  auto one = message();
  one.signatures = many;
  EXPECT_EQ(outcome(one).dkim_seen, kept);
}

TEST_F(Collecting, AReasonIsThereWhereOneIsRequired) {  // RFC 9990 section 3.1.1.9
  struct Case {
    std::string_view from, p, sp, np, testing;
    Disposition done;
    std::vector<Reason> given;
    std::vector<Reason> written;
  };
  const Reason test{Override::policy_test_mode, ""};
  const Reason local{Override::local_policy, ""};
  const Reason list{Override::mailing_list, "l"};
  const std::vector<Case> cases{
      {"bank.example", "reject", "", "", "", Disposition::reject, {}, {}},
      {"bank.example", "reject", "", "", "", Disposition::none, {}, {local}},
      {"bank.example", "reject", "", "", "", Disposition::none, {list}, {list}},
      {"bank.example", "reject", "", "", "y", Disposition::quarantine, {}, {test}},
      {"bank.example", "reject", "", "", "y", Disposition::none, {}, {local}},
      {"bank.example", "quarantine", "", "", "y", Disposition::none, {}, {test}},
      {"bank.example", "none", "reject", "", "", Disposition::none, {}, {}},
      {"x.bank.example", "none", "reject", "", "", Disposition::none, {}, {local}},
      {"x.bank.example", "none", "reject", "", "", Disposition::reject, {}, {}},
      {"x.bank.example", "none", "none", "reject", "", Disposition::reject, {}, {}},
      {"x.bank.example", "none", "none", "reject", "y", Disposition::quarantine, {}, {test}},
  };
  for (const auto& one : cases) {
    auto failed = message();
    failed.header_from = one.from;
    failed.policy = {.domain = "bank.example",
                     .p = std::string(one.p),
                     .sp = std::string(one.sp),
                     .np = std::string(one.np),
                     .testing = std::string(one.testing)};
    failed.dkim = failed.spf = Aligned::fail;
    failed.disposition = one.done;
    failed.reasons = one.given;
    EXPECT_EQ(outcome(failed).reasons, one.written) << one.from << ' ' << one.p << ' ' << to_string(one.done);
  }
}

TEST_F(Collecting, WhatAReportHasNoPlaceForIsRefused) {
  struct Case {
    void (*change)(MessageResult&);
    std::string_view why;
  };
  const std::vector<Case> cases{
      {[](MessageResult& one) { one.policy.domain = ""; }, "policy.domain is no domain"},
      {[](MessageResult& one) { one.policy.domain = "a!b.example"; }, "policy.domain is no domain"},
      {[](MessageResult& one) { one.policy.domain = "other.example"; },
       "is not within policy.domain other.example"},
      {[](MessageResult& one) { one.header_from = "notbank.example"; }, "is not within policy.domain"},
      {[](MessageResult& one) { one.header_from = ""; }, "is not within policy.domain"},
      {[](MessageResult& one) { one.policy.p = ""; }, "policy.p is \"\""},
      {[](MessageResult& one) { one.policy.sp = "REJECT"; }, "policy.sp is \"REJECT\""},
      {[](MessageResult& one) { one.policy.adkim = "relaxed"; }, "policy.adkim"},
      {[](MessageResult& one) { one.policy.testing = "yes"; }, "policy.testing"},
      {[](MessageResult& one) { one.policy.discovery_method = "guess"; }, "policy.discovery_method"},
      {[](MessageResult& one) { one.policy.fo = "0:x"; }, "policy.fo"},
      {[](MessageResult& one) { one.disposition = Disposition::unknown; }, "disposition is unknown"},
      {[](MessageResult& one) { one.dkim = Aligned::unknown; }, "alignment is unknown"},
      {[](MessageResult& one) { one.dkim = one.spf = Aligned::fail; }, "neither DKIM nor SPF is aligned"},
      {[](MessageResult& one) { one.signatures[0].seen.result = AuthResult::softfail; },
       "softfail is no result of DKIM"},
      {[](MessageResult& one) { one.spf_seen->result = AuthResult::unknown; }, "unknown result of SPF"},
      {[](MessageResult& one) { one.spf_seen->helo = true; }, "MAIL FROM alone"},
      {[](MessageResult& one) { one.reasons = {{Override::forwarded, ""}}; }, "forwarded is never written"},
      {[](MessageResult& one) { one.reasons = {{Override::sampled_out, ""}}; },
       "sampled_out is never written"},
      {[](MessageResult& one) { one.reasons.assign(11, {Override::other, ""}); }, "more than 10 reasons"},
      {[](MessageResult& one) { one.time = base::Time(std::chrono::seconds(-1)); }, "before 1970"},
      {[](MessageResult& one) { one.time = base::Time(std::chrono::seconds(100'000'000'000)); },
       "after 5137"},
  };
  for (const auto& one : cases) {
    auto changed = message();
    one.change(changed);
    EXPECT_THAT(why_not(changed), HasSubstr(one.why));
  }
}

TEST_F(Collecting, NamesOfOtherScriptsAreALabels) {
  auto one = message();
  one.policy.domain = "پاکستان.example";
  one.header_from = "news.پاکستان.example";
  const auto due = collected({one});
  EXPECT_EQ(due.at(0).report.policy.domain, "xn--mgbai9azgqp6j.example");
  EXPECT_THAT(rows(due[0].report), ElementsAre("192.0.2.1 1 news.xn--mgbai9azgqp6j.example"));
}

TEST_F(Collecting, WhoReportsIsChecked) {
  const auto fails = [&](auto change) {
    auto changed = reporter();
    change(changed);
    return !Collector::make(changed, texts);
  };
  EXPECT_TRUE(fails([](Reporter& one) { one.domain = "a!b"; }));
  EXPECT_TRUE(fails([](Reporter& one) { one.domain = ""; }));
  EXPECT_TRUE(fails([](Reporter& one) { one.email = "nobody"; }));
  EXPECT_TRUE(fails([](Reporter& one) { one.organisation = " \n"; }));
}

}  // namespace
}  // namespace rampart::reports
