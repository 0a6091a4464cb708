#include "guard/sign/signing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/results_field.h"
#include "guard/sign/ring_test.h"

namespace rampart::guard {
namespace {

using crypto::SignKey;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const base::Time kNow{std::chrono::seconds(1'795'000'000)};
const Writer kAlice{.user = "alice", .client = {}};

std::string mail(std::string_view from, std::string_view fields = "") {
  return fmt::format(
      "From: {}\r\nTo: b@else.example\r\nSubject:  rates \r\n{}\r\nThe rates  are as they were.\r\n\r\n",
      from, fields);
}

class SigningTest : public testing::Test {
 protected:
  SigningTest() { rules_.sign = true; }

  base::Result<Added> sign_it(const std::string& text) {
    return sign(*mail::Message::parse(std::string_view(text)), kAlice, ring_, rules_, kNow);
  }
  static std::string code(const Added& added) { return added.causes.empty() ? "" : added.causes.back().code; }

  auth::TestZone zone_;
  TestRing ring_;
  SigningRules rules_;
};

TEST_F(SigningTest, EveryKeyThatSignsDoes) {
  ring_.add("bank.example", "r1", SignKey::Type::rsa).add("bank.example", "e1").publish(zone_);
  const auto text = mail("Alice <alice@Bank.example>", "List-Id: <l.bank.example>\r\n");
  const auto added = *sign_it(text);
  EXPECT_THAT(added.by, ElementsAre("r1._domainkey.bank.example", "e1._domainkey.bank.example"));
  EXPECT_EQ(ring_.asked_for, "alice@bank.example");
  ASSERT_EQ(added.fields.size(), 2U);
  const auto found = received(added.fields[0] + added.fields[1] + text, zone_, kNow);
  ASSERT_EQ(found.dkim.size(), 2U);
  for (const auto& one : found.dkim) EXPECT_EQ(one.result, dkim::Result::pass) << one.why;
  auto changed = added.fields[0] + text;
  changed.replace(changed.find("rates"), 5, "RATES");
  EXPECT_EQ(received(changed, zone_, kNow).dkim.at(0).result, dkim::Result::fail);
}

TEST_F(SigningTest, SaysWhyNobodySigns) {
  ring_.add("bank.example", "e1");
  const auto none = *sign_it(mail("a@else.example"));
  EXPECT_THAT(none.fields, IsEmpty());
  EXPECT_EQ(none.causes.back().code, "not-signed");
  EXPECT_EQ(none.causes.back().text, "no key is there for else.example");
  EXPECT_THAT(sign_it(mail("a@bank.example", "From: b@bank.example\r\n"))->causes.back().text,
              HasSubstr("signed for nobody"));
  EXPECT_THAT(sign_it(mail("a@bank.example, b@bank.example"))->causes.back().text,
              HasSubstr("several authors"));
  EXPECT_THAT(sign_it(mail(std::string(400, 'a') + "@bank.example"))->causes.back().text,
              HasSubstr("longer than"));
  rules_.sign = false;
  EXPECT_THAT(sign_it(mail("a@bank.example"))->fields, IsEmpty());
}

TEST_F(SigningTest, AKeyThatCannotBeReadIsAnError) {
  ring_.add("bank.example", "e1").fail();
  EXPECT_EQ(sign_it(mail("a@bank.example")).error().kind, base::ErrorKind::io);
}

TEST_F(SigningTest, TellsOfWhoWritesInAnotherName) {
  ring_.add("bank.example", "e1");
  const auto unchecked = *sign_it(mail("ceo@bank.example"));
  EXPECT_EQ(code(unchecked), "author-unchecked") << "nobody said";
  EXPECT_EQ(unchecked.fields.size(), 1U);
  rules_.owners =
      std::make_shared<const Owners>(*Owners::parse("alice alice@bank.example\nbob @else.example", "f"));
  EXPECT_EQ(code(*sign_it(mail("alice@bank.example"))), "");
  const auto foreign = *sign_it(mail("ceo@bank.example"));
  EXPECT_EQ(foreign.causes.back().text, "alice may not write as ceo@bank.example (guard.senders_file)");
  EXPECT_EQ(foreign.fields.size(), 1U) << "told, and signed";
  rules_.sign_unowned = false;
  const auto unsigned_one = *sign_it(mail("ceo@bank.example"));
  EXPECT_THAT(unsigned_one.fields, IsEmpty());
  ASSERT_EQ(unsigned_one.causes.size(), 2U);
  EXPECT_EQ(unsigned_one.causes[0].code, "author-not-owned");
  EXPECT_EQ(unsigned_one.causes[1].code, "not-signed");
  EXPECT_EQ(sign_it(mail("alice@bank.example, ceo@bank.example"))->causes[0].code, "author-not-owned")
      << "every one of them";
  const auto stranger = *sign(*mail::Message::parse(std::string_view("From: x@bank.example\r\n\r\n")),
                              {.user = "carol", .client = {}}, ring_, rules_, kNow);
  EXPECT_EQ(stranger.causes.front().text, "guard.senders_file has no line for carol");
  EXPECT_THAT(stranger.fields, IsEmpty()) << "the file does not give it to her";
  rules_.owners = nullptr;
  EXPECT_THAT(sign_it(mail("alice@bank.example"))->fields, IsEmpty())
      << "a file that cannot be read gives nothing";
}

TEST_F(SigningTest, AddsNoFieldThatNobodyTakes) {
  ring_.add("bank.example", "e1");
  std::string many;
  for (int i = 0; i < 600; ++i) many += "To:\r\n";
  const auto added = *sign_it(mail("a@bank.example", many));
  EXPECT_THAT(added.fields, IsEmpty());
  EXPECT_THAT(added.by, IsEmpty());
  EXPECT_THAT(added.causes.back().text, HasSubstr("nobody would read the signature"));
}

class SealTest : public SigningTest {
 protected:
  std::string sealed(const std::string& text, std::string_view sealer, arc::Result found) {
    const auto message = *mail::Message::parse(std::string_view(text));
    const auto set = seal(message, found, "mx.bank.example; spf=pass\r\n\tsmtp.mailfrom=a@b.example", ring_,
                          auth::TestZone::name(sealer), kNow);
    EXPECT_TRUE(set) << set.error().message();
    last_ = *set;
    std::string out;
    for (const auto& field : last_.fields) out += field;
    return out + text;
  }
  Added last_;
};

TEST_F(SealTest, ByOneKeyAndOneSetAboveTheOther) {
  ring_.add("bank.example", "e1")
      .add("bank.example", "r1", SignKey::Type::rsa)
      .add("lists.example", "e2")
      .publish(zone_);
  auto text = sealed(mail("a@shop.example"), "lists.example", arc::Result::none);
  EXPECT_EQ(received(text, zone_, kNow).arc.result, arc::Result::pass);
  text = sealed(text, "bank.example", arc::Result::pass);
  EXPECT_THAT(last_.by, ElementsAre("r1._domainkey.bank.example")) << "every verifier knows RSA";
  ASSERT_EQ(last_.fields.size(), 3U);
  EXPECT_THAT(last_.fields[0], StartsWith("ARC-Seal: "));
  EXPECT_THAT(last_.fields[2], StartsWith("ARC-Authentication-Results: i=2; mx.bank.example; spf=pass"));
  const auto found = received(text, zone_, kNow);
  EXPECT_EQ(found.arc.result, arc::Result::pass) << found.arc.why;
  EXPECT_EQ(found.arc.chain.highest, 2U);
}

TEST_F(SealTest, SealsNothingThatItDoesNotKnow) {
  ring_.add("bank.example", "e1");
  sealed(mail("a@shop.example"), "bank.example", arc::Result::temperror);
  EXPECT_THAT(last_.fields, IsEmpty());
  EXPECT_EQ(code(last_), "not-sealed");
  sealed(mail("a@shop.example"), "else.example", arc::Result::none);
  EXPECT_EQ(last_.causes.back().text, "no key is there for else.example");
  std::string many;
  for (int i = 0; i < 20'000; ++i) many += "To:\r\n";
  sealed(mail("a@shop.example", many), "bank.example", arc::Result::none);
  EXPECT_THAT(last_.fields, IsEmpty());
  EXPECT_THAT(last_.causes.back().text, HasSubstr("nobody would read the signature"));
  const auto ended = sealed(mail("a@shop.example"), "bank.example", arc::Result::fail);
  sealed(ended, "bank.example", arc::Result::fail);
  EXPECT_THAT(last_.fields, IsEmpty()) << "a chain that failed stays as it is";
  EXPECT_EQ(last_.causes.back().section, "RFC 8617 section 5.1");
}

}  // namespace
}  // namespace rampart::guard
