#include "auth/dkim/rotation.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace rampart::dkim {
namespace {

using Kind = RotationStep::Kind;

constexpr std::string_view kWords[] = {"made", "published", "signing", "leaving", "retired"};

// "r20261126": whose key, and when it was made.
std::string dated_selector(const ManagedDomain& domain, KeyType type, base::Time now) {
  const auto day = base::format_time(now);
  const auto stem = fmt::format("{}{}{}{}", type == KeyType::rsa ? 'r' : 'e', day.substr(0, 4),
                                day.substr(5, 2), day.substr(8, 2));
  const auto taken = [&](const std::string& selector) {
    return std::ranges::find(domain.keys, selector, &ManagedKey::selector) != domain.keys.end();
  };
  auto out = stem;
  for (int number = 2; taken(out); ++number) out = fmt::format("{}-{}", stem, number);
  return out;
}

// Of a delegated domain the selector that nothing needs, if there is one.
std::optional<std::string> free_selector(const ManagedDomain& domain, KeyType type) {
  for (auto& selector : delegated_selectors(type)) {
    const bool used = std::ranges::any_of(domain.keys, [&](const ManagedKey& key) {
      return key.selector == selector && key.phase != KeyPhase::retired;
    });
    if (!used) return selector;
  }
  return std::nullopt;
}

class Chooser {
 public:
  Chooser(const ManagedDomain& domain, KeyType type, base::Time now, const RotationRules& rules,
          const StepOptions& options)
      : domain_(domain), type_(type), now_(now), rules_(rules), options_(options) {
    for (std::size_t i = 0; i < domain.keys.size(); ++i) {
      const auto& key = domain.keys[i];
      if (key.type != type) continue;
      if (key.phase == KeyPhase::signing) current_ = i;
      if (key.phase == KeyPhase::leaving && !leaving_) leaving_ = i;
      // Of several that were made by hand the newest is meant.
      if (key.phase == KeyPhase::made || key.phase == KeyPhase::published) next_ = i;
    }
  }

  RotationStep choose() {
    if (leaving_ && options_.may_retire && now_ >= gone(*leaving_)) return at(Kind::retire, *leaving_);
    if (next_ && key(*next_).phase == KeyPhase::made) return at(Kind::publish, *next_);
    if (!next_) return !current_ || options_.at_once || now_ >= replaced() ? make() : rest(replaced());
    const auto ready = *key(*next_).seen + key(*next_).settle;
    if (now_ >= ready) return at(Kind::sign, *next_);
    auto out = at(Kind::settle, *next_);
    out.due = leaving_ && now_ < gone(*leaving_) ? std::min(ready, gone(*leaving_)) : ready;
    return out;
  }

 private:
  [[nodiscard]] const ManagedKey& key(std::size_t at) const { return domain_.keys[at]; }
  [[nodiscard]] base::Time gone(std::size_t at) const { return *key(at).left + rules_.keep; }
  [[nodiscard]] base::Time replaced() const { return *key(*current_).signing + rules_.period; }

  static RotationStep at(Kind kind, std::size_t key) {
    return {.kind = kind, .key = key, .selector = {}, .due = {}};
  }
  [[nodiscard]] RotationStep rest(base::Time until) const {
    if (leaving_ && now_ < gone(*leaving_)) until = std::min(until, gone(*leaving_));
    return {.kind = Kind::rest, .key = 0, .selector = {}, .due = until};
  }
  [[nodiscard]] RotationStep make() const {
    auto selector = domain_.delegate ? free_selector(domain_, type_)
                                     : std::optional(dated_selector(domain_, type_, now_));
    // Both names are in use: the key that leaves comes first.
    if (!selector) return rest(leaving_ ? gone(*leaving_) : now_ + rules_.keep);
    return {.kind = Kind::make, .key = 0, .selector = *std::move(selector), .due = {}};
  }

  const ManagedDomain& domain_;
  KeyType type_;
  base::Time now_;
  const RotationRules& rules_;
  const StepOptions& options_;
  std::optional<std::size_t> current_;
  std::optional<std::size_t> leaving_;  // the oldest
  std::optional<std::size_t> next_;
};

}  // namespace

std::string_view to_string(KeyPhase phase) { return kWords[static_cast<std::size_t>(phase)]; }

RotationStep next_step(const ManagedDomain& domain, KeyType type, base::Time now, const RotationRules& rules,
                       const StepOptions& options) {
  return Chooser(domain, type, now, rules, options).choose();
}

void set_seen(ManagedKey& key, base::Time now, std::chrono::seconds settle) {
  key.phase = KeyPhase::published;
  key.seen = now;
  key.settle = settle;
}

void set_signing(ManagedDomain& domain, std::size_t key, base::Time now) {
  for (auto& other : domain.keys) {
    if (other.type != domain.keys[key].type || other.phase != KeyPhase::signing) continue;
    other.phase = KeyPhase::leaving;
    other.left = now;
  }
  domain.keys[key].phase = KeyPhase::signing;
  domain.keys[key].signing = now;
}

void set_retired(ManagedKey& key, base::Time now) {
  key.phase = KeyPhase::retired;
  key.retired = now;
}

std::optional<dns::Name> key_name(const dns::Name& domain, const std::string& selector) {
  return domain.prepend(selector + "._domainkey");
}

std::optional<dns::Name> record_name(const ManagedDomain& domain, const std::string& selector) {
  if (!domain.delegate) return key_name(domain.domain, selector);
  return dns::Name::try_parse(
      fmt::format("{}.{}.{}", selector, domain.domain.text(), domain.delegate->text()));
}

std::string key_file(const ManagedDomain& domain, const std::string& selector) {
  if (!domain.delegate) return selector;
  return fmt::format("{}-{}", selector, 1 + std::ranges::count(domain.keys, selector, &ManagedKey::selector));
}

std::string record_text(const ManagedKey& key) {
  const auto public_key =
      key.phase == KeyPhase::retired ? std::string() : base::encode_base64(key.public_key);
  return fmt::format("v=DKIM1; k={}; p={}", to_string(key.type), public_key);
}

std::vector<std::string> delegated_selectors(KeyType type) {
  if (type == KeyType::rsa) return {"rampart-ra", "rampart-rb"};
  return {"rampart-ea", "rampart-eb"};
}

}  // namespace rampart::dkim
