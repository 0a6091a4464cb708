#include "reports/sources/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"

namespace rampart::reports {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kDay0 = 20'000;

Outcome passing(std::string selector = "s1") {
  return {
      .dkim = Aligned::pass,
      .spf = Aligned::fail,
      .header_from = "bank.example",
      .dkim_seen = {{.domain = "bank.example", .selector = std::move(selector), .result = AuthResult::pass}}};
}

Sightings sightings() {
  return {
      .from = kDay0 - 29,
      .to = kDay0,
      .first_day = kDay0 - 20,
      .last_day = kDay0,
      .reports = 12,
      .uncounted = 1,
      .uncounted_messages = 40,
      .reporters = 3,
      .messages = 1'250,
      .unaddressed = 2,
      .addresses = {"167.89.1.1", "192.0.2.66"},
      .since = {kDay0 - 400, kDay0 - 2},
      .outcomes = {passing(), {.dkim = Aligned::fail, .spf = Aligned::fail, .header_from = "bank.example"}},
      .rows = {{.address = 0, .outcome = 0, .messages = 1'200, .first_day = kDay0 - 20, .last_day = kDay0},
               {.address = 1, .outcome = 1, .messages = 50, .first_day = kDay0 - 2, .last_day = kDay0}}};
}

class SourcesPageTest : public ::testing::Test {
 protected:
  SourcesPage page(bool all = false) {
    sources_ = inventory_.sources({.marks = marks_});
    return {.inventory = &inventory_, .sources = sources_, .idle = idle_marks(marks_, sources_), .all = all};
  }
  void look_up(std::size_t most = 10) {
    auto asked = inventory_.to_look_up(most);
    std::vector<AddressFacts> facts(asked.size());
    for (std::size_t i = 0; i < asked.size(); ++i) {
      if (asked[i].address.text() == "167.89.1.1") {
        facts[i].reverse_name = "o1.ptr9.sendgrid.net";
        facts[i].confirmed = true;
      } else {
        facts[i].reverse_unknown = "66.2.0.192.in-addr.arpa PTR: it timed out";
      }
      facts[i].authorised = false;
    }
    inventory_.learn(asked, facts);
  }

  Inventory inventory_{*dns::Name::parse("bank.example"), sightings()};
  std::vector<Mark> marks_;
  std::vector<MailSource> sources_;
};

TEST_F(SourcesPageTest, SaysWhoSendsInOneLook) {
  look_up();
  const auto text = format_sources(page());
  EXPECT_THAT(text, HasSubstr("who sends in its name"));
  EXPECT_THAT(text, HasSubstr("1,250 messages from 2 addresses, in 12 reports by 3 reporters"));
  EXPECT_THAT(text, HasSubstr("not counted: 1 report of unknown origin, 40 messages"));
  EXPECT_THAT(text, HasSubstr("not counted: 2 messages of which no address was reported"));
  EXPECT_THAT(text, HasSubstr("Services that send for you: 1,200 of 1,250 (96.0 %) messages"));
  EXPECT_THAT(text, HasSubstr("1,200 of 1,200 (100.0 %)"));
  EXPECT_THAT(text, HasSubstr("PTR o1.ptr9.sendgrid.net"));
  EXPECT_THAT(text, HasSubstr("s1 at bank.example (1,200)"));
  EXPECT_THAT(text, HasSubstr("0 of 50 (0.0 %)"));
  EXPECT_THAT(text, HasSubstr("not found out: the reverse name of 1 address with 50 messages (such as "
                              "66.2.0.192.in-addr.arpa PTR"));
  EXPECT_THAT(text, HasSubstr("2023-08-31")) << "first seen long before these days";
  EXPECT_THAT(text, Not(HasSubstr("--no-dns")));
}

TEST_F(SourcesPageTest, SaysWhatWasNotAsked) {
  EXPECT_THAT(format_sources(page()), HasSubstr("DNS was not asked (--no-dns)"));
  look_up(1);
  const auto text = format_sources(page());
  EXPECT_THAT(text,
              HasSubstr("DNS was asked about the 1 address with most messages; 1 address with 50 messages"));
}

TEST_F(SourcesPageTest, ShowsMarksThatMetNothing) {
  marks_ = {{.number = 7,
             .domain = *dns::Name::parse("bank.example"),
             .subject = *parse_mark_subject("203.0.113.0/24"),
             .kind = SourceKind::own,
             .name = "Old office"}};
  EXPECT_THAT(format_sources(page()), HasSubstr("7  203.0.113.0/24  own  Old office"));
}

TEST_F(SourcesPageTest, JsonHasTheSame) {
  look_up();
  const auto json = base::parse_json(format_sources_json(page()), "page");
  ASSERT_TRUE(json) << json.error().message();
  const auto& root = json->as_object();
  EXPECT_EQ(root.at("schema").as_string(), "rampart.reports-sources/1");
  EXPECT_EQ(root.at("dns").as_object().at("reverse_unknown").as_object().at("messages").as_int64(), 50);
  const auto& source = root.at("sources").as_array().at(0).as_object();
  EXPECT_EQ(source.at("id").as_string(), "service:sendgrid");
  EXPECT_EQ(source.at("authenticated").as_int64(), 1'200);
  EXPECT_EQ(source.at("evidence").as_array().at(0).as_object().at("kind").as_string(), "reverse-name");
  EXPECT_EQ(source.at("dkim_keys").as_array().at(0).as_object().at("selector").as_string(), "s1");
}

TEST_F(SourcesPageTest, NothingThatAStrangerWroteDrivesATerminalOrASpreadsheet) {
  auto seen = sightings();
  seen.outcomes[0] = passing("=cmd()\x1b[31m");
  inventory_ = Inventory(*dns::Name::parse("bank.example"), seen);
  look_up();
  const auto text = format_sources(page(true));
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  const auto csv = format_sources_csv(page());
  EXPECT_THAT(csv, HasSubstr(",\"'=cmd()"));
  EXPECT_EQ(csv.find('\x1b'), std::string::npos);
}

TEST_F(SourcesPageTest, ListsMarks) {
  EXPECT_EQ(format_marks({}), "Nobody has marked a source.\n");
  EXPECT_EQ(format_marks({}, "bank.example"), "Nobody has marked a source of bank.example.\n");
  const Mark mark{.number = 3,
                  .domain = *dns::Name::parse("bank.example"),
                  .subject = *parse_mark_subject("own"),
                  .kind = SourceKind::own,
                  .name = "Head \x1boffice",
                  .reason = "seen it",
                  .who = "ann",
                  .removed = base::Time(std::chrono::seconds(86'400)),
                  .removed_by = "bob"};
  const auto text = format_marks(std::span(&mark, 1));
  EXPECT_THAT(text, HasSubstr("3  bank.example  own  own  Head \\x1boffice"));
  EXPECT_THAT(text, HasSubstr("by ann on 1970-01-01: seen it"));
  EXPECT_THAT(text, HasSubstr("taken back by bob on 1970-01-02"));
  EXPECT_TRUE(base::parse_json(format_marks_json(std::span(&mark, 1)), "marks"));
}

}  // namespace
}  // namespace rampart::reports
