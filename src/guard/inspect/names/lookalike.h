// Whether a domain is made to be taken for another: the other way round from what src/audit/lookalikes generates, over many targets
// at once.
//
//   Targets targets; targets.add(paypal_com, {.owner = Owner::brand, .id = 7});
//   targets.find(*dns::Name::try_parse("paypal-secure.example"))   →  paypal.com, LookalikeKind::word
//
// Only targets that are near in length and letters are compared: some microseconds over thousands of them.
#pragma once

#include <array>
#include <cstdint>
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
  suffix,      // under another suffix: paypal.example
  edit,        // a letter or two differ: paypall.com
  word,        // a word more: paypal-secure.com, securepaypal.com
  label,       // as a label of another domain: paypal.evil.example
  domain,      // whole, as labels of another domain: paypal.com.evil.example, paypal-com.evil.example
};
inline constexpr std::size_t kLookalikeKinds = static_cast<std::size_t>(LookalikeKind::domain) + 1;
std::string_view to_string(LookalikeKind kind);  // "confusable"

struct Target {
  dns::Name domain;  // registered, or below one where only that is the owner's
  Owner owner = Owner::brand;
  std::uint32_t id = 0;  // the owner's own number
  bool is_word = false;  // its label is an ordinary word (apple, chase): only what leaves no doubt counts
};

struct Lookalike {
  LookalikeKind kind = LookalikeKind::confusable;
  Target target;
};

class Targets {
 public:
  void add(Target target);
  // Call after the last add().
  void index();
  // The likeliest, in the order of owners, then of kinds. Nothing when `name` is a target, or below one.
  [[nodiscard]] std::optional<Lookalike> find(const dns::Name& name) const;
  // Whether it is a target or below one.
  [[nodiscard]] const Target* covering(const dns::Name& name) const;
  [[nodiscard]] std::size_t size() const { return targets_.size(); }

 private:
  struct Core;
  std::vector<Target> targets_;
};

}  // namespace rampart::guard::names
