// Which answers prove that a domain has no DKIM key, and which selectors are tried.
#include "audit/checks/dkim.h"

#include <gtest/gtest.h>

#include "audit/picture.h"
#include "audit/zone_audit_test.h"

namespace rampart::audit {
namespace {

using facts::Why;

DkimPicture look_in(Zone& zone, const Input& input, const std::vector<dns::Name>& mx = {},
                    const std::vector<dns::Name>& spf = {}) {
  return zone.run([&](facts::Facts& facts) { return look_dkim(input, mx, spf, facts); });
}

struct Proof {
  std::string name;
  std::function<void(Zone&)> zone;
  bool complete = false;                         // the whole zone is known
  std::vector<std::string> zone_selectors = {};  // and these are in it
  DkimState expected;
};

void PrintTo(const Proof& proof, std::ostream* out) { *out << proof.name; }

class Absence : public ::testing::TestWithParam<Proof> {};

TEST_P(Absence, IsProvenOrUnknown) {
  const auto& proof = GetParam();
  Zone zone;
  zone.address("right.example", "192.0.2.101");
  proof.zone(zone);
  auto input = input_of("right.example");
  input.zone_is_complete = proof.complete;
  input.zone_selectors = proof.zone_selectors;
  const auto dkim = look_in(zone, input);
  EXPECT_EQ(dkim.state, proof.expected) << dkim.why;
  if (dkim.state != DkimState::present) EXPECT_FALSE(dkim.why.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Dkim, Absence,
    ::testing::Values(
        Proof{.name = "nothing_below", .zone = [](Zone&) {}, .expected = DkimState::absent},
        Proof{.name = "something_below",
              .zone = [](Zone& z) { z.txt("hidden._domainkey.right.example", key(crypto::kRsa2048)); },
              .expected = DkimState::unknown},
        Proof{.name = "domainkey_failed",
              .zone = [](Zone& z) { z.fails("_domainkey.right.example", Why::servfail); },
              .expected = DkimState::unknown},
        Proof{.name = "one_selector_failed",
              .zone = [](Zone& z) { z.fails("default._domainkey.right.example", Why::timeout); },
              .expected = DkimState::unknown},
        Proof{.name = "alias_to_nowhere",
              .zone = [](Zone& z) { z.cname("_domainkey.right.example", "keys.gone.example"); },
              .expected = DkimState::unknown},
        Proof{.name = "wildcard_with_other_text",
              .zone = [](Zone& z) { z.txt("*.right.example", "v=spf1 -all"); },
              .expected = DkimState::unknown},
        Proof{.name = "wildcard_in_a_complete_zone",
              .zone = [](Zone& z) { z.txt("*.right.example", "v=spf1 -all"); },
              .complete = true,
              .expected = DkimState::absent},
        Proof{.name = "a_change_laid_over_a_complete_zone",
              .zone = [](Zone& z) { z.txt("new._domainkey.right.example", key(crypto::kRsa2048)); },
              .complete = true,
              .expected = DkimState::unknown},
        Proof{.name = "a_selector_of_the_zone",
              .zone = [](Zone& z) { z.txt("x9._domainkey.right.example", key(crypto::kRsa2048)); },
              .complete = true,
              .zone_selectors = {"x9"},
              .expected = DkimState::present},
        Proof{.name = "only_a_revoked_key",
              .zone = [](Zone& z) { z.txt("default._domainkey.right.example", "v=DKIM1; p="); },
              .complete = true,
              .zone_selectors = {"default"},
              .expected = DkimState::unknown},
        Proof{.name = "a_wildcard_key",
              .zone = [](Zone& z) { z.txt("*._domainkey.right.example", key(crypto::kRsa2048)); },
              .expected = DkimState::present}),
    [](const auto& info) { return info.param.name; });

TEST(DkimSelectors, LessCommonOnesOnlyWithoutAKey) {
  auto with_key = zone_of({});
  const auto found = look_in(with_key, input_of("right.example"));
  EXPECT_EQ(found.tried, kFirstSelectors);
  auto without = zone_of({.dkim = "v=DKIM1; p="});
  EXPECT_GT(look_in(without, input_of("right.example")).tried, kFirstSelectors);
  Zone none;
  none.address("right.example", "192.0.2.101");
  EXPECT_EQ(look_in(none, input_of("right.example")).tried, kFirstSelectors) << "_domainkey does not exist";
}

TEST(DkimSelectors, NamedOnesAreTriedFirstAndKeptWhenTheyAreMissing) {
  auto zone = zone_of({});
  auto input = input_of("right.example");
  input.selectors = {"march", "default"};
  const auto dkim = look_in(zone, input);
  ASSERT_EQ(dkim.selectors.size(), 2U);
  EXPECT_EQ(dkim.selectors[0].selector, "march");
  EXPECT_TRUE(dkim.selectors[0].named);
  EXPECT_EQ(dkim.selectors[0].found.state, dkim::Selector::State::absent);
  EXPECT_EQ(dkim.selectors[1].found.keys.size(), 1U);
  EXPECT_EQ(dkim.selectors[1].server, "test zone");
}

TEST(DkimSelectors, ThoseOfTheMailProvider) {
  Zone zone;
  zone.txt("selector2._domainkey.right.example", key(crypto::kRsa2048));
  const auto host = *dns::Name::try_parse("right-example.mail.protection.outlook.com");
  const auto dkim = look_in(zone, input_of("right.example"), {host});
  EXPECT_EQ(dkim.state, DkimState::present);
}

TEST(DkimKeys, AreListedButAWildcardIsNoSelector) {
  auto zone = zone_of(
      {.more = [](Zone& z) { z.txt("s1._domainkey.right.example", key(crypto::kEd25519, "ed25519")); }});
  const auto keys = dkim_keys(look_in(zone, input_of("right.example")));
  ASSERT_EQ(keys.size(), 2U);
  for (const auto& found : keys) {
    EXPECT_FALSE(found.fingerprint.empty());
    EXPECT_EQ(found.bits, found.algorithm == "rsa" ? 2048U : 0U);
  }
  auto wildcard =
      zone_of({.dkim = "", .more = [](Zone& z) { z.txt("*._domainkey.right.example", "v=DKIM1; p="); }});
  const auto revoked = look_in(wildcard, input_of("right.example"));
  EXPECT_TRUE(revoked.all_revoked);
  EXPECT_TRUE(dkim_keys(revoked).empty());
}

TEST(DkimName, WithoutRoomForASelector) {
  std::string longest;
  for (int i = 0; i < 120; ++i) longest += "a.";
  Zone zone;
  const auto dkim = look_in(zone, input_of(longest + "aa.example"));
  EXPECT_EQ(dkim.state, DkimState::absent);
}

}  // namespace
}  // namespace rampart::audit
