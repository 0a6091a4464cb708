#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "guard/hindsight/comparison.h"
#include "guard/hindsight/rehearsal.h"

namespace rampart::guard {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr base::Time kNow{std::chrono::seconds(1'795'000'000)};

std::vector<OtherVerdict> others(std::string_view text) { return read_others(*mail::read_header(text)); }

TEST(OtherFilter, ReadsRspamdAndSpamAssassin) {
  const auto rspamd =
      others("X-Spamd-Result: default: True [16.10 / 15.00];\r\n\tBAYES_SPAM(5.10)[99.99%]\r\n\r\n");
  ASSERT_EQ(rspamd.size(), 1U);
  EXPECT_EQ(rspamd[0].field, "X-Spamd-Result");
  EXPECT_EQ(rspamd[0].says, OtherSays::spam);
  EXPECT_DOUBLE_EQ(rspamd[0].score.value_or(0), 16.1);
  EXPECT_EQ(others("x-spamd-result: default: False [-1.50 / 15.00]; A(1)[]\r\n\r\n").at(0).says,
            OtherSays::clean);
  const auto assassin = others("X-Spam-Status: Yes, score=7.1 required=5.0 tests=A,B autolearn=no\r\n\r\n");
  EXPECT_EQ(assassin.at(0).says, OtherSays::spam);
  EXPECT_DOUBLE_EQ(assassin.at(0).score.value_or(0), 7.1);
  const auto old = others("X-Spam-Status: No, hits=-2.6 required=6.31\r\n\r\n");
  EXPECT_EQ(old.at(0).says, OtherSays::clean);
  EXPECT_DOUBLE_EQ(old.at(0).score.value_or(0), -2.6);
}

TEST(OtherFilter, WhatIsNotClearIsUnclear) {
  EXPECT_TRUE(others("X-Spam-Flag: YES\r\n\r\n").empty());
  for (const auto* text : {"X-Spamd-Result: True\r\n\r\n", "X-Spamd-Result: default: Truer [1 / 2]\r\n\r\n",
                           "X-Spam-Status: Maybe\r\n\r\n", "X-Spam-Status:\r\n\r\n",
                           "X-Spam-Status: No\r\nX-Spam-Status: Yes, score=9\r\n\r\n"}) {
    const auto found = others(text);
    ASSERT_EQ(found.size(), 1U) << text;
    EXPECT_EQ(found[0].says, OtherSays::unclear) << text;
  }
  for (const auto* number : {"nan", "inf", "-", ""})
    EXPECT_EQ(others(fmt::format("X-Spam-Status: Yes, score={}\r\n\r\n", number)).at(0).score, std::nullopt);
}

TEST(OtherFilter, TakesResultsOfFiltersThatAreTrustedAlone) {
  const std::array<std::string, 2> ids{"mx.bank.example", "av.bank.example"};
  const auto results = [&](std::string_view text) {
    return read_other_results(*mail::read_header(text), ids);
  };
  using testing::ElementsAre;
  EXPECT_THAT(results("Authentication-Results: MX.bank.example;\r\n\tdkim=pass header.d=bank.example\r\n"
                      "Authentication-Results: else.example; spf=pass\r\n"
                      "Authentication-Results: av.bank.example; none\r\n"
                      "Authentication-Results: mx.bank.example; spf\r\n"
                      "Received: from a by b; Fri, 27 Nov 2026 10:00:00 +0000\r\n"
                      "Authentication-Results: mx.bank.example; dmarc=pass\r\n\r\n"),
              ElementsAre("MX.bank.example; dkim=pass header.d=bank.example", "av.bank.example; none"));
  std::string many;
  for (int i = 0; i < 50; ++i) many += "Authentication-Results: mx.bank.example; none\r\n";
  EXPECT_EQ(results(many + "\r\n").size(), kMaxOtherResults);
  EXPECT_TRUE(read_other_results(*mail::read_header(many + "\r\n"), {}).empty());
}

Event event(Action asked, std::string author, std::string client) {
  Event out;
  out.id = "01";
  out.at = kNow;
  out.queue_id = "4fYq";
  out.client = std::move(client);
  out.author = std::move(author);
  out.recipients = {"a@bank.example", "b@shop.example"};
  out.role = "inbound";
  out.asked = asked;
  if (asked != Action::accept)
    out.causes.push_back({.code = "dmarc-reject", .text = "it fails", .section = {}});
  out.draw = 5'000;
  return out;
}

PastEvent past(const Event& one) { return read_event(event_json(one)).value(); }

TEST(Past, AnEventIsReadAsItWasWritten) {
  auto one = event(Action::reject, "evil.example", "203.0.113.9");
  one.others = {{.field = kOtherFields[1], .says = OtherSays::spam, .score = 7.5}};
  one.answered = Action::quarantine;
  const auto read = past(one);
  EXPECT_EQ(read.at, kNow);
  EXPECT_EQ(read.asked.action, Action::reject);
  EXPECT_EQ(read.answered, Action::quarantine);
  EXPECT_EQ(read.recipients, one.recipients);
  EXPECT_EQ(read.draw, 5'000U);
  EXPECT_TRUE(read.from_outside);
  EXPECT_EQ(codes(read), "dmarc-reject");
  ASSERT_EQ(read.others.size(), 1U);
  EXPECT_EQ(read.others[0].says, OtherSays::spam);
  EXPECT_EQ(read.others[0].score, 7.5);
  EXPECT_EQ(source_of(read), (Source{.author = "evil.example", .network = "203.0.113.0/24"}));
  one.author.clear();
  one.client.clear();
  EXPECT_EQ(source_of(past(one)), (Source{.author = "(nobody)", .network = ""}));
}

TEST(Past, WhatIsNoEventIsNone) {
  for (const auto* text : {"", "[]", "{}", "{\"at\":\"2026-11-27T00:00:00Z\"}",
                           R"({"at":"2026-11-27T00:00:00Z","asked":"burn","answered":"accept"})"})
    EXPECT_FALSE(read_event(text)) << text;
  EXPECT_FALSE(read_event(R"({"at":"2026-11-27T00:00:00Z","asked":"accept","answered":"accept"})")->draw);
}

TEST(Rehearsal, CountsWhatEachSwitchWouldHaveDone) {
  const auto run = [](const std::vector<std::string>& rules) {
    std::vector<Enforcement> parsed;
    for (const auto& rule : rules) parsed.push_back(*parse_enforcement(rule));
    Rehearsal out(std::move(parsed));
    out.add(past(event(Action::reject, "evil.example", "203.0.113.9")));
    out.add(past(event(Action::quarantine, "list.example", "203.0.113.10")));
    out.add(past(event(Action::quarantine, "list.example", "203.0.113.11")));
    out.add(past(event(Action::accept, "good.example", "192.0.2.1")));
    auto ours = event(Action::reject, "bank.example", "192.0.2.1");
    ours.role = "submission";
    out.add(past(ours));
    return out.text({.since = "7d", .now = kNow, .rows = 20});
  };
  EXPECT_THAT(run({}), HasSubstr("Of 4 messages from outside in the last 7d, 2 would have been quarantined, "
                                 "1 rejected and 0 put off."));
  // Of two recipients one has the switch: the other gets it, so nothing is rejected.
  const auto one = run({"to=bank.example"});
  EXPECT_THAT(one, HasSubstr("3 would have been quarantined, 0 rejected"));
  EXPECT_THAT(one, HasSubstr("2 quarantined in the name of list.example from 203.0.113.0/24"));
  EXPECT_THAT(one, HasSubstr("1 quarantined in the name of evil.example from 203.0.113.9\n"));
  EXPECT_THAT(one,
              HasSubstr("overrides = [\"accept from=list.example network=203.0.113.0/24 until=2027-02-"));
  EXPECT_THAT(run({"to=else.example"}), HasSubstr("0 would have been quarantined, 0 rejected"));
  EXPECT_THAT(run({"percent=50"}), HasSubstr("0 would have been quarantined, 0 rejected"))
      << "its place is beyond the half";
  EXPECT_THAT(run({"percent=51"}), HasSubstr("2 would have been quarantined, 1 rejected"));
  EXPECT_THAT(run({"signal=blocked"}), HasSubstr("0 would have been quarantined"));
}

TEST(Rehearsal, ListsASourceOnceWithAllItsCauses) {
  Rehearsal out({});
  const auto add = [&](Action action, std::string code) {
    auto one = event(action, "evil.example", "203.0.113.9");
    one.causes = {{.code = std::move(code), .text = "it fails", .section = {}}};
    out.add(past(one));
  };
  add(Action::reject, "dmarc-reject");
  add(Action::quarantine, "dmarc-quarantine");
  add(Action::quarantine, "dmarc-quarantine");
  const auto text = out.text({.since = "7d", .now = kNow, .rows = 20});
  EXPECT_THAT(text, HasSubstr("\n2 quarantined, 1 rejected in the name of evil.example from 203.0.113.9\n"
                              "  because    dmarc-quarantine: 2\n"
                              "             dmarc-reject: 1\n"
                              "  last  "));
  EXPECT_EQ(text.find("in the name of"), text.rfind("in the name of"));
  EXPECT_THAT(out.json({.since = "7d", .now = kNow, .rows = 20}), HasSubstr("\"dmarc-quarantine\""));
}

TEST(Rehearsal, SaysWhatItDoesNotKnow) {
  Rehearsal nothing({});
  EXPECT_THAT(nothing.text({.since = "7d", .now = kNow}), HasSubstr("nothing can be said"));
  Rehearsal half({*parse_enforcement("percent=10")});
  auto old = past(event(Action::quarantine, "evil.example", "203.0.113.9"));
  old.draw.reset();
  half.add(old);
  half.add_damaged();
  old.asked.action = Action::accept;
  half.add(old);  // what is let through in any case is not in doubt
  const auto text = half.text({.since = "7d", .now = kNow});
  EXPECT_THAT(text, HasSubstr("Of 1 messages it is not known whether a percentage covers them"));
  EXPECT_THAT(text, HasSubstr("1 events of the store cannot be read"));
}

TEST(Rehearsal, WhatCannotBeReadIsRefusedWhateverIsEnforced) {
  Rehearsal out({*parse_enforcement("to=else.example percent=10")});
  auto one = event(Action::reject, "", "203.0.113.9");
  one.causes = {{.code = "unreadable", .text = "its header is too large", .section = {}}};
  out.add(past(one));
  EXPECT_THAT(out.text({.since = "7d", .now = kNow, .rows = 20}),
              HasSubstr("0 would have been quarantined, 1 rejected"));
}

TEST(Rehearsal, AnExceptionIsALineThatIsUnderstood) {
  // "NAME" and "WHY" stand there to be replaced; a source without an author or an address names what it has.
  EXPECT_EQ(exception_for({.author = "list.example", .network = "203.0.113.0/24"}, "203.0.113.9", kNow)
                .find("accept from=list.example network=203.0.113.9 "),
            0U);
  EXPECT_THAT(exception_for({.author = "(nobody)", .network = "2001:db8::/48"}, "", kNow),
              HasSubstr("accept network=2001:db8::/48"));
  EXPECT_EQ(exception_for({.author = "(nobody)", .network = ""}, "", kNow), "");
}

TEST(Comparison, SetsUsBesideThem) {
  Comparison comparison(kOtherFields[0]);
  const auto add = [&](Action asked, std::optional<OtherSays> says, std::string author) {
    auto one = event(asked, std::move(author), "203.0.113.9");
    if (says) one.others = {{.field = kOtherFields[0], .says = *says, .score = {}}};
    comparison.add(past(one));
  };
  add(Action::accept, OtherSays::clean, "good.example");
  add(Action::accept, OtherSays::spam, "bulk.example");
  add(Action::quarantine, OtherSays::clean, "forged.example");
  add(Action::reject, OtherSays::spam, "forged.example");
  add(Action::reject, OtherSays::unclear, "forged.example");
  add(Action::accept, {}, "none.example");
  const auto text = comparison.text({.since = "7d", .rows = 10});
  EXPECT_THAT(text,
              HasSubstr("5 messages from outside in the last 7d have a field X-Spamd-Result; 1 have none."));
  EXPECT_THAT(text, HasSubstr("We alone would stop: 1 messages\n       1  forged.example from "
                              "203.0.113.0/24: dmarc-reject  (rampart trace 4fYq)"));
  EXPECT_THAT(text, HasSubstr("They alone call spam: 1 messages\n       1  bulk.example from 203.0.113.0/24  "
                              "(rampart trace 4fYq)"));
  EXPECT_THAT(text, Not(HasSubstr("good.example")));
  const Comparison empty(kOtherFields[1]);
  EXPECT_THAT(empty.text({.since = "7d", .rows = 10}),
              HasSubstr("The other filter has to come before the guard"));
}

}  // namespace
}  // namespace rampart::guard
