#include "guard/events/tally.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"

namespace rampart::guard {
namespace {

using testing::HasSubstr;
using testing::Not;

const base::Time kNow = *base::parse_time("2026-11-27T12:00:00Z");

std::string event(std::string id, Action answered, std::string author = "bank.example", int took = 1'000,
                  std::chrono::seconds ago = {}, Action asked = Action::reject) {
  Event out;
  out.id = std::move(id);
  out.at = kNow - ago;
  out.answered = answered;
  out.asked = asked;
  out.author = std::move(author);
  out.took = std::chrono::microseconds(took);
  out.client = "192.0.2.1";
  out.subject = "rates\x1b[2J";
  if (asked != Action::accept) out.causes = {{.code = "dmarc-reject", .text = {}, .section = {}}};
  return event_json(out);
}

TEST(Tally, AddsUpEachMessageOnce) {
  Tally tally;
  for (int twice = 0; twice < 2; ++twice) {
    for (int i = 0; i < 98; ++i)
      tally.add(event("a" + std::to_string(i), Action::accept, "good.example", 1'000, {}, Action::accept));
    tally.add(event("b", Action::reject, "bank.example", 9'000));
    tally.add(event("c", Action::quarantine, "bank.example", 90'000));
  }
  EXPECT_EQ(tally.size(), 100U);
  const Tally::View view{.now = kNow, .window = std::chrono::seconds(50), .width = 80};
  const auto text = tally.text(view);
  EXPECT_THAT(
      text,
      HasSubstr("100 messages in 50s, 2.00 a second\nhalf of them answered within 1.0 ms, 99 % within 9.0 "
                "ms\n"));
  EXPECT_THAT(text, HasSubstr("accept            98    98.0 %"));
  EXPECT_THAT(text, HasSubstr("1 would have been answered otherwise"));
  EXPECT_THAT(text, testing::ContainsRegex("dmarc-reject +2\n"));
  EXPECT_THAT(text, testing::ContainsRegex("bank.example +2\n"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b"))) << "a stranger's bytes drive no terminal";
  const auto json = base::parse_json(tally.json(view), "top")->as_object();
  EXPECT_EQ(json.at("schema"), "rampart.top/1");
  EXPECT_EQ(json.at("answered").at("accept"), 98);
  EXPECT_EQ(json.at("p99_us"), 9'000);
  EXPECT_EQ(json.at("causes").at(0).at("messages"), 2);
}

TEST(Tally, ForgetsWhatIsOldAndWhatIsTooMuch) {
  Tally tally;
  tally.add(event("old", Action::accept, "bank.example", 1, std::chrono::seconds(61)));
  tally.add(event("new", Action::accept, "bank.example", 1, std::chrono::seconds(60)));
  tally.forget(kNow - std::chrono::seconds(60));
  EXPECT_EQ(tally.size(), 1U);
  tally.add(event("old", Action::accept));
  EXPECT_EQ(tally.size(), 2U) << "what is forgotten may come again";
}

TEST(Tally, ShowsWhatThereIsRoomFor) {
  Tally tally;
  for (int i = 0; i < 20; ++i)
    tally.add(event("a" + std::to_string(i), Action::reject, "d" + std::to_string(i) + ".example"));
  Tally::View view{.now = kNow, .window = std::chrono::minutes(5)};
  const auto lines = [&] { return std::ranges::count(tally.text(view), '\n'); };
  EXPECT_EQ(lines(), 34) << "no limit";
  for (view.height = 7; view.height <= 34; ++view.height) {
    EXPECT_LE(lines(), view.height);
    EXPECT_THAT(tally.text(view), HasSubstr("reject            20   100.0 %")) << "what matters is there";
    if (view.height < 10) continue;
    EXPECT_THAT(tally.text(view), HasSubstr("dmarc-reject"));
  }
  view.height = 24;
  EXPECT_EQ(lines(), 24);
  EXPECT_THAT(tally.text(view), HasSubstr("\nLatest\n"));
}

TEST(Tally, SaysWhatIsDamagedAndThatThereIsNothing) {
  Tally tally;
  for (const auto* text : {"", "{}", "[]", "{\"at\":1}", "x"}) tally.add(text);
  const Tally::View view{.now = kNow, .window = std::chrono::seconds(0)};
  EXPECT_THAT(tally.text(view), HasSubstr("5 rows of the events are damaged"));
  EXPECT_THAT(tally.text(view), HasSubstr("0 messages in 1s"));
  EXPECT_THAT(tally.text(view), Not(HasSubstr("within"))) << "nothing was answered";
}

}  // namespace
}  // namespace rampart::guard
