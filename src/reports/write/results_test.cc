#include "reports/write/results.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/write/messages_test.h"

namespace rampart::reports {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kLine =
    R"({"schema":"rampart.dmarc-results/1","time":"2025-11-25T08:00:00Z","source_ip":"::ffff:192.0.2.1",)"
    R"("header_from":"bank.example","envelope_from":"","envelope_to":"ministry.example",)"
    R"("policy":{"domain":"bank.example","p":"reject","sp":"none","np":"quarantine","adkim":"s","aspf":"r","testing":"y",)"
    R"("discovery_method":"treewalk","fo":"1:d"},"errors":["two records"],"disposition":"quarantine",)"
    R"("aligned":{"dkim":"fail","spf":"fail"},"dkim":[{"domain":"a.example","selector":"s","result":"permerror"},)"
    R"({"domain":"b.example","selector":"t","result":"pass","aligned":false}],"spf":{"domain":"mx.a.example","result":)"
    R"("softfail"},"reasons":[{"type":"mailing_list","comment":"l"},{"type":"policy_test_mode"}],"rua":["mailto:d@bank.example!10m"]})";

std::string changed(std::string_view from, std::string_view to) {
  std::string out(kLine);
  const auto at = out.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return out.replace(at, from.size(), to);
}

TEST(Results, AWholeLine) {
  const auto found = parse_result(kLine, "r:1");
  ASSERT_TRUE(found) << found.error().message();
  MessageResult expected;
  expected.time = *base::parse_time("2025-11-25T08:00:00Z");
  expected.source = *base::IpAddress::parse("192.0.2.1");
  expected.header_from = "bank.example";
  expected.envelope_to = "ministry.example";
  expected.policy = {.domain = "bank.example",
                     .p = "reject",
                     .sp = "none",
                     .np = "quarantine",
                     .adkim = "s",
                     .aspf = "r",
                     .fo = "1:d",
                     .testing = "y",
                     .discovery_method = "treewalk"};
  expected.errors = {"two records"};
  expected.disposition = Disposition::quarantine;
  expected.dkim = Aligned::fail;
  expected.spf = Aligned::fail;
  expected.signatures = {{.seen = {"a.example", "s", AuthResult::permerror}},
                         {.seen = {"b.example", "t", AuthResult::pass}, .aligned = false}};
  expected.spf_seen = SpfSeen{.domain = "mx.a.example", .result = AuthResult::softfail};
  expected.reasons = {{Override::mailing_list, "l"}, {Override::policy_test_mode, ""}};
  expected.rua = {"mailto:d@bank.example!10m"};
  EXPECT_EQ(*found, expected);
  EXPECT_EQ(*parse_result(format_result(expected), "r:1"), expected);
  EXPECT_EQ(*parse_result(format_result(message()), "r:1"), message());
}

TEST(Results, WhatIsWrongIsSaidWithItsPlace) {
  struct Case {
    std::string line;
    std::string_view what;
    std::string_view hint;
  };
  const std::vector<Case> cases{
      {"", "not valid JSON", ""},
      {"[]", "must be an object", ""},
      {"{}", "schema is missing", ""},
      {changed("results/1", "results/2"), "the schema is \"rampart.dmarc-results/2\"", ""},
      {changed("\"header_from\"", "\"header_form\""), "no member header_form", "did you mean header_from?"},
      {changed("\"adkim\"", "\"adkmi\""), "no member policy.adkmi", "policy.adkim"},
      {changed("\"result\":\"permerror\"", "\"result\":\"permeror\""), "dkim[].result is \"permeror\"",
       "permerror"},
      {changed("\"selector\":\"s\",", ""), "dkim[].selector is missing", ""},
      {changed("\"aligned\":false", "\"aligned\":\"no\""), "must be true or false", ""},
      {changed("2025-11-25T08:00:00Z", "yesterday"), "time is \"yesterday\"", "2025-11-25T08:00:00Z"},
      {changed("::ffff:192.0.2.1", "192.0.2.1.5"), "is no IP address", ""},
      {changed("\"disposition\":\"quarantine\"", "\"disposition\":\"deliver\""), "disposition is \"deliver\"",
       "reject"},
      {changed("\"disposition\":\"quarantine\"", "\"disposition\":\"unknown\""), "disposition is \"unknown\"",
       ""},
      {changed("mailing_list", "forwarded"), "reasons[].type is \"forwarded\"", "mailing_list"},
      {changed("mailing_list", "sampled_out"), "reasons[].type is \"sampled_out\"", ""},
      {changed("{\"domain\":\"mx.a.example\",\"result\":\"softfail\"}", "7"), "spf must be an object", ""},
      {changed("\"domain\":\"mx.a.example\",", "\"scope\":\"helo\","), "no member spf.scope", ""},
      {changed("[\"two records\"]", "\"two records\""), "errors must be a list", ""},
      {changed("\"mailto:d@bank.example!10m\"", "7"), "rua[0] must be a string", ""},
      {std::string(kMaxResultLine + 1, ' '), "more than", ""},
  };
  for (const auto& one : cases) {
    const auto found = parse_result(one.line, "results.jsonl:17");
    ASSERT_FALSE(found) << one.line;
    EXPECT_EQ(found.error().kind, base::ErrorKind::input);
    EXPECT_THAT(found.error().what, HasSubstr(one.what));
    EXPECT_THAT(found.error().hint, HasSubstr(one.hint)) << one.line;
    EXPECT_THAT(found.error().where, testing::StartsWith("results.jsonl:17"));
  }
}

TEST(Results, ListsHaveLimits) {
  auto many = message();
  many.rua.assign(kMaxResultUris, "mailto:a@bank.example");
  many.reasons.assign(kMaxReasons, {Override::other, ""});
  many.signatures.assign(1000, many.signatures.front());
  EXPECT_TRUE(parse_result(format_result(many), "r:1"));
  auto more = many;
  more.rua.emplace_back("mailto:a@bank.example");
  EXPECT_THAT(parse_result(format_result(more), "r:1").error().what, HasSubstr("more than 16"));
  more = many;
  more.reasons.push_back({Override::other, ""});
  EXPECT_THAT(parse_result(format_result(more), "r:1").error().what, HasSubstr("more than 10"));
}

TEST(Results, BytesThatAreNoUtf8) {
  const auto found = parse_result(changed("\"header_from\":\"bank", "\"header_from\":\"\xff.bank"), "r:1");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->header_from, "\xEF\xBF\xBD.bank.example");
}

// A few bytes at a time.
class SlowSource : public Source {
 public:
  SlowSource(std::string_view bytes, std::size_t step) : rest_(bytes), step_(step) {}
  base::Result<std::size_t> read(std::span<char> room) override {
    const auto count = std::min({step_, rest_.size(), room.size()});
    std::copy_n(rest_.begin(), count, room.begin());
    rest_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view rest_;
  std::size_t step_;
};

TEST(Results, LinesOfAFile) {
  std::string text;
  for (const std::string_view time : {"2025-11-25T08:00:00Z", "2025-11-25T09:00:00Z", "2025-11-25T10:00:00Z"})
    text += format_result(message(time)) + (time.contains("09") ? "\r\n\n  \n" : "\n");
  text.pop_back();
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}, std::size_t{100'000}}) {
    SlowSource source(text, step);
    std::vector<std::string> times;
    const auto done = read_results(source, "r", [&](MessageResult&& one) -> base::Result<> {
      times.push_back(base::format_time(one.time));
      return {};
    });
    EXPECT_TRUE(done);
    EXPECT_THAT(times, ElementsAre("2025-11-25T08:00:00Z", "2025-11-25T09:00:00Z", "2025-11-25T10:00:00Z"));
  }
  const auto error_of = [](const std::string& all, const base::Result<>& said) {
    SlowSource source(all, 1000);
    const auto done = read_results(source, "r", [&](MessageResult&&) { return said; });
    return done ? std::string("none") : done.error().message();
  };
  EXPECT_THAT(error_of(text + "\n{}\n", {}), HasSubstr("r:6: schema is missing"));
  EXPECT_EQ(error_of("\n" + text, base::fail(base::ErrorKind::input, "no")), "r:2: no");
  EXPECT_EQ(error_of(text, base::fail(base::ErrorKind::input, "no", "x")), "x: no");
  EXPECT_THAT(error_of("\n" + std::string(2 * kMaxResultLine, ' '), {}),
              HasSubstr("r:2: a line has more than"));
  EXPECT_EQ(error_of("", {}), "none");
}

}  // namespace
}  // namespace rampart::reports
