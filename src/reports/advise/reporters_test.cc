#include "reports/advise/reporters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/advise/made_test.h"

namespace rampart::reports::advice {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

ReporterSeen verified(std::string_view name, std::int32_t first = 90) {
  return {.name = std::string(name),
          .trust = Trust::verified,
          .messages = 1,
          .first_day = kNow - first,
          .last_day = kNow - 1};
}

// Two addresses; the first outcome passes, the second fails.
Daily daily_of(std::vector<ReporterSeen> reporters) {
  Daily out{.from = kNow - 400, .to = kNow};
  out.addresses = {"192.0.2.1", "203.0.113.66"};
  out.outcomes = {MadeHistory::signed_mail(), MadeHistory::forged()};
  out.reporters = std::move(reporters);
  return out;
}
void add(Daily& daily, std::uint32_t reporter, std::int32_t first, std::int32_t last,
         std::uint32_t address = 0, std::uint32_t outcome = 0) {
  for (auto back = first; back >= last; --back) {
    daily.rows.push_back(
        {.day = kNow - back, .address = address, .outcome = outcome, .reporter = reporter, .messages = 1});
    daily.spans.push_back({.reporter = reporter, .first_day = kNow - back, .last_day = kNow - back});
  }
}
Heard heard_of(const Daily& daily, const std::vector<std::string>& listed = {}) {
  return weigh(daily, {.listed = listed, .today = kNow});
}
std::vector<std::string> counted(const Heard& heard) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < heard.grounds.size(); ++i)
    out.push_back(heard.daily.reporters[i].name + " " + std::string(to_string(heard.grounds[i])));
  return out;
}

TEST(Reporters, WhoCountsAndWhy) {
  auto daily = daily_of({verified("google.com"),
                         verified("evil.example"),
                         verified("mx.isp.example"),
                         verified("dmarc.yahoo.com"),
                         {.name = "small.example", .trust = Trust::imported}});
  for (std::uint32_t i = 0; i < 5; ++i) add(daily, i, 3, 3);
  const auto heard = heard_of(daily, {"mx.isp.example"});
  EXPECT_THAT(counted(heard), ElementsAre("google.com known", "mx.isp.example listed",
                                          "dmarc.yahoo.com known", "small.example given"));
  EXPECT_EQ(heard.daily.rows.size(), 4U);
  EXPECT_EQ(heard.daily.spans.size(), 4U);
  ASSERT_EQ(heard.others.size(), 1U);
  EXPECT_EQ(heard.others[0].seen.name, "evil.example");
  ASSERT_EQ(heard.aside.size(), 1U);
  EXPECT_EQ(heard.aside[0].reporter, 0U);
}

// Who has an address at Yahoo can send mail that Yahoo signs; its reports come from a domain where nobody has one.
TEST(Reporters, TheGroundOfOne) {
  const auto& registry = mail::built_in_registry();
  const std::vector<std::string> listed{"mx.isp.example"};
  const auto ground = [&](std::string name, Trust trust) {
    return ground_of({trust, std::move(name)}, listed, registry);
  };
  EXPECT_EQ(ground("google.com", Trust::verified), Ground::known);
  EXPECT_EQ(ground("mx.isp.example", Trust::verified), Ground::listed);
  EXPECT_EQ(ground("evil.example", Trust::verified), Ground::none);
  EXPECT_EQ(ground("evil.example", Trust::imported), Ground::given);
  EXPECT_EQ(ground("google.com", Trust::unverified), Ground::none);
  EXPECT_EQ(ground("mx.isp.example", Trust::key_gone), Ground::none);
}

TEST(Reporters, MailOfAProvidersUsersIsNoReportOfTheProvider) {
  auto daily = daily_of({verified("yahoo.com"), verified("gmx.net"), verified("mail.ru")});
  for (std::uint32_t i = 0; i < 3; ++i) add(daily, i, 90, 1);
  auto heard = heard_of(daily);
  EXPECT_THAT(counted(heard), IsEmpty());
  EXPECT_THAT(candidates(heard, kNow - 30), IsEmpty()) << "nor is it to be listed";
  EXPECT_THAT(counted(heard_of(daily, {"gmx.net"})), ElementsAre("gmx.net listed"))
      << "but by who knows better";
}

// Files that the operator gave speak for themselves, and not for mails of the same name.
TEST(Reporters, FilesVouchForNoMail) {
  auto daily =
      daily_of({{.name = "a.example", .trust = Trust::imported, .messages = 4}, verified("a.example")});
  add(daily, 0, 2, 2);
  add(daily, 1, 1, 1);
  auto heard = heard_of(daily);
  EXPECT_THAT(counted(heard), ElementsAre("a.example given"));
  EXPECT_EQ(heard.daily.rows.size(), 1U);
  EXPECT_EQ(heard.aside.size(), 1U);
  heard = heard_of(daily, {"a.example"});
  EXPECT_THAT(counted(heard), ElementsAre("a.example given")) << "they are one";
  EXPECT_EQ(heard.daily.rows.size(), 2U);
  EXPECT_EQ(heard.daily.rows[1].reporter, 0U);
  EXPECT_EQ(heard.daily.reporters[0].messages, 5U);
}

TEST(Reporters, AHistoryIsLongAndOfMailThatOthersKnow) {
  const auto ground = [](std::int32_t first, std::int32_t last, std::uint32_t address,
                         std::uint32_t outcome) {
    auto daily = daily_of({verified("google.com"), verified("small.example")});
    add(daily, 0, 90, 1);
    add(daily, 1, first, last, address, outcome);
    const auto heard = heard_of(daily);
    return heard.others.at(0).ground;
  };
  EXPECT_EQ(ground(60, 1, 0, 0), Ground::history);
  EXPECT_EQ(ground(59, 1, 0, 0), Ground::none) << "not long enough";
  EXPECT_EQ(ground(90, 72, 0, 0), Ground::none) << "of too few days";
  EXPECT_EQ(ground(60, 1, 1, 0), Ground::none) << "of an address that nobody else knows";
  EXPECT_EQ(ground(60, 1, 0, 1), Ground::none) << "what fails says nothing of who reports";
}

// Nobody who counts, so there is nobody to agree with.
TEST(Reporters, ThreeDomainsAndTwoMonthsOfPatienceAreNoHistory) {
  auto daily = daily_of({verified("a.example"), verified("b.example"), verified("c.example")});
  for (std::uint32_t i = 0; i < 3; ++i) add(daily, i, 90, 1);
  const auto heard = heard_of(daily);
  EXPECT_THAT(counted(heard), IsEmpty());
  EXPECT_TRUE(heard.daily.rows.empty());
  for (const auto& other : heard.others) EXPECT_EQ(other.ground, Ground::none);
  EXPECT_THAT(candidates(heard, kNow - 30), ElementsAre("a.example", "b.example", "c.example"));
  EXPECT_EQ(line_to_add(heard, candidates(heard, kNow - 30)),
            R"(reporters = ["a.example", "b.example", "c.example"])");
  EXPECT_EQ(line_to_add(heard_of(daily, {"a.example"}), std::vector<std::string>{"b.example"}),
            R"(reporters = ["a.example", "b.example"])");
}

// A mail is no receiver: who has told of a day or two is not proposed.
TEST(Reporters, WhoIsNewIsNotProposed) {
  auto daily = daily_of({verified("new.example"), verified("old.example"), verified("gone.example")});
  add(daily, 0, 6, 1);
  add(daily, 1, 7, 1);
  add(daily, 2, 60, 40);
  daily.reporters[2].last_day = kNow - 40;
  EXPECT_THAT(candidates(heard_of(daily), kNow - 30), ElementsAre("old.example"));
}

TEST(Reporters, ThePolicyOfADayIsThatOfMost) {
  auto daily = daily_of({verified("google.com"), verified("microsoft.com"), verified("evil.example")});
  for (std::uint32_t i = 0; i < 3; ++i) add(daily, i, 2, 1);
  daily.policies = {{.day = kNow - 2, .reporter = 0, .p = "none"},
                    {.day = kNow - 2, .reporter = 1, .p = "none"},
                    {.day = kNow - 2, .reporter = 2, .p = "reject"},
                    {.day = kNow - 1, .reporter = 0, .p = "quarantine"},
                    {.day = kNow - 1, .reporter = 1, .p = "none"}};
  const auto policies = [](const Heard& heard) {
    std::vector<std::string> out;
    for (const auto& one : heard.daily.policies) out.push_back(one.p);
    return out;
  };
  EXPECT_THAT(policies(heard_of(daily)), ElementsAre("none", "none")) << "of as many the weaker";
  EXPECT_THAT(policies(heard_of(daily, {"evil.example"})), ElementsAre("none", "none"))
      << "one of three does not decide even where it counts";
}

}  // namespace
}  // namespace rampart::reports::advice
