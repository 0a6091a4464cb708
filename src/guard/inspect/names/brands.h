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

#include <bitset>
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
#include "guard/inspect/names/shown_words.h"

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
  std::vector<std::string>
      domains;  // lower case A-labels; names below them count too; the first is the best known
  std::vector<std::string> aliases;  // further names in display names
  bool is_word = false;  // the name (no alias) is an ordinary word or a person's: it counts only as the whole
  bool has_countries =
      false;  // its first domain's label is its own under every country (amazon.de, google.com.pk)
  bool is_self_hosted =
      false;  // software that writes in its own name from whoever runs it (WordPress, cPanel)
  bool sends_for_others = false;  // people and firms write through it, under names of their own
};

struct BrandMatch {
  const Brand* brand = nullptr;
  std::size_t first = 0;  // word
  std::size_t words = 0;
  bool is_whole = false;      // nothing stands beside it but words such as "support"
  bool is_disguised = false;  // in letters that look like its own
  bool is_word = false;       // it is an ordinary word
};

class BrandRegistry {
 public:
  // Adds what a TOML text has. An entry whose id is there already takes the other's place, and a domain that another brand has is
  // taken over: a user's file is read after the built-in ones. Errors are of kind config, with `file:line:column`; nothing has
  // changed then.
  base::Result<> add(std::string_view text, const std::string& file);

  // By the longest domain that is `name` or above it; null: nobody's.
  [[nodiscard]] const Brand* owner(const dns::Name& name) const;
  [[nodiscard]] const Brand* by_id(std::string_view id) const;
  // The brand of which this is a name, as one word ("paypal"), or null.
  [[nodiscard]] const Brand* by_word(std::string_view word) const;
  // gmail.com, and names below it.
  [[nodiscard]] bool is_free_mail(const dns::Name& name) const;
  // Brands in a shown text, from left to right, of overlapping ones the longest. Words of a name may be joined, and no word is parted
  // that the data does not part. Those that are words count only as the whole.
  [[nodiscard]] std::vector<BrandMatch> named_in(std::string_view utf8) const;
  [[nodiscard]] std::vector<BrandMatch> named_in(std::span<const ShownWord> words) const;
  [[nodiscard]] std::span<const Brand> brands() const { return brands_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const;
  };
  template <class Value>
  using ByText = boost::unordered_flat_map<std::string, Value, Hash, std::equal_to<>>;
  struct Alias {
    std::uint32_t brand = 0;
    std::string words;  // with spaces between
    std::size_t count = 0;
    bool is_word = false;
  };

  void index();
  void add_alias(std::uint32_t brand, std::string_view name, bool is_word);
  [[nodiscard]] const Alias* alias_at(std::span<const ShownWord> words, std::string_view key,
                                      bool& is_disguised) const;
  [[nodiscard]] BrandMatch match_at(std::span<const ShownWord> words) const;

  std::vector<Brand> brands_;
  ByText<std::uint32_t> by_id_;
  ByText<std::uint32_t> by_domain_;
  ByText<std::uint32_t> by_country_label_;
  ByText<Alias> aliases_;          // by their words without spaces
  ByText<std::string> disguises_;  // disguise_key() of those, to them
  std::bitset<65536> starts_;      // the first two bytes of either's keys
  std::size_t longest_ = 0;        // of those keys
  ByText<bool> free_mail_;
};

// Whether a word stands beside a name without being a part of another: support, team, noreply, pakistan.
bool is_beside_word(std::string_view word);

// brands/*.toml, as they were when the program was built. Read at the first call; safe from any thread.
const BrandRegistry& built_in_brands();

}  // namespace rampart::guard::names
