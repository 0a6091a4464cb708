#include "audit/lookalikes/format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "dns/domain.h"

namespace rampart::audit::lookalikes {
namespace {

using testing::HasSubstr;
using testing::Not;

Report sample() {
  Report report;
  report.domain = *dns::Name::try_parse("bank.example");
  report.candidates = 100;
  report.registered = 2;
  report.unregistered = 97;
  report.unknown = 1;
  Row mail;
  mail.candidate = {
      .name = *dns::parse_domain("bаnk.example"), .kinds = {Kind::homoglyph}, .similarity = 100};
  mail.standing.registered = Known::yes;
  mail.standing.danger = Danger::mail;
  mail.standing.mail_hosts = {"mx.post.example", "mx2.post.example"};
  mail.standing.spf = "=cmd|\x1b[31m\n";
  mail.change = Change::appeared;
  Row old;
  old.candidate = {.name = *dns::parse_domain("bank-login.example"), .kinds = {Kind::word}, .similarity = 40};
  old.standing.registered = Known::yes;
  old.standing.danger = Danger::parked;
  old.accepted = true;
  old.reason = "a partner";
  report.rows = {mail, old};
  Row unknown;
  unknown.candidate = {.name = *dns::parse_domain("bamk.example"), .kinds = {Kind::neighbour}};
  unknown.standing.why = "bamk.example NS: no reply";
  report.unknown_rows = {unknown};
  return report;
}

TEST(LookalikesFormat, TextShowsNewsWithBothNames) {
  const std::vector reports{sample()};
  const auto text = text_of(reports, {});
  EXPECT_THAT(text, HasSubstr("xn--bnk-6cd.example (bаnk.example)"));
  EXPECT_THAT(text, HasSubstr("MX mx.post.example +1"));
  EXPECT_THAT(text, HasSubstr("1 could not be looked up"));
  EXPECT_THAT(text, Not(HasSubstr("bank-login")));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  const auto all = text_of(reports, {.all = true});
  EXPECT_THAT(all, HasSubstr("accepted"));
}

TEST(LookalikesFormat, NothingNewIsNothingInText) {
  auto report = sample();
  report.rows[0].change = Change::none;
  const std::vector reports{report};
  EXPECT_EQ(text_of(reports, {}), "");
  EXPECT_EQ(json_lines_of(reports, {}), "");
}

TEST(LookalikesFormat, JsonIsJson) {
  const std::vector reports{sample()};
  const auto document = base::parse_json(json_of(reports, {.all = true, .version = "1"}), "json");
  ASSERT_TRUE(document);
  const auto& domain = document->at("domains").at(0);
  EXPECT_EQ(document->at("schema").as_string(), "rampart.lookalikes/1");
  EXPECT_EQ(domain.at("names").as_array().size(), 2U);
  EXPECT_EQ(domain.at("names").at(0).at("kinds").at(0).as_string(), "homoglyph");
  EXPECT_TRUE(domain.at("armed").as_bool());
  EXPECT_EQ(domain.at("unknown_names").at(0).at("registered").as_string(), "unknown");
  EXPECT_EQ(domain.at("names").at(1).at("reason").as_string(), "a partner");
  const auto line = base::parse_json(json_lines_of(reports, {}), "line");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->at("domain").as_string(), "bank.example");
}

TEST(LookalikesFormat, CsvHoldsNoFormula) {
  const std::vector reports{sample()};
  const auto csv = csv_of(reports, {.all = true});
  EXPECT_THAT(csv, HasSubstr("\"'=cmd|\\x1b[31m\\x0a\""));
  const auto header = csv.substr(0, csv.find("\r\n"));
  EXPECT_EQ(std::ranges::count(header, ','), 16);
  EXPECT_THAT(csv, HasSubstr("parked"));
}

}  // namespace
}  // namespace rampart::audit::lookalikes
