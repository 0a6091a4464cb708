#include "guard/policy/enforce.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mail/message.h"

namespace rampart::guard {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Ruling asks(Action action, std::string_view code = "dmarc-reject") {
  Ruling out;
  out.action = action;
  out.causes.push_back({.code = std::string(code), .text = "why", .section = {}});
  if (action == Action::reject || action == Action::tempfail) {
    out.code = action == Action::reject ? 550 : 451;
    out.text = "no";
  }
  return out;
}

std::vector<Enforcement> rules(std::initializer_list<std::string_view> texts) {
  std::vector<Enforcement> out;
  for (const auto text : texts) out.push_back(*parse_enforcement(text));
  return out;
}

const std::vector<std::string> kTwo{"a@bank.example", "b@Sub.Shop.example"};

// What is done for each of the two.
std::vector<Action> done(Action asked, std::initializer_list<std::string_view> texts, bool may_remove = true,
                         unsigned draw = 0) {
  const auto out = dispatch(asks(asked), kTwo, rules(texts), draw, may_remove);
  return actions_of(out, kTwo.size());
}

std::string last_code(const Dispatch& out, std::size_t recipient) {
  for (const auto& share : out.shares)
    if (std::ranges::find(share.recipients, recipient) != share.recipients.end())
      return share.ruling.causes.back().code;
  return {};
}

using enum Action;

TEST(Enforce, DoesAllThatIsAskedForWithoutRules) {
  EXPECT_THAT(done(reject, {}), ElementsAre(reject, reject));
  const auto out = dispatch(asks(reject), kTwo, {}, 9'999, true);
  EXPECT_EQ(out.answer, reject);
  EXPECT_EQ(out.refusal.code, 550U);
  EXPECT_EQ(out.shares.size(), 1U);
}

TEST(Enforce, HoldsToTheDomainsThatAreNamed) {
  EXPECT_THAT(done(quarantine, {"to=bank.example"}), ElementsAre(quarantine, accept));
  EXPECT_THAT(done(quarantine, {"to=shop.example"}), ElementsAre(accept, quarantine))
      << "and what is below them";
  EXPECT_THAT(done(quarantine, {"to=ank.example"}), ElementsAre(accept, accept));
  EXPECT_THAT(done(quarantine, {"to=bank.example", "to=shop.example"}), ElementsAre(quarantine, quarantine));
  const auto out = dispatch(asks(quarantine), kTwo, rules({"to=bank.example"}), 0, true);
  EXPECT_EQ(out.answer, accept) << "somebody gets it";
  EXPECT_EQ(last_code(out, 1), "not-enforced");
}

TEST(Enforce, RejectsOnlyWhereAllAreRejected) {
  const auto out = dispatch(asks(reject), kTwo, rules({"to=bank.example"}), 0, true);
  EXPECT_EQ(out.answer, accept);
  EXPECT_THAT(done(reject, {"to=bank.example"}), ElementsAre(quarantine, accept));
  EXPECT_EQ(last_code(out, 0), "another-recipient");
  EXPECT_THAT(done(reject, {"to=bank.example"}, false), ElementsAre(quarantine, quarantine))
      << "nobody gets what one must not have, where none can be removed";
}

TEST(Enforce, PutsOffForAllWhatIsPutOffForOne) {
  const auto out = dispatch(asks(tempfail), kTwo, rules({"to=shop.example"}), 0, true);
  EXPECT_EQ(out.answer, tempfail);
  EXPECT_EQ(out.refusal.code, 451U);
  EXPECT_THAT(done(tempfail, {"action=quarantine"}), ElementsAre(accept, accept));
}

TEST(Enforce, TakesARejectForAQuarantineWhereThatIsEnforced) {
  EXPECT_THAT(done(reject, {"action=quarantine"}), ElementsAre(quarantine, quarantine));
  EXPECT_EQ(last_code(dispatch(asks(reject), kTwo, rules({"action=quarantine"}), 0, true), 0),
            "enforced-as-quarantine");
  EXPECT_THAT(done(quarantine, {"action=reject"}), ElementsAre(accept, accept));
  EXPECT_THAT(done(reject, {"action=quarantine", "action=reject"}), ElementsAre(reject, reject))
      << "the strictest of those that hold";
  EXPECT_THAT(done(reject, {"action=reject percent=10", "action=quarantine"}, true, 1'000),
              ElementsAre(quarantine, quarantine));
}

TEST(Enforce, GoesByTheCause) {
  const auto given = rules({"signal=dmarc-quarantine"});
  EXPECT_EQ(dispatch(asks(quarantine, "dmarc-quarantine"), kTwo, given, 0, true).answer, quarantine);
  EXPECT_EQ(dispatch(asks(quarantine, "from-malformed"), kTwo, given, 0, true).answer, accept);
}

TEST(Enforce, ActsOnAMessageThatNamesNobody) {
  const std::vector<std::string> nobody;
  const auto out = dispatch(asks(quarantine), nobody, rules({"to=bank.example"}), 0, true);
  EXPECT_EQ(out.answer, accept);
  ASSERT_EQ(out.shares.size(), 1U);
  EXPECT_THAT(out.shares[0].recipients, IsEmpty());
  EXPECT_EQ(dispatch(asks(quarantine), nobody, {}, 0, true).answer, quarantine);
}

TEST(Enforce, TakesAShareOfMessagesThatOnlyGrows) {
  for (const unsigned draw : {0U, 999U, 1'000U, 9'999U}) {
    EXPECT_EQ(done(quarantine, {"percent=10"}, true, draw)[0], draw < 1'000 ? quarantine : accept) << draw;
    EXPECT_EQ(done(quarantine, {"percent=100"}, true, draw)[0], quarantine);
  }
}

unsigned draw(const std::string& fields, std::string_view sender = "a@bank.example") {
  const auto text = fields + "\r\n";
  return draw_of(mail::Message::parse(std::string_view(text))->header, sender);
}

TEST(Enforce, DrawsTheSameWheneverAMessageIsTriedAgain) {
  const std::string fields = "From: a@bank.example\r\nMessage-ID: <1@bank.example>\r\n";
  EXPECT_EQ(draw("Received: by a; Fri, 27 Nov 2026 10:00:00 +0000\r\n" + fields),
            draw("Received: by a; Fri, 27 Nov 2026 10:20:00 +0000\r\n" + fields));
  std::size_t below = 0;
  constexpr int kMessages = 2'000;
  for (int i = 0; i < kMessages; ++i) {
    const auto one = draw(fields + "Subject: " + std::to_string(i) + "\r\n");
    EXPECT_LT(one, kDraws);
    below += one < kDraws / 10 ? 1 : 0;
  }
  EXPECT_GT(below, 140U) << "a tenth, give or take";
  EXPECT_LT(below, 260U);
}

TEST(Enforce, IsWrittenAsItIsRead) {
  for (const auto* text : {"to=bank.example action=quarantine signal=dmarc-reject percent=10", "percent=100",
                           "action=tempfail", "to=xn--mgbai9azgqp6j.example"})
    EXPECT_EQ(format(*parse_enforcement(text)), text);
}

TEST(Enforce, SaysWhatIsNoRule) {
  const auto fault = [](std::string_view text) { return parse_enforcement(text).error().what; };
  EXPECT_THAT(fault(""), HasSubstr("says nothing"));
  for (const auto* text : {"to=", "to=a@b", "action=accept", "action=", "signal=a,b", "percent=0",
                           "percent=101", "percent=x", "bank.example", "=", "who=a"})
    EXPECT_THAT(fault(text), HasSubstr("to=DOMAIN")) << text;
  EXPECT_THAT(fault("to=a.example to=b.example"), HasSubstr("twice"));
}

}  // namespace
}  // namespace rampart::guard
