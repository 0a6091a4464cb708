#include "guard/inspect/names/brands.h"

#include <map>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dns/domain.h"
#include "guard/inspect/names/brand_file.h"

namespace rampart::guard::names {
namespace {

using ::testing::HasSubstr;

dns::Name name(std::string_view text) { return *dns::Name::try_parse(text); }
std::string owner(std::string_view text) {
  const auto* brand = built_in_brands().owner(name(text));
  return brand == nullptr ? "-" : brand->id;
}

std::string fault(std::string_view text) {
  BrandRegistry registry;
  const auto added = registry.add(text, "own.toml");
  return added ? "none" : fmt::format("{} ({})", added.error().message(), added.error().hint);
}

TEST(Brands, TheBuiltInOnesAreRight) {
  const auto& brands = built_in_brands();
  EXPECT_GE(brands.brands().size(), 550U);
  std::map<std::string, std::string> domains;
  std::map<BrandKind, int> kinds;
  for (const auto& brand : brands.brands()) {
    ++kinds[brand.kind];
    for (const auto& domain : brand.domains) {
      EXPECT_TRUE(domains.emplace(domain, brand.id).second) << domain;
      EXPECT_EQ(owner(domain), brand.id) << domain;
      // A public suffix, or free mail, would be everybody's.
      const bool is_governed = domain == "gov.uk" || domain == "nhs.uk";  // where not just anyone gets a name
      EXPECT_TRUE(is_governed || dns::registered_domain(name(domain))) << domain;
      EXPECT_FALSE(brands.is_free_mail(name(domain))) << domain;
    }
    // The whole name finds it, whatever else is called so.
    const auto found = brands.named_in(brand.name);
    ASSERT_FALSE(found.empty()) << brand.name;
    EXPECT_EQ(found[0].brand->id, brand.id) << brand.name;
    EXPECT_TRUE(found[0].is_whole) << brand.name;
  }
  EXPECT_GE(kinds.size(), kBrandKinds - 2);
}

TEST(Brands, AreKnownByTheirDomains) {
  EXPECT_EQ(owner("paypal.com"), "paypal");
  EXPECT_EQ(owner("a.b.paypal.com"), "paypal");
  EXPECT_EQ(owner("notpaypal.com"), "-");
  EXPECT_EQ(owner("paypal.co.uk"), "paypal");
  EXPECT_EQ(owner("paypal.com.br"), "paypal");
  EXPECT_EQ(owner("paypal.gov.br"), "-");
  EXPECT_EQ(owner("paypal.tk"), "-");
  EXPECT_EQ(owner("paypal.net"), "-");
  EXPECT_EQ(owner("gmail.com"), "-");
  EXPECT_EQ(owner("insideicloud.icloud.com"), "apple");
  EXPECT_EQ(owner("abc.onmicrosoft.com"), "-");
  EXPECT_EQ(built_in_brands().by_id("nadra")->name, "NADRA");
  EXPECT_EQ(built_in_brands().by_id("nobody"), nullptr);
}

TEST(Brands, FreeMail) {
  const auto& brands = built_in_brands();
  for (const auto* domain :
       {"gmail.com", "outlook.com", "yahoo.co.uk", "mail.ru", "qq.com", "proton.me", "icloud.com", "gmx.de"})
    EXPECT_TRUE(brands.is_free_mail(name(domain))) << domain;
  for (const auto* domain :
       {"google.com", "paypal.com", "shop.example", "insideicloud.icloud.com", "notify.proton.me"})
    EXPECT_FALSE(brands.is_free_mail(name(domain))) << domain;
}

std::string named(std::string_view text) {
  std::string out;
  for (const auto& match : built_in_brands().named_in(text))
    out += fmt::format("{}{}{}{}", out.empty() ? "" : " ", match.brand->id, match.is_whole ? "!" : "",
                       match.is_disguised ? "~" : "");
  return out;
}

TEST(Brands, AreFoundInText) {
  EXPECT_EQ(named("PayPal"), "paypal!");
  EXPECT_EQ(named("your paypal, and your NETFLIX account are closed"), "paypal netflix");
  EXPECT_EQ(named("bank of  america online"), "bankofamerica!");
  EXPECT_EQ(named("BankOfAmerica"), "bankofamerica!");
  EXPECT_EQ(named("Amazon Web Services"), "aws!");
  EXPECT_EQ(named("Société Générale"), "societegenerale!");
  EXPECT_EQ(named("SOCIETE GENERALE"), "societegenerale!");
  EXPECT_EQ(named("AT&T"), "att!");
  EXPECT_EQ(named("McDonald’s"), "mcdonalds!");
  EXPECT_EQ(named("میزان بینک"), "meezan!");
  EXPECT_EQ(named("نادرا کی جانب سے"), "nadra");
  EXPECT_EQ(named("Micros0ft Teams"), "microsoft!~");
  // Words that are linked in sentences, and names within others.
  EXPECT_EQ(named("we transfer what is linked in"), "");
  EXPECT_EQ(named("paypalooza"), "");
  EXPECT_EQ(named("an apple, the chase, a wise target"), "");
  EXPECT_EQ(named("Wise"), "wise!");
  EXPECT_EQ(named(""), "");
}

TEST(Brands, AFileOfOnesOwn) {
  BrandRegistry registry;
  ASSERT_TRUE(registry.add(R"(free_mail = ["post.example"]
[[brand]]
id = "acorn"
name = "Acorn Bank"
kind = "bank"
domains = ["acorn.example", "پاکستان.example"]
aliases = ["ACB"]
[[brand]]
id = "crypto-acorn"
name = "Acorn Coin"
kind = "crypto"
domains = ["coin.acorn.example"]
)",
                           "own.toml"));
  EXPECT_EQ(registry.owner(name("mail.acorn.example"))->id, "acorn");
  EXPECT_EQ(registry.owner(name("xn--mgbai9azgqp6j.example"))->id, "acorn");
  EXPECT_EQ(registry.owner(name("x.coin.acorn.example"))->id, "crypto-acorn");
  EXPECT_TRUE(registry.is_free_mail(name("post.example")));
  // The same id takes its place; what is wrong changes nothing.
  ASSERT_TRUE(registry.add(
      "[[brand]]\nid=\"acorn\"\nname=\"Acorn\"\nkind=\"bank\"\ndomains=[\"acorn.test\"]\n", "own.toml"));
  EXPECT_EQ(registry.owner(name("acorn.example")), nullptr);
  EXPECT_FALSE(registry.add("[[brand]]\nid=\"acorn\"\n", "own.toml"));
  EXPECT_EQ(registry.owner(name("acorn.test"))->id, "acorn");
  EXPECT_EQ(registry.brands().size(), 2U);
}

TEST(Brands, FaultsHaveAPlace) {
  constexpr std::string_view kHead = "[[brand]]\nid = \"a\"\nname = \"A\"\nkind = \"bank\"\n";
  const auto of = [&](std::string_view rest) { return fault(fmt::format("{}{}", kHead, rest)); };
  EXPECT_EQ(of("domains = [\"a.example\"]"), "none");
  EXPECT_EQ(fault(""), "none");
  EXPECT_THAT(fault("x"), HasSubstr("own.toml:1:"));
  EXPECT_THAT(fault("brand = 1"), HasSubstr("no list"));
  EXPECT_THAT(fault("brand = [1]"), HasSubstr("no table"));
  EXPECT_THAT(fault("[[brands]]"), HasSubstr("brands is not known here"));
  EXPECT_THAT(of(""), HasSubstr("own.toml:1:1: the brand a has no domains"));
  EXPECT_THAT(of("domains = [\"com\"]"), HasSubstr("\"com\" is no domain"));
  EXPECT_THAT(of("domains = [\"a.example.\"]"), HasSubstr("is no domain"));
  EXPECT_THAT(of("domains = [\"a.example\", \"A.example\"]"), HasSubstr("named twice"));
  EXPECT_THAT(of("domains = [\"a.example\"]\naliases = [\"!!\"]"), HasSubstr("has no letters"));
  EXPECT_THAT(of("domains = [\"a.example\"]\naliases = [\"a b c d e f g\"]"), HasSubstr("more than 6 words"));
  EXPECT_THAT(of("domains = [\"a.example\"]\nword = 1"), HasSubstr("neither true nor false"));
  EXPECT_THAT(of("domains = [\"a.example\"]\ndomain = 1"), HasSubstr("not known here"));
  EXPECT_THAT(of("domains = [\"a.example\"]\n[[brand]]\nid = \"a\""), HasSubstr("two brands are called a"));
  EXPECT_THAT(fault("[[brand]]\nid = \"a\"\nname = \"A\"\nkind = \"x\""),
              HasSubstr("there is no kind \"x\""));
  EXPECT_THAT(fault("free_mail = [1]"), HasSubstr("no text"));
  EXPECT_THAT(fault(std::string(kMaxBrandsBytes + 1, ' ')), HasSubstr("larger than"));
}

}  // namespace
}  // namespace rampart::guard::names
