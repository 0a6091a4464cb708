#include "guard/inspect/names/name_rules.h"

#include <algorithm>
#include <array>

#include <boost/unordered/unordered_flat_set.hpp>
#include <fmt/format.h>

#include "base/text.h"
#include "dns/domain.h"
#include "mail/compose.h"
#include "mail/mailboxes.h"

namespace rampart::guard::names {
namespace {

constexpr std::size_t kMaxPersonWords = 6;  // of a name; our own
constexpr std::size_t kMinJoined = 7;       // letters of a name written as one word
constexpr std::size_t kShown = 60;          // bytes of a wrong text that an error repeats
constexpr std::size_t kShortTarget = 5;     // letters of a brand's domain, below which it is a word

using base::ErrorKind;

struct Hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return dns::hash_bytes(text); }
};
using ByText = boost::unordered_flat_map<std::string, std::uint32_t, Hash, std::equal_to<>>;

// A letter alone is an initial, which some write and some do not.
bool is_initial(const ShownWord& word) { return word.text.size() == 1; }

std::string sorted_key(std::vector<std::string> words) {
  std::ranges::sort(words);
  return base::join(words, " ");
}

std::vector<std::string> name_words(std::string_view name) {
  std::vector<std::string> out;
  for (auto& word : shown_words(name)) {
    if (!is_initial(word)) out.push_back(std::move(word.text));
  }
  return out;
}

std::vector<std::string> looks_of(std::span<const std::string> words) {
  std::vector<std::string> out;
  out.reserve(words.size());
  for (const auto& word : words) out.push_back(disguise_key(word));
  return out;
}

using NameSet = boost::unordered_flat_set<dns::Name, std::hash<dns::Name>>;
bool covers(const NameSet& domains, const dns::Name& name) {
  if (domains.empty()) return false;
  for (unsigned labels = 1; labels <= name.label_count(); ++labels) {
    if (domains.contains(name.suffix(labels))) return true;
  }
  return false;
}

}  // namespace

base::Result<Person> parse_person(std::string_view text) {
  const auto wrong = [&](std::string what) {
    return base::fail(ErrorKind::input, std::move(what), base::excerpt(text, kShown),
                      "write it as Sana Malik <sana@ministry.example>, with further addresses behind");
  };
  const auto begin = text.find('<');
  Person out{.name = std::string(base::trim(text.substr(0, begin))), .addresses = {}};
  const auto words = name_words(out.name);
  if (out.name.size() > kMaxPersonName || words.empty() || words.size() > kMaxPersonWords ||
      !base::is_utf8(out.name))
    return wrong(
        fmt::format("has no name of 1 to {} words and at most {} bytes", kMaxPersonWords, kMaxPersonName));
  for (auto rest = begin == std::string_view::npos ? std::string_view() : text.substr(begin);
       !rest.empty();) {
    const auto end = rest.find('>');
    if (!rest.starts_with('<') || end == std::string_view::npos)
      return wrong("has something that is no address in < and >");
    const auto address = mail::parse_address(rest.substr(1, end - 1));
    if (!address) return wrong("has an address that is none: " + address.error().what);
    out.addresses.push_back(base::lower(*address));
    rest = base::trim(rest.substr(end + 1));
  }
  if (out.addresses.empty()) return wrong("has no address");
  return out;
}

std::string check_person_setting(std::string_view text) {
  if (text.empty()) return {};
  const auto person = parse_person(text);
  return person ? "" : person.error().what;
}

struct NameRules::Index {
  NameSettings settings;
  NameSet own;
  NameSet partners;
  NameSet not_lookalikes;
  ByText people;        // the words of a name in their order of letters
  ByText people_looks;  // disguise_key() of those
  ByText joined_people;
  ByText own_names;  // words without spaces
  ByText own_looks;
  std::size_t longest_person = 0;  // words
  std::size_t longest_own = 0;
  Targets targets;

  void add_person(std::uint32_t place) {
    const auto words = name_words(settings.people[place].name);
    people.try_emplace(sorted_key(words), place);
    people_looks.try_emplace(sorted_key(looks_of(words)), place);
    longest_person = std::max(longest_person, words.size());
    if (words.size() < 2) return;
    const auto forward = base::join(words, "");
    if (forward.size() >= kMinJoined) joined_people.try_emplace(forward, place);
    joined_people.try_emplace(words.back() + base::join(std::span(words).first(words.size() - 1), ""), place);
  }

  void add_own_name(std::uint32_t place) {
    const auto words = shown_words(settings.own_names[place]);
    longest_own = std::max(longest_own, words.size());
    auto key = joined(words);
    own_looks.try_emplace(disguise_key(key), place);
    own_names.try_emplace(std::move(key), place);
  }

  void add_targets() {
    const auto add = [&](std::span<const dns::Name> domains, Owner owner) {
      for (std::uint32_t i = 0; i < domains.size(); ++i)
        targets.add({.domain = domains[i], .owner = owner, .id = i, .is_word = false});
    };
    add(settings.own_domains, Owner::own);
    add(settings.partner_domains, Owner::partner);
    const auto brands = settings.brands->brands();
    for (std::uint32_t i = 0; i < brands.size(); ++i) {
      for (std::size_t at = 0; at < brands[i].domains.size(); ++at) {
        const auto domain = dns::Name::try_parse(brands[i].domains[at]);
        const auto label =
            domain ? shown_label(dns::registered_domain(*domain).value_or(*domain)) : std::string();
        // Further domains of a brand that do not bear its name are known to nobody.
        const bool bears_name = settings.brands->by_word(label) == &brands[i];
        if (label.empty() || (at != 0 && !bears_name)) continue;
        targets.add({.domain = *domain,
                     .owner = Owner::brand,
                     .id = i,
                     .is_word = brands[i].is_word || !bears_name || label.size() < kShortTarget});
      }
    }
  }
};

base::Result<NameRules> NameRules::make(NameSettings settings) {
  auto index = std::make_shared<Index>();
  if (!settings.brands) settings.brands = {std::shared_ptr<void>(), &built_in_brands()};
  if (settings.people.size() > kMaxPeople)
    return base::fail(ErrorKind::config, fmt::format("more than {} people are protected", kMaxPeople));
  if (std::max({settings.own_domains.size(), settings.partner_domains.size(), settings.own_names.size()}) >
      kMaxOwnDomains)
    return base::fail(ErrorKind::config,
                      fmt::format("more than {} domains or names are ours, or partners'", kMaxOwnDomains));
  index->settings = std::move(settings);
  const auto& kept = index->settings;
  index->own.insert(kept.own_domains.begin(), kept.own_domains.end());
  index->partners.insert(kept.partner_domains.begin(), kept.partner_domains.end());
  index->not_lookalikes.insert(kept.not_lookalikes.begin(), kept.not_lookalikes.end());
  for (std::uint32_t i = 0; i < index->settings.own_names.size(); ++i) {
    if (shown_words(index->settings.own_names[i]).empty())
      return base::fail(ErrorKind::config, "a name of ours has no letters",
                        base::excerpt(index->settings.own_names[i], kShown));
    index->add_own_name(i);
  }
  for (std::uint32_t i = 0; i < index->settings.people.size(); ++i) {
    if (name_words(index->settings.people[i].name).empty())
      return base::fail(ErrorKind::config, "a protected name has no letters",
                        base::excerpt(index->settings.people[i].name, kShown));
    index->add_person(i);
  }
  index->add_targets();
  return NameRules(std::move(index));
}

const BrandRegistry& NameRules::brands() const { return *index_->settings.brands; }
bool NameRules::is_own(const dns::Name& name) const { return covers(index_->own, name); }
bool NameRules::is_partner(const dns::Name& name) const { return covers(index_->partners, name); }

const Person* NameRules::person(std::span<const ShownWord> words) const {
  if (index_->people.empty()) return nullptr;
  std::vector<std::string> plain;
  std::vector<std::string> looks;
  bool has_looks = false;
  std::size_t beside = 0;
  plain.reserve(words.size());
  for (const auto& word : words) {
    if (is_initial(word)) continue;
    if (word.text.size() >= kMinJoined) {
      const auto found = index_->joined_people.find(word.text);
      if (found != index_->joined_people.end()) return &index_->settings.people[found->second];
    }
    plain.push_back(word.text);
    looks.push_back(disguise_key(word.text));
    has_looks = has_looks || !word.lookalike.empty();
    beside += is_beside_word(word.text) ? 1U : 0U;
  }
  const auto look_up = [&](const ByText& table, std::span<const std::string> window) -> const Person* {
    const auto found = table.find(sorted_key({window.begin(), window.end()}));
    return found == table.end() ? nullptr : &index_->settings.people[found->second];
  };
  for (auto count = std::min(index_->longest_person, plain.size()); count > 0; --count) {
    // A name of one word is also many others'.
    if (count == 1 && plain.size() != beside + 1) break;
    for (std::size_t i = 0; i + count <= plain.size(); ++i) {
      const auto* found = look_up(index_->people, std::span(plain).subspan(i, count));
      if (found == nullptr && has_looks)
        found = look_up(index_->people_looks, std::span(looks).subspan(i, count));
      if (found != nullptr) return found;
    }
  }
  return nullptr;
}

std::string_view NameRules::own_name(std::span<const ShownWord> words) const {
  for (std::size_t i = 0; i < words.size() && index_->longest_own > 0; ++i) {
    std::string key;
    bool has_looks = false;
    for (std::size_t count = 0; count < index_->longest_own && i + count < words.size(); ++count) {
      key += words[i + count].text;
      has_looks = has_looks || !words[i + count].lookalike.empty();
      auto found = index_->own_names.find(key);
      if (found != index_->own_names.end()) return index_->settings.own_names[found->second];
      if (!has_looks) continue;
      found = index_->own_looks.find(disguise_key(key));
      if (found != index_->own_looks.end()) return index_->settings.own_names[found->second];
    }
  }
  return {};
}

std::optional<Lookalike> NameRules::lookalike(const dns::Name& name) const {
  if (is_own(name) || is_partner(name) || covers(index_->not_lookalikes, name)) return std::nullopt;
  if (brands().owner(name) != nullptr || brands().is_free_mail(name)) return std::nullopt;
  return index_->targets.find(name);
}

}  // namespace rampart::guard::names
