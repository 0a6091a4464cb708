// Brands that are impersonated, and the domains that are truly theirs; and domains of free mail. Data, and looking it up.
//
//   [[brand]]
//   id = "paypal"
//   name = "PayPal"
//   kind = "payment"
//   domains = ["paypal.com", "paypal-communication.com"]
//   aliases = ["Pay Pal"]
//
//   free_mail = ["gmail.com"]
//
//   built_in_brands().owner(name)              PayPal, by "mail.paypal.com"
//   built_in_brands().named_in("Your PayPal account")     PayPal, words 1 to 1
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/result.h"
#include "dns/name.h"

namespace rampart::guard::names {

// All our own.
inline constexpr std::size_t kMaxBrandsBytes = std::size_t{1} << 20;
inline constexpr std::size_t kMaxBrands = 5000;
inline constexpr std::size_t kMaxBrandDomains = 200;  // of one brand
inline constexpr std::size_t kMaxBrandAliases = 50;   // of one brand
inline constexpr std::size_t kMaxBrandText = 200;     // bytes of one text
inline constexpr std::size_t kMaxAliasWords = 6;
inline constexpr std::size_t kMaxFreeMail = 20'000;  // of one list

enum class BrandKind : std::uint8_t {
  bank,
  payment,
  crypto,
  insurance,
  government,
  telecom,
  mail,
  software,
  cloud,
  social,
  shop,
  parcels,
  travel,
  media,
  games,
  e_sign,
  calendar,
  files,
  security,
  health,
  energy,
  education,
  charity,
  other,
};
inline constexpr std::size_t kBrandKinds = static_cast<std::size_t>(BrandKind::other) + 1;
std::string_view to_string(BrandKind kind);  // "e-sign"

struct Brand {
  std::string id;
  std::string name;
  BrandKind kind = BrandKind::other;
  std::vector<std::string> domains;  // lower case A-labels; names below them count too
  std::vector<std::string> aliases;  // further names in display names
  bool is_word = false;  // the name is an ordinary word or person's name: counts only as the whole name
  bool sends_for_others = false;  // in whose name others write to people, under their own names
};

struct BrandMatch {
  const Brand* brand = nullptr;
  std::size_t first = 0;  // word
  std::size_t words = 0;
  bool is_whole = false;      // nothing stands beside it but words such as "support"
  bool is_disguised = false;  // in letters that look like its own
};

class BrandRegistry {
 public:
  // Adds what a TOML text has. An entry whose id is there already takes the other's place. Errors are of kind config, with
  // `file:line:column`; nothing has changed then.
  base::Result<> add(std::string_view text, const std::string& file);

  // By the longest domain that is `name` or above it; null: nobody's.
  [[nodiscard]] const Brand* owner(const dns::Name& name) const;
  [[nodiscard]] const Brand* by_id(std::string_view id) const;
  [[nodiscard]] bool is_free_mail(const dns::Name& name) const;
  // Brands in a shown text, from left to right, of overlapping ones the longest. Those that are words count only as the whole.
  [[nodiscard]] std::vector<BrandMatch> named_in(std::string_view utf8) const;
  // The same of words as shown_words() (shown_words.h) makes them.
  [[nodiscard]] std::vector<BrandMatch> named_in(std::span<const std::string> words) const;
  [[nodiscard]] std::span<const Brand> brands() const { return brands_; }

 private:
  std::vector<Brand> brands_;
};

// brands/*.toml, as they were when the program was built. Read at the first call; safe from any thread.
const BrandRegistry& built_in_brands();

}  // namespace rampart::guard::names
