// Whom names are compared with: our own domains and people, partners, brands. Made once for a configuration; any thread may read it.
//
//   auto rules = NameRules::make({.own_domains = {ministry}, .own_names = {"Ministry of Examples"}, .people = {person}});
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dns/name.h"
#include "guard/inspect/names/brands.h"
#include "guard/inspect/names/lookalike.h"

namespace rampart::guard::names {

// All our own.
inline constexpr std::size_t kMaxPeople = 5000;
inline constexpr std::size_t kMaxOwnDomains = 5000;  // and partners', each
inline constexpr std::size_t kMaxPersonName = 100;   // bytes

struct Person {
  std::string name;                    // "Sana Malik"
  std::vector<std::string> addresses;  // that are truly his, besides any of our own domains; lower case
};
// "Sana Malik <sana@ministry.example> <sana.malik@home.example>", an address at least. Errors are of kind input.
base::Result<Person> parse_person(std::string_view text);
// As base::Setting::check.
std::string check_person_setting(std::string_view text);

struct NameSettings {
  std::vector<dns::Name> own_domains;
  std::vector<std::string> own_names;  // of our organisation, as in display names
  std::vector<dns::Name> partner_domains;
  std::vector<Person> people;
  std::vector<dns::Name> not_lookalikes;  // domains that are known to be others' in good faith
  // Null: built_in_brands().
  std::shared_ptr<const BrandRegistry> brands;
};

class NameRules {
 public:
  // Errors are of kind config: a name without letters, too many of something.
  static base::Result<NameRules> make(NameSettings settings);

  [[nodiscard]] const BrandRegistry& brands() const;
  [[nodiscard]] bool is_own(const dns::Name& name) const;
  [[nodiscard]] bool is_partner(const dns::Name& name) const;
  // The person whose whole name stands in the words: "Malik, Sana", "Sana K. Malik (CEO)", "SanaMalik". Null: nobody's.
  [[nodiscard]] const Person* person(std::span<const ShownWord> words) const;
  // The name of ours that stands in the words, as it was configured; empty: none.
  [[nodiscard]] std::string_view own_name(std::span<const ShownWord> words) const;
  // What `name` is made to be taken for, of our own, partners' and brands' domains. Nothing for a domain of one of these, or of free
  // mail. The target's id is its place in NameSettings, or in BrandRegistry::brands().
  [[nodiscard]] std::optional<Lookalike> lookalike(const dns::Name& name) const;

 private:
  struct Index;
  explicit NameRules(std::shared_ptr<const Index> index) : index_(std::move(index)) {}
  std::shared_ptr<const Index> index_;  // shared by copies, and never changed
};

}  // namespace rampart::guard::names
