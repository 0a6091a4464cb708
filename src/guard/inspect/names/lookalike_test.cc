#include "guard/inspect/names/lookalike.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "dns/domain.h"
#include "guard/inspect/names/name_rules.h"

namespace rampart::guard::names {
namespace {

dns::Name name(std::string_view text) { return *dns::parse_domain(text); }

const NameRules& rules() {
  static const auto out =
      *NameRules::make({.own_domains = {name("ministry.gov.pk"), name("bank.example"), name("nri.example")},
                        .own_names = {},
                        .partner_domains = {name("stonebridge.co.uk")},
                        .people = {},
                        .not_lookalikes = {},
                        .brands = nullptr});
  return out;
}

std::string looks(std::string_view text) {
  const auto found = rules().lookalike(name(text));
  return found ? fmt::format("{} {}", to_string(found->kind), found->target->domain.text()) : "";
}

TEST(Lookalike, OfOurDomains) {
  for (const auto& [text, found] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"ministry.gov.pk", ""},
           {"mail.ministry.gov.pk", ""},
           {"rninistry.gov.pk", "confusable ministry.gov.pk"},
           {"m1nistry.gov.pk", "confusable ministry.gov.pk"},
           {"minіstry.gov.pk", "confusable ministry.gov.pk"},
           {"ministry.com", "suffix ministry.gov.pk"},
           {"ministry.com.pk", "suffix ministry.gov.pk"},
           {"minstry.gov.pk", "edit ministry.gov.pk"},
           {"minsitry.com", "edit ministry.gov.pk"},
           {"ministry-gov.pk", "domain ministry.gov.pk"},
           {"ministry-gov-pk.com", "domain ministry.gov.pk"},
           {"ministry-login.com", "word ministry.gov.pk"},
           {"ministrymail.com", "word ministry.gov.pk"},
           {"the-ministry-portal.example", "word ministry.gov.pk"},
           {"ministry.evil.example", "label ministry.gov.pk"},
           {"ministry.gov.pk.evil.example", "domain ministry.gov.pk"},
           {"ministrys.com", ""},
           {"registry.com", ""},
           // An ordinary word, and a short name.
           {"bank.com", ""},
           {"banks.com", ""},
           {"bank-login.com", "word bank.example"},
           {"nri.com", ""},
           {"nr1.example", "confusable nri.example"},
           {"stonebr1dge.com", "confusable stonebridge.co.uk"},
           {"stonebrigde.com", "edit stonebridge.co.uk"},
           {"stonbrigde.com", "edit stonebridge.co.uk"},
       })
    EXPECT_EQ(looks(text), found) << text;
}

TEST(Lookalike, OfBrands) {
  for (const auto& [text, found] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"paypal.com", ""},
           {"mail.paypal.com", ""},
           {"paypal.de", ""},  // its own under every country
           {"amazon.com.tr", ""},
           {"gmail.com", ""},
           {"paypa1.com", "confusable paypal.com"},
           {"paypai.example", "confusable paypal.com"},
           {"раураl.com", "confusable paypal.com"},
           {"rnicrosoft.com", "confusable microsoft.com"},
           {"paypal.xyz", "suffix paypal.com"},
           {"paypall.com", "edit paypal.com"},
           {"microsfot.com", "edit microsoft.com"},
           {"paypal-secure.com", "word paypal.com"},
           {"securepaypal.com", "word paypal.com"},
           {"secure-paypa1.com", "word paypal.com"},
           {"paypal.evil.example", "label paypal.com"},
           {"paypal.com.evil.example", "domain paypal.com"},
           {"paypal-com.evil.example", "domain paypal.com"},
           {"appleid-verify.com", "word appleid.com"},
           {"apple-support.com", "word apple.com"},
           {"apple-farm.com", ""},
           {"applefarm.com", ""},
           {"apples.com", ""},
           {"ample.com", ""},
           {"chasecarter.com", ""},
           {"chase.org", ""},
           {"purchase.com", ""},
           {"hbl-pakistan.com", ""},
           {"hbl-login.com", "word hbl.com"},
           {"meezanbank.pk", "suffix meezanbank.com"},
           {"shop.example", ""},
           {"goggles.com", ""},
           {"united.example", ""},
       })
    EXPECT_EQ(looks(text), found) << text;
}

TEST(Lookalike, PublicSuffixesAndOddNamesAreNone) {
  EXPECT_EQ(looks("com"), "");
  EXPECT_EQ(looks("co.uk"), "");
  EXPECT_EQ(looks("xn--a.com"), "");
  EXPECT_FALSE(rules().lookalike(dns::Name()));
  EXPECT_FALSE(rules().lookalike(*dns::Name::from_raw(std::string(63, '-') + ".com")));
}

TEST(Lookalike, TheLikeliestOwnerComesFirst) {
  Targets targets;
  targets.add({.domain = name("stonebridge.com"), .owner = Owner::brand, .id = 1, .is_word = false});
  targets.add({.domain = name("stonebridgf.com"), .owner = Owner::own, .id = 2, .is_word = false});
  const auto found = targets.find(name("stonebridge.xyz"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->target->owner, Owner::own);
  EXPECT_EQ(targets.covering(name("a.stonebridge.com"))->id, 1U);
}

}  // namespace
}  // namespace rampart::guard::names
