// Whether a domain is made to be taken for another: the other way round from what src/audit/lookalikes generates, over many targets
// at once.
//
//   Targets targets;
//   targets.add({.domain = paypal_com, .owner = Owner::brand, .id = 7});
//   targets.find(*dns::Name::try_parse("paypal-secure.example"))      paypal.com, LookalikeKind::word
//
// Some microseconds over thousands of targets: what looks the same is found by hashes, and only targets that are near in length and
// letters are compared letter by letter.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "dns/name.h"

namespace rampart::guard::names {

enum class Owner : std::uint8_t { own, partner, brand };

enum class LookalikeKind : std::uint8_t {
  confusable,  // looks the same: раypal.com, paypa1.com, rnicrosoft.com
  domain,      // whole, as labels of another domain: paypal.com.evil.example, paypal-com.evil.example
  suffix,      // under another suffix: paypal.example
  edit,        // a letter or two differ: paypall.com
  word,        // a word more: paypal-secure.com, securepaypal.com
  label,       // as a label of another domain: paypal.evil.example
};
inline constexpr std::size_t kLookalikeKinds = static_cast<std::size_t>(LookalikeKind::label) + 1;
std::string_view to_string(LookalikeKind kind);  // "confusable"
std::string_view describe(LookalikeKind kind);   // "looks the same as"

struct Target {
  dns::Name domain;  // its label below the public suffix is what others are compared with
  Owner owner = Owner::brand;
  std::uint32_t id = 0;  // the owner's own number
  // An ordinary word (apple, chase), or short: only what leaves no doubt counts.
  bool is_word = false;
};

struct Lookalike {
  LookalikeKind kind = LookalikeKind::confusable;
  const Target* target = nullptr;  // lives as long as the targets
};

class Targets {
 public:
  void add(const Target& target);
  // Of several the first in the order of owners, then of kinds. Nothing when `name` is a target, or below one.
  [[nodiscard]] std::optional<Lookalike> find(const dns::Name& name) const;
  // The longest target that is `name` or above it; null: none.
  [[nodiscard]] const Target* covering(const dns::Name& name) const;
  [[nodiscard]] std::size_t size() const { return targets_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const;
  };
  using Places = std::vector<std::uint32_t>;  // in targets_
  using ByText = boost::unordered_flat_map<std::string, Places, Hash, std::equal_to<>>;
  struct Core {
    std::string label;
    std::uint32_t letters = 0;  // a bit for each that it has
    std::uint32_t target = 0;
  };
  struct Search;

  std::vector<Target> targets_;
  ByText by_domain_;                                             // "paypal.com"
  ByText by_label_;                                              // "paypal"
  ByText by_look_;                                               // disguise_key() of it
  std::array<std::vector<Core>, dns::kMaxLabel + 1> by_length_;  // of those that letters may differ of
};

// The label below the public suffix, as it is shown, in plain small letters; empty for a public suffix.
std::string shown_label(const dns::Name& registered);

}  // namespace rampart::guard::names
