#include "guard/sign/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "guard/sign/ring_test.h"

namespace rampart::guard {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const base::Time kNow{std::chrono::seconds(1'795'000'000)};

class PlanTest : public testing::Test {
 protected:
  PlanTest() {
    rules_.sign = true;
    ring_.add("bank.example", "s1").add("gate.example", "g1");
  }

  SigningPlan plan(const std::string& text, const Standing& standing, std::string user = "") {
    const auto message = *mail::Message::parse(std::string_view(text));
    const auto author = mail::read_author(message.header);
    const std::vector<std::string> to{"b@else.example"};
    return plan_signing({.standing = standing,
                         .message = &message,
                         .author = author,
                         .writer = {.user = std::move(user), .client = {}},
                         .recipients = to,
                         .came_back = came_back_,
                         .chain = chain_,
                         .now = kNow},
                        ring_, rules_, relay_domains_, "guard.else.example");
  }
  std::string none(const std::string& text,
                   const Standing& standing = {.role = Role::submission, .proof = Proof::login}) {
    const auto out = plan(text, standing);
    EXPECT_THAT(out.keys, IsEmpty());
    return out.none;
  }

  TestRing ring_;
  SigningRules rules_;
  std::vector<dns::Name> relay_domains_;
  std::optional<arc::Result> chain_ = arc::Result::none;
  bool came_back_ = false;
  const std::string mail_ = "From: alice@bank.example\r\n\r\nhello\r\n";
};

TEST_F(PlanTest, IsWhatSigningDoes) {
  for (const std::string& text :
       {mail_, std::string("From: a@else.example\r\n\r\n"),
        std::string("From: a@bank.example, b@bank.example\r\n\r\n"), std::string("Subject: x\r\n\r\n"),
        std::string("From: a@bank.example\r\nFrom: b@bank.example\r\n\r\n")}) {
    const auto planned = plan(text, {.role = Role::submission, .proof = Proof::login}, "alice");
    const auto done = *sign(*mail::Message::parse(std::string_view(text)), {.user = "alice", .client = {}},
                            ring_, rules_, kNow);
    EXPECT_EQ(planned.adds, "signed");
    EXPECT_EQ(planned.keys.size(), done.fields.size()) << text;
    if (done.fields.empty()) {
      EXPECT_EQ(planned.none, done.causes.back().text);
    }
  }
  EXPECT_THAT(plan_lines(plan(mail_, {.role = Role::gateway, .proof = Proof::network})),
              ElementsAre("as bank.example with s1 (Ed25519)"));
}

TEST_F(PlanTest, SaysWhyNobodySigns) {
  EXPECT_THAT(none(mail_, {.role = Role::submission}), HasSubstr("nobody logged in"));
  EXPECT_THAT(none("Authentication-Results: guard.else.example; none\r\n" + mail_,
                   {.role = Role::submission, .proof = Proof::network}),
              HasSubstr("handed on"));
  came_back_ = true;
  EXPECT_THAT(none(mail_), HasSubstr("let through before"));
  came_back_ = false;
  std::string many;
  for (int i = 0; i < 600; ++i) many += "To:\r\n";
  EXPECT_THAT(none(many + mail_), HasSubstr("nobody would read the signature"));
  rules_.owners = std::make_shared<const Owners>(*Owners::parse("alice alice@bank.example", "f"));
  rules_.sign_unowned = false;
  EXPECT_EQ(plan(mail_, {.role = Role::submission, .proof = Proof::login}, "alice").owned, Owned::yes);
  EXPECT_THAT(none(mail_), HasSubstr("guard.sign_unowned"));
  ring_.fail();
  rules_.sign_unowned = true;
  EXPECT_THAT(none(mail_), HasSubstr("cannot be read"));
  rules_.sign = false;
  EXPECT_EQ(none(mail_), "guard.sign is false");
  rules_.owners = nullptr;
  EXPECT_EQ(plan(mail_, {.role = Role::submission, .proof = Proof::login}).adds, "nothing");
}

TEST_F(PlanTest, SealsWhatIsHandedOnFromOutside) {
  EXPECT_EQ(plan(mail_, {.role = Role::inbound}).adds, "nothing");
  rules_.sealer = auth::TestZone::name("gate.example");
  relay_domains_ = {auth::TestZone::name("else.example")};
  const auto sealed = plan(mail_, {.role = Role::relayed});
  EXPECT_EQ(sealed.adds, "sealed");
  EXPECT_THAT(plan_lines(sealed), ElementsAre("as gate.example with g1 (Ed25519)"));
  EXPECT_EQ(plan(mail_, {.role = Role::local}).adds, "nothing");
  chain_ = arc::Result::temperror;
  EXPECT_THAT(none(mail_, {.role = Role::inbound}), HasSubstr("could not be found out"));
}

}  // namespace
}  // namespace rampart::guard
