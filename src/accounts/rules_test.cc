#include "accounts/rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "accounts/access.h"

namespace rampart::accounts {
namespace {

const base::Time kNow{std::chrono::seconds(1'795'000'000)};
const Scope kAll{.everything = true};
const Scope kWater{.organisations = {"water"}};
const Scope kRoads{.organisations = {"roads"}};
const Scope kBoth{.organisations = {"roads", "water"}};

Principal by(Role role, Scope scope, std::string id = "me", base::Time proven = kNow) {
  return {.account = std::move(id),
          .name = "me@cert.example",
          .role = role,
          .scope = std::move(scope),
          .by_id = "s",
          .proven = proven};
}
Standing one(Role role, Scope scope, AccountState state = AccountState::active, std::string id = "he") {
  return {.id = std::move(id), .role = role, .scope = std::move(scope), .state = state};
}
std::string said(const Outcome<>& outcome) {
  return outcome ? "yes" : std::string(to_string(outcome.error().why));
}

struct Case {
  std::string_view what;
  Principal asker;
  Act act;
  std::optional<Standing> before;
  std::optional<Standing> after;
  std::size_t owners;
  std::string_view said;
};

TEST(Rules, WhoMayChangeWhom) {
  const auto owner = by(Role::owner, kAll);
  const auto admin = by(Role::administrator, kAll);
  const auto water = by(Role::administrator, kWater);
  const std::optional<Standing> none;
  const std::vector<Case> cases{
      // Nobody grants more than he has.
      {"owner invites owner", owner, Act::invite, none, one(Role::owner, kAll), 1, "yes"},
      {"administrator invites owner", admin, Act::invite, none, one(Role::owner, kAll), 1, "not-allowed"},
      {"administrator invites administrator", admin, Act::invite, none, one(Role::administrator, kAll), 1,
       "yes"},
      {"delegated invites within", water, Act::invite, none, one(Role::analyst, kWater), 1, "yes"},
      {"delegated invites to another", water, Act::invite, none, one(Role::analyst, kRoads), 1,
       "not-allowed"},
      {"delegated invites beyond", water, Act::invite, none, one(Role::analyst, kBoth), 1, "not-allowed"},
      {"delegated invites to all", water, Act::invite, none, one(Role::analyst, kAll), 1, "not-allowed"},
      {"nothing to see", owner, Act::invite, none, one(Role::analyst, {}), 1, "invalid"},
      {"owner of one organisation", owner, Act::invite, none, one(Role::owner, kWater), 1, "invalid"},
      {"analyst invites", by(Role::analyst, kAll), Act::invite, none, one(Role::helpdesk, kWater), 1,
       "not-allowed"},
      {"auditor invites", by(Role::auditor, kAll), Act::invite, none, one(Role::helpdesk, kWater), 1,
       "not-allowed"},
      // Owners.
      {"administrator disables owner", admin, Act::disable, one(Role::owner, kAll), none, 2, "not-allowed"},
      {"administrator resets owner", admin, Act::reset, one(Role::owner, kAll), none, 2, "not-allowed"},
      {"administrator makes owner", admin, Act::change, one(Role::analyst, kAll), one(Role::owner, kAll), 2,
       "not-allowed"},
      {"owner disables another", owner, Act::disable, one(Role::owner, kAll), none, 2, "yes"},
      {"owner demotes another", owner, Act::change, one(Role::owner, kAll), one(Role::analyst, kAll), 2,
       "yes"},
      // The last owner.
      {"last owner disabled by host", by(Role::owner, kAll, "local:root"), Act::disable,
       one(Role::owner, kAll), none, 1, "conflict"},
      {"last owner leaves", by(Role::owner, kAll, "local:root"), Act::leave, one(Role::owner, kAll), none, 1,
       "conflict"},
      {"last owner demoted", by(Role::owner, kAll, "local:root"), Act::change, one(Role::owner, kAll),
       one(Role::analyst, kAll), 1, "conflict"},
      {"one who cannot sign in", owner, Act::leave, one(Role::owner, kAll, AccountState::invited), none, 1,
       "yes"},
      // Oneself.
      {"own role", owner, Act::change, one(Role::owner, kAll, AccountState::active, "me"),
       one(Role::analyst, kAll), 2, "not-allowed"},
      {"own account", owner, Act::leave, one(Role::owner, kAll, AccountState::active, "me"), none, 2,
       "not-allowed"},
      {"own sessions", owner, Act::end_sessions, one(Role::owner, kAll, AccountState::active, "me"), none, 1,
       "yes"},
      // Scope.
      {"delegated sees within", water, Act::see, one(Role::analyst, kWater), none, 1, "yes"},
      {"delegated sees partly", water, Act::see, one(Role::analyst, kBoth), none, 1, "missing"},
      {"delegated sees all-seer", water, Act::see, one(Role::analyst, kAll), none, 1, "missing"},
      {"delegated disables another's", water, Act::disable, one(Role::analyst, kRoads), none, 1, "missing"},
      {"delegated widens", water, Act::change, one(Role::analyst, kWater), one(Role::analyst, kBoth), 1,
       "not-allowed"},
      {"auditor sees", by(Role::auditor, kWater), Act::see, one(Role::analyst, kWater), none, 1, "yes"},
      {"auditor ends sessions", by(Role::auditor, kWater), Act::end_sessions, one(Role::analyst, kWater),
       none, 1, "not-allowed"},
      {"helpdesk sees", by(Role::helpdesk, kAll), Act::see, one(Role::analyst, kWater), none, 1,
       "not-allowed"},
      // States.
      {"comes back", owner, Act::enable, one(Role::analyst, kAll, AccountState::left), none, 1, "conflict"},
      {"enabled twice", owner, Act::enable, one(Role::analyst, kAll), none, 1, "conflict"},
      {"reset before enrolment", owner, Act::reset, one(Role::analyst, kAll, AccountState::invited), none, 1,
       "conflict"},
      {"invited again", owner, Act::re_invite, one(Role::analyst, kAll, AccountState::invited), none, 1,
       "yes"},
      {"invited though enrolled", owner, Act::re_invite, one(Role::analyst, kAll), none, 1, "conflict"},
      // Step-up.
      {"an old proof", by(Role::owner, kAll, "me", kNow - std::chrono::minutes(6)), Act::disable,
       one(Role::analyst, kAll), none, 1, "step-up"},
      {"an old proof sees", by(Role::owner, kAll, "me", kNow - std::chrono::minutes(6)), Act::see,
       one(Role::analyst, kAll), none, 1, "yes"},
      {"a proof of tomorrow", by(Role::owner, kAll, "me", kNow + std::chrono::minutes(1)), Act::disable,
       one(Role::analyst, kAll), none, 1, "step-up"},
  };
  for (const auto& c : cases)
    EXPECT_EQ(said(judge(c.asker, c.act, c.before, c.after, c.owners, kNow)), c.said) << c.what;
  auto root = by(Role::owner, kAll, "local:root");
  root.by = Principal::By::local;
  EXPECT_EQ(said(judge(root, Act::reset, one(Role::owner, kAll), none, 1, kNow)), "yes")
      << "recovery on the host";
}

TEST(Rules, ARoleLiesWithinAnotherOnlyWhereItMayNothingMore) {
  for (std::size_t a = 0; a < kRoles; ++a)
    for (std::size_t b = 0; b < kRoles; ++b) {
      bool within_it = true;
      for (std::size_t p = 0; p < kPermissions; ++p)
        within_it &= !may(static_cast<Role>(a), static_cast<Permission>(p)) ||
                     may(static_cast<Role>(b), static_cast<Permission>(p));
      if (static_cast<Role>(a) == Role::owner && a != b) within_it = false;
      EXPECT_EQ(at_most(static_cast<Role>(a), static_cast<Role>(b)), within_it) << a << " in " << b;
    }
  EXPECT_TRUE(within({}, kWater));
  EXPECT_FALSE(within(kAll, kWater));
}

TEST(Access, AnswersInTheOrderThatTellsLeast) {
  const auto helpdesk = by(Role::helpdesk, kWater);
  EXPECT_EQ(check(helpdesk, Permission::domains_read, "water", kNow), Access::not_allowed);
  EXPECT_EQ(check(helpdesk, Permission::quarantine_read, "roads", kNow), Access::hidden);
  EXPECT_EQ(check(helpdesk, Permission::quarantine_read, "", kNow), Access::hidden) << "what is nobody's";
  EXPECT_EQ(check(helpdesk, Permission::quarantine_read, std::nullopt, kNow), Access::allowed);
  EXPECT_EQ(check(helpdesk, Permission::quarantine_release, "water", kNow + std::chrono::minutes(6)),
            Access::step_up);
  EXPECT_EQ(check(helpdesk, Permission::quarantine_release, "roads", kNow + std::chrono::minutes(6)),
            Access::hidden);
  EXPECT_EQ(check(by(Role::administrator, kWater), Permission::settings_read, std::nullopt, kNow),
            Access::not_allowed);
  EXPECT_EQ(check(by(Role::owner, kAll), Permission::settings_read, "", kNow), Access::allowed);
}

TEST(Rules, WordsReadBack) {
  for (const auto state : {AccountState::invited, AccountState::active, AccountState::disabled,
                           AccountState::left, AccountState::must_re_enrol})
    EXPECT_EQ(parse_account_state(to_string(state)), state);
  EXPECT_FALSE(parse_account_state("gone"));
  EXPECT_EQ(to_string(Act::re_invite), "re-invite");
  EXPECT_EQ(to_string(Why::invalid), "invalid");
}

}  // namespace
}  // namespace rampart::accounts
