#include "guard/inspect/names/brands.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include <boost/unordered/unordered_flat_set.hpp>
#include <fmt/format.h>

#include "base/text.h"
#include "dns/domain.h"
#include "guard/inspect/names/brand_file.h"
#include "guard/inspect/names/built_in.h"
#include "guard/inspect/names/word_lists.h"

namespace rampart::guard::names {
namespace {

constexpr std::string_view kKinds[] = {"bank",     "payment",  "crypto", "insurance", "government", "telecom",
                                       "mail",     "software", "cloud",  "social",    "shop",       "parcels",
                                       "travel",   "media",    "games",  "e-sign",    "calendar",   "files",
                                       "security", "health",   "energy", "education", "charity",    "other"};
static_assert(std::size(kKinds) == kBrandKinds);

// Shorter names count only where their words are parted as they are ("AT T"), and have no disguises.
constexpr std::size_t kShortName = 5;  // letters

// Countries' domains where anybody had names for nothing.
constexpr auto kGivenAway = std::to_array<std::string_view>({"tk", "ml", "ga", "cf", "gq"});

// Calls `use` with the name and each domain above it, the longest first, until it says true.
template <class Use>
void climb(std::string_view name, const Use& use) {
  for (auto rest = name; !use(rest);) {
    const auto dot = rest.find('.');
    if (dot == std::string_view::npos) return;
    rest.remove_prefix(dot + 1);
  }
}

// The label below a country's suffix (de, com.pk, co.uk); empty for any other domain.
std::string country_label(const dns::Name& name) {
  const auto registered = dns::registered_domain(name);
  if (!registered) return {};
  const auto suffix = registered->parent();
  const auto top = suffix.label(suffix.label_count() - 1);
  if (top.size() != 2 || suffix.label_count() > 2 || std::ranges::find(kGivenAway, top) != kGivenAway.end())
    return {};
  if (suffix.label_count() == 2 && suffix.label(0) != "com" && suffix.label(0) != "co") return {};
  return std::string(registered->label(0));
}

// Its first two bytes.
std::size_t start_of(std::string_view key) {
  const auto byte = [key](std::size_t i) {
    return i < key.size() ? std::size_t{static_cast<unsigned char>(key[i])} : 0;
  };
  return byte(0) << 8U | byte(1);
}

bool is_near_word(std::string_view word) {
  static const boost::unordered_flat_set<std::string_view> words(std::begin(kNearWords),
                                                                 std::end(kNearWords));
  return words.contains(word) || std::ranges::all_of(word, base::is_digit);
}

// Whether each word is of a brand's name, or stands beside one.
void set_whole(std::span<const ShownWord> words, std::vector<BrandMatch>& matches) {
  if (matches.empty()) return;
  bool all_beside = true;
  bool all_near = true;
  auto match = matches.begin();
  for (std::size_t i = 0; i < words.size();) {
    if (match != matches.end() && match->first == i) {
      i += match++->words;
      continue;
    }
    all_beside = all_beside && is_beside_word(words[i].text);
    all_near = all_near && is_near_word(words[i].text);
    ++i;
  }
  for (auto& one : matches) one.is_whole = one.is_word ? all_near : all_beside;
}

}  // namespace

std::string_view to_string(BrandKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

std::size_t BrandRegistry::Hash::operator()(std::string_view text) const { return dns::hash_bytes(text); }

base::Result<> BrandRegistry::add(std::string_view text, const std::string& file) {
  auto read = TRY(parse_brands(text, file));
  for (auto& brand : read.brands) {
    const auto known = by_id_.find(brand.id);
    if (known != by_id_.end()) {
      brands_[known->second] = std::move(brand);
    } else {
      by_id_.emplace(brand.id, static_cast<std::uint32_t>(brands_.size()));
      brands_.push_back(std::move(brand));
    }
  }
  for (auto& domain : read.free_mail) free_mail_.insert_or_assign(std::move(domain), true);
  index();
  return {};
}

void BrandRegistry::index() {
  by_domain_.clear();
  by_country_label_.clear();
  aliases_.clear();
  disguises_.clear();
  starts_.reset();
  longest_ = 0;
  for (std::uint32_t i = 0; i < brands_.size(); ++i) {
    const auto& brand = brands_[i];
    for (const auto& domain : brand.domains) by_domain_.insert_or_assign(domain, i);
    if (brand.has_countries) {
      const auto& domain = brand.domains.front();
      by_country_label_.insert_or_assign(domain.substr(0, domain.find('.')), i);
    }
    add_alias(i, brand.name, brand.is_word);
    for (const auto& alias : brand.aliases) add_alias(i, alias, false);
  }
}

void BrandRegistry::add_alias(std::uint32_t brand, std::string_view name, bool is_word) {
  const auto words = shown_words(name);
  auto key = joined(words);
  Alias alias{.brand = brand, .words = joined(words, " "), .count = words.size(), .is_word = is_word};
  const auto note_start = [this](std::string_view start) {
    longest_ = std::max(longest_, start.size());
    starts_[start_of(start)] = true;
  };
  note_start(key);
  if (key.size() >= kShortName && !is_word) {
    auto look = disguise_key(key);
    note_start(look);
    disguises_.insert_or_assign(std::move(look), key);
  }
  // "Pay Pal" beside "PayPal": the one that parts more words covers both.
  const auto known = aliases_.find(key);
  if (known != aliases_.end() && known->second.brand == brand && known->second.count > alias.count) return;
  aliases_.insert_or_assign(std::move(key), std::move(alias));
}

const Brand* BrandRegistry::owner(const dns::Name& name) const {
  const Brand* out = nullptr;
  climb(name.text(), [&](std::string_view at) {
    const auto found = by_domain_.find(at);
    if (found != by_domain_.end()) out = &brands_[found->second];
    return out != nullptr;
  });
  if (out != nullptr || by_country_label_.empty()) return out;
  const auto found = by_country_label_.find(country_label(name));
  return found == by_country_label_.end() ? nullptr : &brands_[found->second];
}

const Brand* BrandRegistry::by_id(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &brands_[found->second];
}

const Brand* BrandRegistry::by_word(std::string_view word) const {
  const auto found = aliases_.find(word);
  return found == aliases_.end() ? nullptr : &brands_[found->second.brand];
}

bool BrandRegistry::is_free_mail(const dns::Name& name) const {
  bool out = false;
  climb(name.text(), [&](std::string_view at) {
    out = free_mail_.contains(at);
    return out || by_domain_.contains(at);  // a brand's own names below free mail
  });
  return out;
}

const BrandRegistry::Alias* BrandRegistry::alias_at(std::span<const ShownWord> words, std::string_view key,
                                                    bool& is_disguised) const {
  const auto found = aliases_.find(key);
  if (found != aliases_.end()) {
    is_disguised = std::ranges::any_of(words, &ShownWord::is_foreign);
    const auto& alias = found->second;
    const bool fits = alias.count == words.size() ? alias.count == 1 || alias.words == joined(words, " ")
                                                  : alias.count > words.size() && key.size() >= kShortName;
    return fits ? &alias : nullptr;
  }
  if (std::ranges::all_of(words, [](const ShownWord& word) { return word.lookalike.empty(); }))
    return nullptr;
  std::string look;
  for (const auto& word : words) look += word.lookalike.empty() ? disguise_key(word.text) : word.lookalike;
  const auto disguised = disguises_.find(look);
  if (disguised == disguises_.end()) return nullptr;
  is_disguised = true;
  return &aliases_.find(disguised->second)->second;
}

BrandMatch BrandRegistry::match_at(std::span<const ShownWord> words) const {
  const auto& first = words[0];
  // Of "K-Electric" the second word begins with the second byte.
  if (first.text.size() == 1 && words.size() > 1) {
    if (!starts_[start_of(first.text + words[1].text)]) return {};
  } else if (!starts_[start_of(first.text)] &&
             (first.lookalike.empty() || !starts_[start_of(first.lookalike)]))
    return {};
  std::string key;
  std::array<std::size_t, kMaxAliasWords> ends{};
  std::size_t count = 0;
  while (count < std::min(words.size(), kMaxAliasWords) &&
         key.size() + words[count].text.size() <= longest_) {
    key += words[count].text;
    ends[count++] = key.size();
  }
  for (; count > 0; --count) {
    bool is_disguised = false;
    const auto* alias =
        alias_at(words.first(count), std::string_view(key).substr(0, ends[count - 1]), is_disguised);
    if (alias != nullptr)
      return {.brand = &brands_[alias->brand],
              .first = 0,
              .words = count,
              .is_whole = false,
              .is_disguised = is_disguised,
              .is_word = alias->is_word};
  }
  return {};
}

std::vector<BrandMatch> BrandRegistry::named_in(std::string_view utf8) const {
  return named_in(shown_words(utf8));
}

std::vector<BrandMatch> BrandRegistry::named_in(std::span<const ShownWord> words) const {
  std::vector<BrandMatch> out;
  for (std::size_t i = 0; i < words.size();) {
    auto match = match_at(words.subspan(i));
    match.first = i;
    i += std::max<std::size_t>(match.words, 1);
    if (match.brand != nullptr) out.push_back(match);
  }
  set_whole(words, out);
  std::erase_if(out, [](const BrandMatch& match) { return match.is_word && !match.is_whole; });
  return out;
}

bool is_beside_word(std::string_view word) {
  static const boost::unordered_flat_set<std::string_view> words(std::begin(kBesideWords),
                                                                 std::end(kBesideWords));
  return std::ranges::all_of(word, base::is_digit) || words.contains(word);
}

const BrandRegistry& built_in_brands() {
  static const BrandRegistry registry = [] {
    BrandRegistry out;
    for (const auto& built_in : built_in_brand_files()) {
      if (const auto added = out.add(built_in.text, std::string(built_in.file)); !added) {
        // A test proves that it never is.
        std::fputs(fmt::format("rampart: {}\n", added.error().message()).c_str(), stderr);
        std::abort();
      }
    }
    return out;
  }();
  return registry;
}

}  // namespace rampart::guard::names
