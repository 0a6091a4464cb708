#include "audit/lookalikes/generate.h"

#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dns/confusables.h"
#include "dns/domain.h"

namespace rampart::audit::lookalikes {
namespace {

dns::Name name(std::string_view text) { return *dns::parse_domain(text); }

const Candidate* find(const Generated& made, std::string_view text) {
  const auto found = std::ranges::find(made.candidates, name(text), &Candidate::name);
  return found == made.candidates.end() ? nullptr : &*found;
}

bool has(const Generated& made, std::string_view text, Kind kind) {
  const auto* found = find(made, text);
  return found != nullptr && std::ranges::find(found->kinds, kind) != found->kinds.end();
}

TEST(Generate, MakesEveryKind) {
  const auto made = generate(name("ministry.gov.pk"));
  EXPECT_TRUE(has(made, "minіstry.gov.pk", Kind::homoglyph)) << "Cyrillic i";
  EXPECT_TRUE(has(made, "rninistry.gov.pk", Kind::ascii));
  EXPECT_TRUE(has(made, "m1nistry.gov.pk", Kind::ascii));
  EXPECT_TRUE(has(made, "mlnlstry.gov.pk", Kind::ascii)) << "every one of them";
  EXPECT_TRUE(has(made, "mínistry.gov.pk", Kind::accent));
  EXPECT_TRUE(has(made, "ministry.com.pk", Kind::suffix));
  EXPECT_TRUE(has(made, "ministry.pk", Kind::suffix));
  EXPECT_TRUE(has(made, "ministry.com", Kind::suffix));
  EXPECT_TRUE(has(made, "ministry-gov.pk", Kind::joined));
  EXPECT_TRUE(has(made, "ministrygov.pk", Kind::joined));
  EXPECT_TRUE(has(made, "ministry-gov-pk.com", Kind::joined));
  EXPECT_TRUE(has(made, "wwwministry.gov.pk", Kind::joined));
  EXPECT_TRUE(has(made, "ministry-login.gov.pk", Kind::word));
  EXPECT_TRUE(has(made, "secureministry.gov.pk", Kind::word));
  EXPECT_TRUE(has(made, "minstry.gov.pk", Kind::omission));
  EXPECT_TRUE(has(made, "minsitry.gov.pk", Kind::transposition));
  EXPECT_TRUE(has(made, "minnistry.gov.pk", Kind::doubling));
  EXPECT_TRUE(has(made, "ninistry.gov.pk", Kind::neighbour));
  EXPECT_TRUE(has(made, "mionistry.gov.pk", Kind::insertion));
  EXPECT_TRUE(has(made, "mini-stry.gov.pk", Kind::hyphen));
  EXPECT_TRUE(has(made, "minisury.gov.pk", Kind::bit_flip)) << "t is 0x74, u is 0x75";
}

TEST(Generate, MakesOnlyWhatCanBeRegistered) {
  for (const auto* domain : {"ministry.gov.pk", "a-b.example", "پاکستان.example", "x.example", "bank.com"}) {
    const auto made = generate(name(domain));
    EXPECT_FALSE(made.candidates.empty()) << domain;
    std::set<dns::Name> seen;
    for (const auto& candidate : made.candidates) {
      const auto text = candidate.name.text();
      EXPECT_EQ(dns::registered_domain(candidate.name), candidate.name) << text;
      EXPECT_NE(candidate.name, made.domain) << text;
      EXPECT_TRUE(seen.insert(candidate.name).second) << text;
      EXPECT_FALSE(candidate.kinds.empty()) << text;
      EXPECT_EQ(dns::encode_label(dns::decode_label(candidate.name.label(0))), candidate.name.label(0))
          << text;
    }
  }
}

TEST(Generate, NamesOfOtherScripts) {
  const auto urdu = generate(name("پاکستان.example"));
  EXPECT_TRUE(has(urdu, "پاكستان.example", Kind::homoglyph)) << "the Arabic kaf for the Urdu one";
  EXPECT_TRUE(has(urdu, "پاکستن.example", Kind::omission));
  EXPECT_TRUE(has(urdu, "پکاستان.example", Kind::transposition));
  const auto whole = generate(name("pace.example"));
  EXPECT_TRUE(has(whole, "расе.example", Kind::homoglyph)) << "all Cyrillic";
  EXPECT_EQ(find(whole, "расе.example")->distance, 0U);
  EXPECT_EQ(find(whole, "расе.example")->similarity, 100U);
}

TEST(Generate, WhatLooksTheSameComesFirst) {
  const auto made = generate(name("ministry.example"));
  EXPECT_EQ(made.candidates.front().kinds.front(), Kind::homoglyph);
  EXPECT_EQ(made.candidates.front().distance, 0U);
  EXPECT_EQ(find(made, "ministrp.example"), nullptr);
  EXPECT_EQ(find(made, "minstry.example")->distance, 1U);
  EXPECT_EQ(find(made, "ministry-portal.example")->distance, 7U);
  const auto before = [](const Candidate& a, const Candidate& b) {
    return std::pair(a.steps, a.kinds.front()) < std::pair(b.steps, b.kinds.front());
  };
  EXPECT_TRUE(std::ranges::is_sorted(made.candidates, before));
}

TEST(Generate, ANameThatIsMadeTwiceIsThereOnceWithBothKinds) {
  const auto made = generate(name("ministry.example"));
  const auto* found = find(made, "minlstry.example");
  ASSERT_NE(found, nullptr);
  EXPECT_THAT(found->kinds, testing::Contains(Kind::ascii));
  EXPECT_THAT(find(made, "www-ministry.example")->kinds, testing::ElementsAre(Kind::joined, Kind::word));
}

TEST(Generate, AChangedNameUnderAnotherSuffix) {
  const auto made = generate(name("ministry.gov.pk"));
  for (const auto* text : {"rninistry.com", "ministry-login.com.pk", "minstry.pk", "minіstry.com"}) {
    ASSERT_NE(find(made, text), nullptr) << text;
    EXPECT_EQ(find(made, text)->steps, 2U) << text;
    EXPECT_TRUE(has(made, text, Kind::suffix)) << text;
  }
  EXPECT_EQ(find(made, "ministry.com")->steps, 1U);
  EXPECT_EQ(find(made, "ministry.com")->kinds, std::vector{Kind::suffix});
  EXPECT_EQ(find(made, "rninistry.gov.pk")->steps, 1U);
}

TEST(Generate, NeverTheOwnersNames) {
  const auto made =
      generate(name("ministry.example"), {.ours = {name("ministry.com"), name("mail.minstry.example")}});
  EXPECT_EQ(find(made, "ministry.com"), nullptr);
  EXPECT_EQ(find(made, "minstry.example"), nullptr);
  EXPECT_NE(find(made, "ministry.net"), nullptr);
}

TEST(Generate, TheLimitKeepsTheLikeliestAndCountsTheRest) {
  const auto all = generate(name("ministry.example"), {.limit = GenerateOptions::kMaxCandidates});
  const auto few = generate(name("ministry.example"), {.limit = 10});
  ASSERT_EQ(few.candidates.size(), 10U);
  EXPECT_EQ(few.left_out, all.candidates.size() - 10);
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(few.candidates[i].name, all.candidates[i].name);
}

TEST(Generate, ASubdomainIsJoinedToo) {
  const auto made = generate(name("mail.ministry.example"));
  EXPECT_EQ(made.domain, name("ministry.example"));
  EXPECT_TRUE(has(made, "mail-ministry.example", Kind::joined));
  EXPECT_TRUE(has(made, "mailministry.example", Kind::joined));
}

TEST(Generate, NothingOfAPublicSuffixOrOddBytes) {
  EXPECT_TRUE(generate(name("gov.pk")).candidates.empty());
  EXPECT_TRUE(generate(dns::Name()).candidates.empty());
  EXPECT_TRUE(generate(*dns::Name::from_raw("a\xff.example")).candidates.empty());
}

}  // namespace
}  // namespace rampart::audit::lookalikes
