#include "guard/sign/owners.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rampart::guard {
namespace {

using testing::HasSubstr;

Writer user(std::string name) {
  return {.user = std::move(name), .client = base::IpAddress::parse("192.0.2.17")};
}
Writer machine(std::string_view ip) { return {.user = {}, .client = base::IpAddress::parse(ip)}; }

TEST(Owners, SayInWhoseNameEachMayWrite) {
  const auto owners = *Owners::parse(
      "# people\n"
      "alice  Alice@Bank.example @shop.example\n"
      "alice  sales@bank.example   # more of her\r\n"
      "boss@bank.example *\n"
      "\n"
      "192.0.2.17 printer@bank.example\n"
      "192.0.2.0/24 @xn--mgbai9azgqp6j.example\n",
      "senders.txt");
  EXPECT_EQ(owners.size(), 4U);
  EXPECT_EQ(owners.check(user("alice"), "alice@bank.example"), Owned::yes);
  EXPECT_EQ(owners.check(user("ALICE"), "sales@BANK.example"), Owned::yes) << "lines add up";
  EXPECT_EQ(owners.check(user("alice"), "any@shop.example"), Owned::yes);
  EXPECT_EQ(owners.check(user("alice"), "any@mail.shop.example"), Owned::no) << "the domain itself";
  EXPECT_EQ(owners.check(user("alice"), "ceo@bank.example"), Owned::no);
  EXPECT_EQ(owners.check(user("alice"), "printer@bank.example"), Owned::no)
      << "whoever logged in is no machine";
  EXPECT_EQ(owners.check(user("boss@bank.example"), "any@else.example"), Owned::yes);
  EXPECT_EQ(owners.check(user("bob"), "bob@bank.example"), Owned::unknown);
  EXPECT_EQ(owners.check(machine("192.0.2.17"), "printer@bank.example"), Owned::yes);
  EXPECT_EQ(owners.check(machine("192.0.2.17"), "a@xn--mgbai9azgqp6j.example"), Owned::yes)
      << "networks add up, too";
  EXPECT_EQ(owners.check(machine("192.0.2.18"), "printer@bank.example"), Owned::no);
  EXPECT_EQ(owners.check(machine("198.51.100.1"), "printer@bank.example"), Owned::unknown);
  EXPECT_EQ(owners.check({}, "printer@bank.example"), Owned::unknown);
}

TEST(Owners, RefuseWhatCannotBeRead) {
  const auto fault = [](std::string_view text) {
    return Owners::parse(text, "senders.txt").error().message();
  };
  EXPECT_THAT(fault("a a@b.example\nalice\n"), HasSubstr("senders.txt:2"));
  EXPECT_THAT(fault("alice bank.example"), HasSubstr("\"bank.example\" is no address"));
  EXPECT_THAT(fault("alice a@"), HasSubstr("is no address"));
  EXPECT_EQ(Owners::parse("", "x")->size(), 0U);
}

}  // namespace
}  // namespace rampart::guard
