#include "server/api/hub.h"

#include <gtest/gtest.h>

namespace rampart::server::api {
namespace {

using accounts::Permission;
using accounts::Principal;
using accounts::Role;

LiveEvent mail(std::string id, std::vector<std::string> organisations = {}) {
  return {.id = std::move(id),
          .topic = Topic::mail,
          .json = "{}",
          .audience = {.permission = Permission::mail_read, .organisations = std::move(organisations)}};
}

TEST(Hub, GivesEachReaderAllAtHisOwnPace) {
  Hub hub({.events = 3, .bytes = 1'000});
  const auto begin = hub.end();
  for (const auto* id : {"a", "b", "c", "d", "e"}) hub.publish(mail(id));
  const auto some = hub.read(begin, 2);
  EXPECT_EQ(some.lost, 2U);
  ASSERT_EQ(some.events.size(), 2U);
  EXPECT_EQ(some.events[0]->id, "c");
  const auto rest = hub.read(some.next, 10);
  EXPECT_EQ(rest.lost, 0U);
  ASSERT_EQ(rest.events.size(), 1U);
  EXPECT_EQ(rest.next, hub.end());
  EXPECT_EQ(hub.behind("d"), rest.next - 1);
  EXPECT_EQ(hub.behind("a"), std::nullopt);
}

TEST(Hub, IsBoundedInBytesAndKeepsTheLatest) {
  Hub hub({.events = 100, .bytes = 10});
  auto large = mail("large");
  large.json = std::string(50, ' ');
  hub.publish(mail("a"));
  hub.publish(large);
  const auto some = hub.read(0, 10);
  ASSERT_EQ(some.events.size(), 1U);
  EXPECT_EQ(some.events[0]->id, "large");
  EXPECT_EQ(some.lost, 1U);
}

TEST(Hub, WakesWhoeverSubscribedUntilHeDoesNot) {
  Hub hub;
  int woken = 0;
  const auto number = hub.subscribe([&] { ++woken; });
  hub.publish(mail("a"));
  hub.unsubscribe(number);
  hub.publish(mail("b"));
  EXPECT_EQ(woken, 1);
}

struct SeeCase {
  std::string_view name;
  Role role;
  std::vector<std::string> scope;  // empty: everything
  Audience audience;
  bool sees;
};
class See : public testing::TestWithParam<SeeCase> {};

TEST_P(See, ByRoleScopeAndAccount) {
  const auto& param = GetParam();
  const Principal who{.account = "me",
                      .name = "me@cert.example",
                      .role = param.role,
                      .scope = {.everything = param.scope.empty(), .organisations = param.scope}};
  EXPECT_EQ(may_see(who, param.audience), param.sees) << param.name;
}

INSTANTIATE_TEST_SUITE_P(
    All, See,
    testing::Values(
        SeeCase{"mail of his organisation",
                Role::analyst,
                {"o1"},
                {Permission::mail_read, {"o1", "o2"}, false, ""},
                true},
        SeeCase{"mail of another", Role::analyst, {"o1"}, {Permission::mail_read, {"o2"}, false, ""}, false},
        SeeCase{"mail of nobody", Role::analyst, {"o1"}, {Permission::mail_read, {}, false, ""}, false},
        SeeCase{
            "mail of nobody, who sees all", Role::analyst, {}, {Permission::mail_read, {}, false, ""}, true},
        SeeCase{"helpdesk has no live mail",
                Role::helpdesk,
                {},
                {Permission::mail_read, {"o1"}, false, ""},
                false},
        SeeCase{"his own job", Role::helpdesk, {"o1"}, {Permission::system_read, {}, false, "me"}, true},
        SeeCase{"another's job", Role::analyst, {}, {Permission::system_read, {}, false, "you"}, false},
        SeeCase{
            "another's job, the owner", Role::owner, {}, {Permission::system_read, {}, false, "you"}, true},
        SeeCase{"another's job, an administrator of one organisation",
                Role::administrator,
                {"o1"},
                {Permission::system_read, {}, false, "you"},
                false},
        SeeCase{"a part of mail, of his organisation",
                Role::analyst,
                {"o1"},
                {Permission::mail_read, {"o1"}, true, ""},
                true},
        SeeCase{"a part of mail, who is told the whole",
                Role::analyst,
                {},
                {Permission::mail_read, {"o1"}, true, ""},
                false},
        SeeCase{"what is another's alone", Role::owner, {}, {Permission::self, {}, false, "you"}, false}));

}  // namespace
}  // namespace rampart::server::api
