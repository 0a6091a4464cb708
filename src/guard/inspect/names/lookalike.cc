#include "guard/inspect/names/lookalike.h"

#include <algorithm>
#include <bit>

#include <boost/unordered/unordered_flat_set.hpp>

#include "base/text.h"
#include "dns/confusables.h"
#include "dns/domain.h"
#include "guard/inspect/names/shown_words.h"
#include "guard/inspect/names/word_lists.h"

namespace rampart::guard::names {
namespace {

constexpr std::string_view kNames[] = {"confusable", "domain", "suffix", "edit", "word", "label"};
static_assert(std::size(kNames) == kLookalikeKinds);
constexpr std::string_view kDescriptions[] = {"looks the same as",
                                              "holds, as a part of another domain,",
                                              "differs by its ending from",
                                              "differs by a letter or two from",
                                              "adds a word to",
                                              "holds, as a label of another domain, the name of"};
static_assert(std::size(kDescriptions) == kLookalikeKinds);

// Letters of the label, from which on something counts; all our own. Brands are many, and their names are in many other words.
struct Thresholds {
  std::size_t look;      // looks the same
  std::size_t suffix;    // under another suffix
  std::size_t one_edit;  // one letter differs
  std::size_t two_edits;
  std::size_t word;    // with another word and a hyphen between
  std::size_t joined;  // without
  std::size_t label;   // as a label of another domain
};
constexpr Thresholds kOurs{
    .look = 3, .suffix = 4, .one_edit = 5, .two_edits = 9, .word = 4, .joined = 5, .label = 4};
constexpr Thresholds kBrands{
    .look = 5, .suffix = 5, .one_edit = 6, .two_edits = 10, .word = 4, .joined = 5, .label = 5};
constexpr const Thresholds& thresholds(Owner owner) { return owner == Owner::brand ? kBrands : kOurs; }

constexpr std::size_t kMaxAffix = 14;  // bytes of the longest of kAffixes

bool is_affix(std::string_view word) {
  static const boost::unordered_flat_set<std::string_view> words(std::begin(kAffixes), std::end(kAffixes));
  return !word.empty() && (words.contains(word) || std::ranges::all_of(word, base::is_digit));
}

std::uint32_t letters_of(std::string_view label) {
  std::uint32_t out = 0;
  for (const char c : label)
    out |= 1U << (base::is_alpha(c) ? static_cast<unsigned>(c - 'a') % 26U
                                    : 26U + static_cast<unsigned char>(c) % 6U);
  return out;
}

// Calls `use` with the name and each domain above it, the longest first, until it says true.
template <class Use>
void climb(std::string_view name, const Use& use) {
  for (auto rest = name; !use(rest);) {
    const auto dot = rest.find('.');
    if (dot == std::string_view::npos) return;
    rest.remove_prefix(dot + 1);
  }
}

}  // namespace

std::string_view to_string(LookalikeKind kind) { return kNames[static_cast<std::size_t>(kind)]; }
std::string_view describe(LookalikeKind kind) { return kDescriptions[static_cast<std::size_t>(kind)]; }

std::size_t Targets::Hash::operator()(std::string_view text) const { return dns::hash_bytes(text); }

std::string shown_label(const dns::Name& registered) {
  if (registered.is_root()) return {};
  const auto label = registered.label(0);
  if (!label.starts_with("xn--")) return base::lower(label);
  std::string out;
  for (const auto& word : shown_words(dns::decode_label(label))) {
    if (!out.empty()) out += '-';
    out += word.text;
  }
  return out;
}

void Targets::add(const Target& target) {
  const auto registered = dns::registered_domain(target.domain).value_or(target.domain);
  const auto label = shown_label(registered);
  auto kept = target;
  kept.is_word = kept.is_word || is_affix(label);
  const auto place = static_cast<std::uint32_t>(targets_.size());
  targets_.push_back(kept);
  by_domain_[target.domain.text()].push_back(place);
  by_label_[label].push_back(place);
  by_look_[disguise_key(label)].push_back(place);
  if (label.size() <= dns::kMaxLabel && label.size() >= thresholds(target.owner).one_edit && !kept.is_word)
    by_length_[label.size()].push_back({.label = label, .letters = letters_of(label), .target = place});
}

const Target* Targets::covering(const dns::Name& name) const {
  const Target* out = nullptr;
  climb(name.text(), [&](std::string_view at) {
    const auto found = by_domain_.find(at);
    if (found != by_domain_.end()) out = &targets_[found->second.front()];
    return out != nullptr;
  });
  return out;
}

// One name against all targets.
struct Targets::Search {
  const Targets& all;
  const dns::Name& name;
  dns::Name registered;
  std::string label;  // shown_label(registered)
  std::optional<Lookalike> best;

  void offer(LookalikeKind kind, const Target& target) {
    const auto rank = [](const Lookalike& one) { return std::pair(one.target->owner, one.kind); };
    const Lookalike found{.kind = kind, .target = &target};
    if (!best || rank(found) < rank(*best)) best = found;
  }

  template <class Use>
  void each(const ByText& table, std::string_view key, const Use& use) const {
    const auto found = table.find(key);
    if (found == table.end()) return;
    for (const auto place : found->second) use(all.targets_[place]);
  }

  void run() {
    same();
    looks();
    edits();
    words();
    labels_below();
  }

  void same() {
    const bool is_masked = registered.label(0) != label;
    each(all.by_label_, label, [&](const Target& target) {
      const auto& least = thresholds(target.owner);
      if (is_masked && label.size() >= least.look) {
        offer(LookalikeKind::confusable, target);
      } else if (label.size() >= least.suffix && !target.is_word) {
        offer(LookalikeKind::suffix, target);
      }
    });
  }

  void looks() {
    each(all.by_look_, disguise_key(label), [&](const Target& target) {
      const auto own = shown_label(dns::registered_domain(target.domain).value_or(target.domain));
      if (own != label && label.size() >= thresholds(target.owner).look)
        offer(LookalikeKind::confusable, target);
    });
  }

  void edits() {
    if (label.size() < 3 || label.size() > dns::kMaxLabel) return;
    const auto letters = letters_of(label);
    for (auto length = label.size() - 2; length <= std::min(label.size() + 2, dns::kMaxLabel); ++length) {
      for (const auto& core : all.by_length_[length]) {
        const auto& target = all.targets_[core.target];
        const std::size_t most = core.label.size() >= thresholds(target.owner).two_edits ? 2 : 1;
        // An edit takes away or adds a letter, or both.
        if (static_cast<std::size_t>(std::popcount(core.letters ^ letters)) > 2 * most) continue;
        const auto distance = base::edit_distance(core.label, label, most);
        if (distance > 0 && distance <= most && !is_plural(core.label)) offer(LookalikeKind::edit, target);
      }
    }
  }

  // One is the other with an s: more often a word than a deception.
  [[nodiscard]] bool is_plural(std::string_view core) const {
    return (label.size() == core.size() + 1 && label.starts_with(core) && label.ends_with('s')) ||
           (core.size() == label.size() + 1 && core.starts_with(label) && core.ends_with('s'));
  }

  // The target's label among others between hyphens, or with an affix right beside it.
  void words() {
    if (label.find('-') != std::string::npos) {
      const auto parts = base::split(label, '-');
      for (std::size_t first = 0; first < parts.size(); ++first) {
        for (std::size_t last = first; last < std::min(parts.size(), first + 3); ++last) {
          const auto begin = static_cast<std::size_t>(parts[first].data() - label.data());
          const auto end = static_cast<std::size_t>(parts[last].data() - label.data()) + parts[last].size();
          if (end - begin == label.size() || end == begin) continue;
          between_hyphens(std::string_view(label).substr(begin, end - begin), parts, first, last);
        }
      }
    }
    for (std::size_t size = 1;
         size <= std::min(kMaxAffix, label.size() - std::min<std::size_t>(label.size(), 4)); ++size) {
      if (is_affix(std::string_view(label).substr(0, size)))
        beside_affix(std::string_view(label).substr(size));
      if (is_affix(std::string_view(label).substr(label.size() - size)))
        beside_affix(std::string_view(label).substr(0, label.size() - size));
    }
  }

  void between_hyphens(std::string_view core, const std::vector<std::string_view>& parts, std::size_t first,
                       std::size_t last) {
    bool all_affixes = true;
    for (std::size_t i = 0; i < parts.size(); ++i)
      all_affixes = all_affixes && ((i >= first && i <= last) || is_affix(parts[i]));
    const auto take = [&](const Target& target) {
      const auto least = thresholds(target.owner).word;
      if (core.size() >= (all_affixes ? least - 1 : least) && (all_affixes || !target.is_word))
        offer(LookalikeKind::word, target);
    };
    each(all.by_label_, core, take);
    if (core.size() >= 5) each(all.by_look_, disguise_key(core), take);
  }

  void beside_affix(std::string_view core) {
    while (core.ends_with('-')) core.remove_suffix(1);
    while (core.starts_with('-')) core.remove_prefix(1);
    const auto take = [&](const Target& target) {
      if (core.size() >= thresholds(target.owner).joined && !target.is_word)
        offer(LookalikeKind::word, target);
    };
    each(all.by_label_, core, take);
    if (core.size() >= 6) each(all.by_look_, disguise_key(core), take);
  }

  void labels_below() {
    const auto below = name.label_count() - registered.label_count();
    for (unsigned i = 0; i < below; ++i) {
      const auto own = shown_label(*dns::Name().prepend_label(name.label(i)));
      each(all.by_label_, own, [&](const Target& target) {
        if (own.size() >= thresholds(target.owner).label && !target.is_word)
          offer(LookalikeKind::label, target);
      });
      // paypal.com, and its labels joined by hyphens
      std::string whole;
      for (unsigned last = i; last < std::min(below, i + 4); ++last) {
        if (last != i) whole += '.';
        whole += name.label(last);
        if (last != i)
          each(all.by_domain_, whole, [&](const Target& target) { offer(LookalikeKind::domain, target); });
      }
      with_hyphens(own);
    }
    with_hyphens(label);
    with_hyphens(registered.text());  // ministry-gov.pk
  }

  void with_hyphens(std::string_view own) {
    if (own.find('-') == std::string_view::npos) return;
    std::string dotted(own);
    std::ranges::replace(dotted, '-', '.');
    // Also with words before it: secure-paypal-com.
    climb(dotted, [&](std::string_view at) {
      each(all.by_domain_, at, [&](const Target& target) { offer(LookalikeKind::domain, target); });
      return false;
    });
  }
};

std::optional<Lookalike> Targets::find(const dns::Name& name) const {
  const auto registered = dns::registered_domain(name);
  if (!registered || covering(name) != nullptr) return std::nullopt;
  Search search{
      .all = *this, .name = name, .registered = *registered, .label = shown_label(*registered), .best = {}};
  search.run();
  return search.best;
}

}  // namespace rampart::guard::names
