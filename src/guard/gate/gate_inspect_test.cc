#include <gmock/gmock.h>

#include "guard/gate/gate_test.h"

namespace rampart::guard {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kOurs = "192.0.2.1";

std::vector<std::string> codes(const Event& event) {
  std::vector<std::string> out;
  for (const auto& cause : event.causes) out.push_back(cause.code);
  return out;
}

// Whose weights make a word of nothing else.
std::shared_ptr<const model::Model> weighing(std::string_view points) {
  const auto text =
      fmt::format("name = \"test\"\ntag = 20.0\nquarantine = 50.0\n\n[weights]\nlink-ip-host = {}\n", points);
  return std::make_shared<const model::Model>(model::Model::parse(text, "test.toml").value());
}

class GateInspectTest : public GateTest {
 protected:
  GateInspectTest() {
    seen_.emplace();
    rules_.inspection.names = std::make_shared<const names::NameRules>(names::NameRules::make({}).value());
    rules_.inspection.model = weighing("1.0");
  }
  void add_link(std::string_view text) {
    const auto url = *url::parse(text);
    SeenLink link{.url = std::string(text), .scheme = url.scheme, .host = url.host};
    link.part = "1";
    link.facts = url::examine(url, url::built_in_services());
    seen_->links.push_back(std::move(link));
  }
};

TEST_F(GateInspectTest, GivesNoMoreOfTheHeaderThanTheBodyNeeds) {
  EXPECT_EQ(pass(kOurs, "<news@bank.example>").verdict, Verb::accept);
  EXPECT_EQ(looked_, "\r\nhello\r\n");
  looked_.clear();
  rules_.roles.trusted = {*parse_network("192.0.2.1")};
  pass(kOurs, "<news@bank.example>");
  EXPECT_EQ(looked_, "") << "nobody looks into what users write";
}

TEST_F(GateInspectTest, MarksAndKeepsByTheScoreAndNeverRejects) {
  add_link("http://198.51.100.7/login");
  EXPECT_THAT(pass(kOurs, "<news@bank.example>").added, testing::SizeIs(2));
  EXPECT_THAT(codes(events_.back()), IsEmpty());
  rules_.inspection.model = weighing("30.0");
  const auto tagged = pass(kOurs, "<news@bank.example>");
  EXPECT_EQ(tagged.verdict, Verb::accept);
  ASSERT_EQ(tagged.added.size(), 3U);
  EXPECT_EQ(tagged.added[2].name, "X-Rampart-Content");
  EXPECT_THAT(tagged.added[2].value, HasSubstr("suspicious; score=30.0; signals=link-ip-host"));
  EXPECT_THAT(codes(events_.back()), ElementsAre("content-tagged"));
  rules_.inspection.model = weighing("1000.0");
  EXPECT_EQ(pass(kOurs, "<news@bank.example>").verdict, Verb::discard);
  EXPECT_EQ(codes(events_.back()).front(), "content");
  EXPECT_THAT(events_.back().causes.front().text, HasSubstr("198.51.100.7"));
  EXPECT_EQ(pass(kOurs, "<news@bank.example>", Mode::monitor).verdict, Verb::accept);
  EXPECT_EQ(events_.back().asked, Action::quarantine);
}

TEST_F(GateInspectTest, PutsOffWhatNobodyCouldLookAtAndKeepsWhatKills) {
  seen_ = not_inspected("too many messages wait to be looked at", Extent::late);
  const auto late = pass(kOurs, "<news@bank.example>");
  EXPECT_EQ(late.verdict, Verb::tempfail);
  EXPECT_EQ(late.reply.enhanced, "4.3.2");
  EXPECT_EQ(pass(kOurs, "<news@bank.example>", Mode::monitor).verdict, Verb::accept);
  seen_ = not_inspected("it ended the process that looked at it, twice", Extent::killed);
  EXPECT_EQ(pass(kOurs, "<news@bank.example>").verdict, Verb::discard);
  EXPECT_THAT(codes(events_.back()), ElementsAre("inspection-failed"));
}

TEST_F(GateInspectTest, WhatAScannerFindsIsKeptAndWhatItDoesNotSayIsAsConfigured) {
  clamd_ = ClamdAnswer{.said = ClamdSaid::found, .name = "Eicar-Test-Signature"};
  EXPECT_EQ(pass(kOurs, "<news@bank.example>").verdict, Verb::discard);
  EXPECT_THAT(codes(events_.back()), testing::Contains("malware"));
  clamd_ = ClamdAnswer{.said = ClamdSaid::unknown, .why = ClamdWhy::absent};
  EXPECT_EQ(pass(kOurs, "<news@bank.example>").verdict, Verb::accept);
  rules_.inspection.clamd_must_say = true;
  EXPECT_EQ(pass(kOurs, "<news@bank.example>").verdict, Verb::tempfail);
  EXPECT_THAT(codes(events_.back()), ElementsAre("malware-unknown"));
}

TEST_F(GateInspectTest, TellsWhatStrikesFirstAndItsScoreBehind) {
  add_link("http://198.51.100.7/login");
  rules_.inspection.model = weighing("51.26");
  pass(kOurs, "<news@bank.example>");
  EXPECT_EQ(events_.back().causes.front().text,
            "a link leads to a number instead of a name [http://198.51.100.7/login]; its content scores 51.3 "
            "points, and 50 are enough to keep it");
}

TEST_F(GateInspectTest, TellsSubjectAndSenderAsMailProgramsShowThem) {
  add_link("http://198.51.100.7/login");
  rules_.inspection.model = weighing("60.0");
  subject_ = "=?utf-8?B?2YHZiNix24w=?= =?utf-8?Q?rates=0d=0aX:_y?=";
  author_ = "=?utf-8?Q?Caf=C3=A9?= <news@bank.example>";
  EXPECT_EQ(pass(kOurs, "<news@bank.example>").verdict, Verb::discard);
  EXPECT_EQ(events_.back().subject, "\u0641\u0648\u0631\u06ccrates\\x0d\\x0aX: y");
  const auto kept = quarantine_.find(events_.back().kept);
  ASSERT_TRUE(kept) << kept.error().message();
  EXPECT_EQ(kept->from, "Caf\u00e9 <news@bank.example>");
  EXPECT_EQ(kept->subject, events_.back().subject);
}

}  // namespace
}  // namespace rampart::guard
