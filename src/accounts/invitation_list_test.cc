#include "accounts/invitation_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rampart::accounts {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::string> faults(std::string_view csv) {
  std::vector<std::string> out;
  for (const auto& one : read_invitations(csv).faults)
    out.push_back(std::to_string(one.line) + ":" + std::to_string(one.column) + ": " + one.text);
  return out;
}

TEST(InvitationList, ReadsPeople) {
  const auto list = read_invitations(
      "\xEF\xBB\xBFrole,address,name,organisations,language\r\n"
      "analyst,Bilal@Ministry.Example,\"Khan, Bilal\",Water;\"\"\r\n"
      "\r\n"
      "owner,ayesha@cert.example,,*,ur\n");
  EXPECT_THAT(faults("address,role,organisations\na@b.example,auditor,Water"), IsEmpty());
  ASSERT_THAT(list.faults, IsEmpty()) << list.faults.front().text;
  ASSERT_THAT(list.rows, SizeIs(2));
  EXPECT_EQ(list.rows[0].address, "bilal@ministry.example");
  EXPECT_EQ(list.rows[0].name, "Khan, Bilal");
  EXPECT_EQ(list.rows[0].role, Role::analyst);
  EXPECT_EQ(list.rows[0].language, "en");
  EXPECT_EQ(list.rows[0].line, 2U);
  EXPECT_TRUE(list.rows[1].everything);
  EXPECT_EQ(list.rows[1].line, 4U);
}

TEST(InvitationList, TellsEveryFaultWithItsPlace) {
  EXPECT_THAT(
      faults("address,role,organisations,language\n"
             "no address,analyst,Water,en\n"
             "a@b.example,king,Water,en\n"
             "c@b.example,analyst,,en\n"
             "d@b.example,analyst,Water,fr\n"
             "e@b.example,analyst,Water,en,more\n"
             "f@b.example,analyst,Water,en\n"
             "F@B.example,analyst,Water,en\n"),
      ElementsAre("2:1: \"no address\" is no e-mail address", HasSubstr("3:13: \"king\" is no role"),
                  HasSubstr("4:21: name at least one organisation"), HasSubstr("5:27: the console speaks"),
                  HasSubstr("6:30: the line has more fields"), "8:1: f@b.example is in the list already"));
  EXPECT_THAT(faults("adress,role\n"),
              ElementsAre(HasSubstr("1:1: there is no column \"adress\"; did you mean address?")));
  EXPECT_THAT(faults("address\n"), ElementsAre(HasSubstr("has no column role")));
  EXPECT_THAT(faults("address,role,role\n"), ElementsAre(HasSubstr("is there twice")));
  EXPECT_THAT(faults(""), ElementsAre(HasSubstr("empty")));
  EXPECT_THAT(faults("address,role\n"), ElementsAre(HasSubstr("names nobody")));
  EXPECT_THAT(faults("address,role\n\"a@b.example,owner\n"),
              ElementsAre(HasSubstr("2:1: the quotation mark")));
  EXPECT_THAT(faults("address,role\n\"a@b.example\"x,owner\n"),
              ElementsAre(HasSubstr("2:14: something stands behind")));
  EXPECT_THAT(faults("address,role\n\xff@b.example,owner\n"), ElementsAre(HasSubstr("not UTF-8")));
}

TEST(InvitationList, HasLimits) {
  std::string many = "address,role,organisations\n";
  for (std::size_t i = 0; i <= kMaxInvitations; ++i)
    many += "p" + std::to_string(i) + "@b.example,auditor,*\n";
  const auto list = read_invitations(many);
  EXPECT_THAT(list.rows, SizeIs(kMaxInvitations));
  EXPECT_THAT(list.faults, SizeIs(1));
  std::string wrong = "address,role\n";
  for (int i = 0; i < 500; ++i) wrong += "x,y\n";
  EXPECT_THAT(read_invitations(wrong).faults, SizeIs(kMaxListFaults));
  EXPECT_THAT(read_invitations(std::string(kMaxListBytes + 1, 'a')).faults, SizeIs(1));
  EXPECT_THAT(faults("address,role\n" + std::string(100, ',') + "\n"),
              ElementsAre(HasSubstr("too many fields")));
}

TEST(LoginName, IsOneSpellingOfAnAddress) {
  EXPECT_EQ(login_name(" Ayesha.Khan@Ministry.Example "), "ayesha.khan@ministry.example");
  EXPECT_EQ(login_name("a@xn--mgbai9azgqp6j.example"), "a@xn--mgbai9azgqp6j.example");
  for (const std::string bad :
       {"", "a", "@b.example", "a@", "a@@b.example", "a b@c.example", "a@b c", "!x@b.example",
        "a..b@c.example", ".a@c.example", "a\x01@b.example", "a\xE2\x80\xAE@b.example"})
    EXPECT_FALSE(login_name(bad)) << bad;
  EXPECT_FALSE(login_name(std::string(65, 'a') + "@b.example"));
  EXPECT_FALSE(login_name(std::string(60, 'a') + "@" + std::string(200, 'b') + ".example"));
}

}  // namespace
}  // namespace rampart::accounts
