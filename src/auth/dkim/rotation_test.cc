#include "auth/dkim/rotation.h"

#include <map>
#include <random>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rampart::dkim {
namespace {

using Kind = RotationStep::Kind;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;

const base::Time kStart{seconds(1'795'000'000)};

// The world as a rotation meets it: two servers, the second of which follows late, and resolvers that remember what either
// said for as long as it may be remembered. Time goes in hours.
class World {
 public:
  static constexpr hours kTtl{6};        // of records, and of their absence
  static constexpr hours kLag{5};        // of the second server
  static constexpr hours kMail{5 * 24};  // how long mail may be under way

  explicit World(unsigned seed) : random_(seed) { domain.domain = *dns::Name::parse("bank.example"); }

  // Does one step, and is killed before it is written down if `killed`. False when there is none to do now.
  bool step(bool killed) {
    auto next = domain;  // what the step leaves behind, if it is written down
    const auto step = next_step(domain, KeyType::rsa, now, rules);
    switch (step.kind) {
      case Kind::rest:
      case Kind::settle:
        EXPECT_TRUE(step.due && *step.due > now);
        return false;
      case Kind::make:
        next.keys.push_back({.selector = step.selector,
                             .public_key = fmt::format("{}/{}", step.selector, ++made_),
                             .file = key_file(next, step.selector),
                             .made = now});
        break;
      case Kind::publish: {
        auto& key = next.keys[step.key];
        write(*record_name(next, key.selector), record_text(key));
        if (!everywhere(*record_name(next, key.selector))) return false;
        set_seen(key, now, kTtl);
        break;
      }
      case Kind::sign:
        set_signing(next, step.key, now);
        break;
      case Kind::retire:
        set_retired(next.keys[step.key], now);
        write(*record_name(next, next.keys[step.key].selector), record_text(next.keys[step.key]));
        break;
    }
    if (killed) return true;
    const auto file = parse_keys(format_keys(next), "keys.json");
    EXPECT_TRUE(file && *file == next);
    domain = next;
    return true;
  }

  void sign() {
    for (const auto& key : domain.keys) {
      if (key.phase == KeyPhase::signing)
        mails_.push_back({*record_name(domain, key.selector), record_text(key), now});
    }
  }

  // Every mail under way finds its key in whatever any cache may hold.
  void deliver() {
    for (const auto& mail : mails_) {
      if (mail.sent + kMail < now) continue;
      for (const auto& said : could_be_said(mail.name)) ASSERT_EQ(said, mail.record) << mail.name.text();
    }
  }

  void advance() { now += hours(1); }
  [[nodiscard]] std::size_t mails() const { return mails_.size(); }

  ManagedDomain domain;
  RotationRules rules;
  base::Time now = kStart;

 private:
  struct Version {
    std::string text;
    base::Time first;   // at the first server
    base::Time second;  // at the second
  };
  struct MailOut {
    dns::Name name;
    std::string record;
    base::Time sent;
  };

  void write(const dns::Name& name, const std::string& text) {
    auto& versions = names_[name];
    if (!versions.empty() && versions.back().text == text) return;
    versions.push_back(
        {text, now,
         now + hours(std::uniform_int_distribution<>(0, static_cast<int>(kLag.count()))(random_))});
  }
  bool everywhere(const dns::Name& name) { return now >= names_[name].back().second; }

  // What a resolver may say now: whatever a server said within the last TTL. "" is that there is nothing.
  std::vector<std::string> could_be_said(const dns::Name& name) {
    std::vector<std::string> out;
    const auto& versions = names_[name];
    for (std::size_t i = 0; i <= versions.size(); ++i) {
      // Version i - 1 is served until the later server has version i.
      const bool begun = i == 0 || versions[i - 1].first <= now;
      const auto ended = i == versions.size() ? base::Time::max() : versions[i].second;
      if (begun && (ended == base::Time::max() || ended + kTtl > now))
        out.push_back(i == 0 ? "" : versions[i - 1].text);
    }
    return out;
  }

  std::mt19937 random_;
  std::map<dns::Name, std::vector<Version>> names_;
  std::vector<MailOut> mails_;
  int made_ = 0;
};

// Twelve months, mail every hour, deferred for up to five days: at no moment does a signature lack its key, wherever a run
// was killed.
class Rotation : public ::testing::TestWithParam<bool> {};

TEST_P(Rotation, NoSignatureEverLacksItsKey) {
  for (unsigned seed = 1; seed <= 3; ++seed) {
    World world(seed);
    if (GetParam()) world.domain.delegate = *dns::Name::parse("keys.provider.example");
    std::mt19937 random(seed);
    for (int hour = 0; hour < 365 * 24; ++hour) {
      for (int tries = 0; tries < 8 && world.step(random() % 2 == 0); ++tries) {
      }
      world.sign();
      if (hour % 3 == 0) world.deliver();
      if (HasFatalFailure()) return;
      world.advance();
    }
    const auto& keys = world.domain.keys;
    EXPECT_GE(keys.size(), 12U);
    EXPECT_GE(std::ranges::count(keys, KeyPhase::retired, &ManagedKey::phase), 10);
    EXPECT_EQ(std::ranges::count(keys, KeyPhase::signing, &ManagedKey::phase), 1);
    EXPECT_GT(world.mails(), 8'000U);
  }
}
INSTANTIATE_TEST_SUITE_P(OwnZoneAndDelegated, Rotation, ::testing::Bool());

TEST(RotationStep, ComesInOrder) {
  ManagedDomain domain{.domain = *dns::Name::parse("bank.example"), .delegate = {}, .keys = {}};
  const RotationRules rules;
  auto now = kStart;
  auto step = next_step(domain, KeyType::rsa, now, rules);
  ASSERT_EQ(step.kind, Kind::make);
  EXPECT_EQ(step.selector, "r20261118");
  domain.keys.push_back({.selector = step.selector, .made = now});
  EXPECT_EQ(next_step(domain, KeyType::rsa, now, rules).kind, Kind::publish);
  set_seen(domain.keys[0], now, hours(1));
  step = next_step(domain, KeyType::rsa, now, rules);
  EXPECT_EQ(step.kind, Kind::settle);
  EXPECT_EQ(step.due, now + hours(1));
  now += hours(1);
  ASSERT_EQ(next_step(domain, KeyType::rsa, now, rules).kind, Kind::sign);
  set_signing(domain, 0, now);
  step = next_step(domain, KeyType::rsa, now, rules);
  EXPECT_EQ(step.kind, Kind::rest);
  EXPECT_EQ(step.due, now + rules.period);
  EXPECT_EQ(next_step(domain, KeyType::ed25519, now, rules).kind, Kind::make) << "each type for itself";

  step = next_step(domain, KeyType::rsa, now, rules, {.at_once = true});
  ASSERT_EQ(step.kind, Kind::make) << "at once";
  EXPECT_EQ(step.selector, "r20261118-2") << "a selector comes once";
  domain.keys.push_back({.selector = step.selector, .made = now});
  set_seen(domain.keys[1], now, hours(0));
  EXPECT_EQ(next_step(domain, KeyType::rsa, now, rules).kind, Kind::sign)
      << "a key that was made goes its way";
  set_signing(domain, 1, now);
  EXPECT_EQ(domain.keys[0].phase, KeyPhase::leaving);
  step = next_step(domain, KeyType::rsa, now + rules.keep - seconds(1), rules);
  EXPECT_EQ(step.kind, Kind::rest);
  EXPECT_EQ(step.due, now + rules.keep);
  step = next_step(domain, KeyType::rsa, now + rules.keep, rules);
  EXPECT_EQ(step.kind, Kind::retire);
  EXPECT_EQ(step.key, 0U);
}

TEST(RotationStep, ADelegatedDomainWaitsForAFreeName) {
  ManagedDomain domain{
      .domain = *dns::Name::parse("bank.example"), .delegate = dns::Name::try_parse("k.example"), .keys = {}};
  const RotationRules rules{.period = days(2), .keep = days(8)};
  for (const auto* selector : {"rampart-ra", "rampart-rb"}) {
    domain.keys.push_back({.selector = selector, .made = kStart});
    set_seen(domain.keys.back(), kStart, seconds(0));
    set_signing(domain, domain.keys.size() - 1, kStart);
  }
  const auto step = next_step(domain, KeyType::rsa, kStart + days(3), rules);
  EXPECT_EQ(step.kind, Kind::rest);
  EXPECT_EQ(step.due, kStart + rules.keep);
  EXPECT_EQ(record_name(domain, "rampart-ra")->text(), "rampart-ra.bank.example.k.example");
}

TEST(KeysFile, WhatIsWrongIsSaid) {
  for (const auto* text :
       {"", "{}", "[]", R"({"schema":"rampart.dkim-keys/1"})",
        R"({"schema":"rampart.dkim-keys/1","domain":"a.example","keys":[{}]})",
        R"({"schema":"rampart.dkim-keys/1","domain":"a.example","keys":[{"selector":"s","type":"rsa",
                              "public_key":"AAAA","phase":"signing","made":"2026-11-23T08:00:00Z"}]})"})
    EXPECT_FALSE(parse_keys(text, "keys.json")) << text;
}

}  // namespace
}  // namespace rampart::dkim
