// Whom names are compared with: our own domains and people, partners, brands. Made once for a configuration; any thread may read it.
//
//   auto rules = NameRules::make({.own_domains = {ministry}, .own_names = {"Ministry of Examples"}, .people = {person}});
#pragma once

#include <memory>
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
  // Null: built_in_brands(). Lives as long as the rules.
  std::shared_ptr<const BrandRegistry> brands;
};

class NameRules {
 public:
  // Errors are of kind config: a name without letters, too many of something.
  static base::Result<NameRules> make(NameSettings settings);

  [[nodiscard]] const BrandRegistry& brands() const;
  [[nodiscard]] bool is_own(const dns::Name& name) const;
  [[nodiscard]] bool is_partner(const dns::Name& name) const;
  // The person whose whole name stands in folded words ("malik, sana" too, and with words around it), or null.
  [[nodiscard]] const Person* person(std::span<const std::string> words) const;
  // The name of ours that stands in folded words; empty: none.
  [[nodiscard]] std::string_view own_name(std::span<const std::string> words) const;
  // Of our own and partners' domains, then of brands': what `name` looks like and is not.
  [[nodiscard]] std::optional<Lookalike> lookalike(const dns::Name& name) const;

 private:
  NameRules() = default;
  struct Indexed;
  std::shared_ptr<const Indexed> indexed_;
};

}  // namespace rampart::guard::names
