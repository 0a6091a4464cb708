#include "audit/lookalikes/state.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "audit/lookalikes/report.h"

namespace rampart::audit::lookalikes {
namespace {

using testing::HasSubstr;

const base::Time kThen{std::chrono::seconds(1'795'000'000)};
const base::Time kNow = kThen + std::chrono::hours(24);

dns::Name name(std::string_view text) { return *dns::Name::try_parse(text); }
const dns::Name kDomain = name("bank.example");
const dns::Name kLike = name("bamk.example");

Standing can(Danger danger) {
  Standing out;
  out.registered = Known::yes;
  out.danger = danger;
  return out;
}
Standing is(Known registered) {
  Standing out;
  out.registered = registered;
  return out;
}

Change from(const Standing& before, const Standing& after) {
  State state;
  state.note(kDomain, kLike, before, kThen);
  return state.change(kDomain, kLike, after);
}

TEST(State, WhatIsNews) {
  EXPECT_EQ(State().change(kDomain, kLike, can(Danger::registered)), Change::appeared);
  EXPECT_EQ(State().change(kDomain, kLike, is(Known::no)), Change::none);
  EXPECT_EQ(State().change(kDomain, kLike, is(Known::unknown)), Change::none);
  EXPECT_EQ(from(can(Danger::registered), can(Danger::registered)), Change::none);
  EXPECT_EQ(from(can(Danger::registered), can(Danger::mail)), Change::gained_mail);
  EXPECT_EQ(from(can(Danger::sender), can(Danger::mail)), Change::gained_mail);
  EXPECT_EQ(from(can(Danger::parked), can(Danger::sender)), Change::gained_sender);
  EXPECT_EQ(from(can(Danger::registered), can(Danger::addresses)), Change::gained_addresses);
  EXPECT_EQ(from(can(Danger::registered), can(Danger::parked)), Change::none);
  EXPECT_EQ(from(can(Danger::mail), can(Danger::registered)), Change::lessened);
  EXPECT_EQ(from(can(Danger::mail), is(Known::no)), Change::gone);
  EXPECT_EQ(from(is(Known::no), is(Known::no)), Change::none);
}

TEST(State, WhatIsUnknownChangesNothing) {
  EXPECT_EQ(from(can(Danger::mail), is(Known::unknown)), Change::none);
  EXPECT_EQ(from(can(Danger::mail), can(Danger::unclear)), Change::none);
  State state;
  state.note(kDomain, kLike, can(Danger::mail), kThen);
  state.note(kDomain, kLike, can(Danger::unclear), kNow);
  state.note(kDomain, kLike, is(Known::unknown), kNow);
  EXPECT_EQ(state.change(kDomain, kLike, can(Danger::mail)), Change::none) << "it was known to have mail";
}

TEST(State, IsReadAsItWasWritten) {
  State state;
  state.note(kDomain, kLike, can(Danger::sender), kThen);
  state.note(kDomain, kLike, can(Danger::mail), kNow);
  state.accept(name("bank.test"), "a \"friend\"", kThen);
  const auto text = state.text();
  const auto read = State::parse(text, "state");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->text(), text);
  EXPECT_EQ(read->find(kDomain, kLike)->first, kThen);
  EXPECT_EQ(read->find(kDomain, kLike)->last, kNow);
  EXPECT_EQ(read->find(kDomain, kLike)->danger, Danger::mail);
  EXPECT_EQ(read->accepted(name("bank.test"))->reason, "a \"friend\"");
  EXPECT_EQ(read->accepted(kLike), nullptr);
}

TEST(State, ABrokenFileSaysWhere) {
  const std::string head = "{\"schema\":\"rampart.lookalikes-state/1\"}\n";
  for (const auto& text :
       {std::string("nonsense"), std::string("{\"schema\":\"rampart.other/1\"}\n"),
        head + "{\"domain\":\"a.example\"}\n", head + "[]\n", head + "{\"accepted\":\"a.example\"}\n",
        head +
            R"({"domain":"a.example","name":"b.example","danger":"odd","first_seen":"","last_seen":""})"}) {
    const auto read = State::parse(text, "state");
    ASSERT_FALSE(read) << text;
    EXPECT_THAT(read.error().where, HasSubstr("state:"));
    EXPECT_THAT(read.error().hint, HasSubstr("begin anew"));
  }
  EXPECT_TRUE(State::parse("", "state"));
  EXPECT_TRUE(State::parse(head + "\n\r\n", "state"));
}

TEST(State, OneRunAtATime) {
  std::string pattern = (std::filesystem::temp_directory_path() / "rampart-state-XXXXXX").string();
  const std::string folder = ::mkdtemp(pattern.data());
  const auto path = folder + "/new/deep/state";
  {
    const auto held = Lock::take(path);
    ASSERT_TRUE(held) << held.error().message();
    const auto second = Lock::take(path);
    ASSERT_FALSE(second);
    EXPECT_THAT(second.error().what, HasSubstr("another run"));
  }
  EXPECT_TRUE(Lock::take(path));
  EXPECT_FALSE(Lock::take("/proc/nowhere/state"));
  std::filesystem::remove_all(folder);
}

Generated made_of(std::initializer_list<std::string_view> names) {
  Generated made{.domain = kDomain, .candidates = {}, .left_out = 0};
  unsigned similarity = 50;
  for (const auto text : names)
    made.candidates.push_back({.name = name(text), .kinds = {Kind::omission}, .similarity = similarity++});
  return made;
}

std::vector<std::string> names_of(const std::vector<Row>& rows) {
  std::vector<std::string> out;
  out.reserve(rows.size());
  for (const auto& row : rows) out.push_back(row.candidate.name.text());
  return out;
}

TEST(Report, TheMostDangerousFirstThenTheMostAlike) {
  const auto made = made_of({"a.example", "b.example", "c.example", "d.example", "e.example", "f.example"});
  const auto report = make_report(made,
                                  {can(Danger::mail), can(Danger::mail), can(Danger::parked),
                                   can(Danger::sender), is(Known::no), is(Known::unknown)},
                                  State(), {}, kNow);
  EXPECT_THAT(names_of(report.rows),
              testing::ElementsAre("b.example", "a.example", "d.example", "c.example"));
  EXPECT_EQ(report.registered, 4U);
  EXPECT_EQ(report.unregistered, 1U);
  EXPECT_EQ(report.unknown, 1U);
  EXPECT_THAT(names_of(report.unknown_rows), testing::ElementsAre("f.example"));
  EXPECT_EQ(report.news().size(), 4U);
  EXPECT_TRUE(report.is_armed());
}

TEST(Report, ASecondRunHasNoNewsUntilSomethingChanges) {
  const auto made = made_of({"a.example", "b.example"});
  State state;
  const std::vector<Standing> first{can(Danger::mail), can(Danger::registered)};
  note(make_report(made, first, state, {}, kThen), state, kThen);
  const auto second = make_report(made, first, state, {}, kNow);
  EXPECT_TRUE(second.news().empty());
  EXPECT_FALSE(second.is_armed());
  EXPECT_EQ(second.rows[0].first_seen, kThen);
  const auto third = make_report(made, {can(Danger::mail), can(Danger::mail)}, state, {}, kNow);
  EXPECT_THAT(names_of(third.news()), testing::ElementsAre("b.example"));
  EXPECT_EQ(third.news()[0].change, Change::gained_mail);
  EXPECT_TRUE(third.is_armed());
  const auto fourth = make_report(made, {is(Known::no), can(Danger::registered)}, state, {}, kNow);
  EXPECT_EQ(fourth.news()[0].change, Change::gone);
  EXPECT_FALSE(fourth.is_armed());
}

TEST(Report, WhatIsAcceptedIsNoNews) {
  const auto made = made_of({"a.example", "b.example"});
  State state;
  state.accept(name("a.example"), "a partner", kThen);
  const auto report =
      make_report(made, {can(Danger::mail), can(Danger::mail)}, state, {name("b.example")}, kNow);
  EXPECT_TRUE(report.news().empty());
  EXPECT_FALSE(report.is_armed());
  EXPECT_TRUE(report.rows[0].accepted);
  EXPECT_TRUE(state.withdraw(name("a.example")));
  EXPECT_FALSE(state.withdraw(name("a.example")));
  EXPECT_EQ(make_report(made, {can(Danger::mail), can(Danger::mail)}, state, {}, kNow).news().size(), 2U);
}

}  // namespace
}  // namespace rampart::audit::lookalikes
