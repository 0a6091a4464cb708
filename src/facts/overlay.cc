#include "facts/overlay.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "dns/domain.h"

namespace rampart::facts {
namespace {

using dns::Name;
using dns::RrType;

constexpr std::string_view kServer = "proposed change";
constexpr int kMaxStars = 3;  // how deep wildcards below wildcards are looked into; our own

constexpr RrType kAsked[] = {RrType::a,   RrType::ns,   RrType::cname, RrType::soa,  RrType::ptr, RrType::mx,
                             RrType::txt, RrType::aaaa, RrType::ds,    RrType::tlsa, RrType::caa};

constexpr ZoneEdit::Type number(RrType type) { return static_cast<ZoneEdit::Type>(type); }

// The asked name itself does not exist; with a CNAME chain it is the last name of it that does not (RFC
// 6604).
bool does_not_exist(const Answer& answer) {
  return answer.presence() == Presence::no_name && !answer.has_aliases();
}

// Existence, before and after the change. Every function first looks at blocked(): once an answer that is
// needed is open or unknown, what they return means nothing.
class Names {
 public:
  Names(const ZoneEdit& edit, Facts& base) : edit_(edit), base_(base) {}

  [[nodiscard]] const Answer* blocked() const { return blocked_; }

  const Answer& ask(const Name& name, RrType type) { return base_.ask(name, type); }

  // An answer that must be known to go on. What is outside the given zones or facts is not ours to change.
  const Answer& need(const Name& name, RrType type) {
    const Answer& answer = ask(name, type);
    const bool elsewhere = answer.unknown() && answer.why() == Why::outside;
    if (answer.undetermined() && !elsewhere && (blocked_ == nullptr || answer.open())) blocked_ = &answer;
    return answer;
  }

  // Whether the name exists in the base by itself, and not because a wildcard answers for it.
  bool existed(const Name& name) {
    if (name.is_root() || !dns::registered_domain(name)) return true;  // whose zone is delegated from there
    foresee(name);
    const Answer& own = need(name, RrType::cname);
    if (blocked_ != nullptr || does_not_exist(own)) return false;
    Name below = name;
    for (int stars = 0; stars < kMaxStars; ++stars) {
      const auto invented = below.prepend(kInventedLabel);
      if (!invented) return true;
      const Answer& answer = need(*invented, RrType::cname);
      if (blocked_ != nullptr) return false;
      // No wildcard reaches it: one above would pass over `below` only if `below` exists.
      if (does_not_exist(answer) || answer.unknown()) return true;
      // A wildcard answers: one directly below, so that the name exists after all, or one above it.
      const auto star = below.prepend_label("*");
      if (!star) return true;
      below = *star;
    }
    return false;
  }

  bool exists(const Name& name) {
    if (edit_.puts(name) != nullptr || edit_.puts_below(name)) return true;
    if (!existed(name)) return false;
    const auto* removed = edit_.removals(name);
    if (removed == nullptr) return true;
    if (need(name, RrType::cname).present()) return !removed->contains(number(RrType::cname));
    bool other = false;
    for (const auto type : kAsked) {
      if (blocked_ != nullptr && !blocked_->open()) return false;
      if (!removed->contains(number(type))) other = !need(name, type).absent() || other;
    }
    return other;
  }

  // The deepest name above that exists after the change.
  Name closest_encloser(const Name& name) {
    for (Name above = name.parent(); dns::registered_domain(above); above = above.parent()) {
      foresee(above);
      if (const auto star = above.prepend_label("*")) foresee(*star);
    }
    Name above = name.parent();
    while (blocked_ == nullptr && !exists(above)) above = above.parent();
    return above;
  }

  // Whether the change may matter to what is answered for the name. Asks little, so that names far from the
  // change cost nothing.
  bool may_matter(const Name& name) {
    if (is_named(name) || edit_.puts_below(name)) return true;
    for (Name above = name.parent();; above = above.parent()) {
      const auto star = above.prepend_label("*");
      if (star && (is_named(*star) || edit_.puts_below(*star))) return true;
      if (edit_.removals(above) != nullptr) return true;
      // The deepest name above that the change makes sure of. If it existed, then nothing above it matters.
      if (edit_.puts(above) != nullptr || edit_.puts_below(above)) return !existed(above);
      if (above.is_root()) return false;
    }
  }

 private:
  // Asks what existed() will want to know, so that it is all found out in one round.
  void foresee(const Name& name) {
    (void)base_.ask(name, RrType::cname);
    if (const auto invented = name.prepend(kInventedLabel)) (void)base_.ask(*invented, RrType::cname);
  }
  [[nodiscard]] bool is_named(const Name& name) const {
    return edit_.puts(name) != nullptr || edit_.removals(name) != nullptr;
  }

  const ZoneEdit& edit_;
  Facts& base_;
  const Answer* blocked_ = nullptr;
};

// One walk from a question to its answer, through CNAMEs.
class Walk {
 public:
  Walk(const ZoneEdit& edit, const Name& name, RrType type, Facts& base)
      : edit_(edit), names_(edit, base), asked_(name), name_(name), type_(type), builder_(name, type) {
    builder_.set_server(kServer);
  }

  // Null when the change does not touch the question.
  AnswerPtr run() {
    while (!done_) {
      if (!step() && !from_base()) return nullptr;
      if (const Answer* blocked = names_.blocked()) {
        if (blocked->open()) return AnswerPtr(&Answer::open_answer());
        return Answer::make_unknown(asked_, type_, blocked->why(), blocked->detail(), blocked->server(),
                                    blocked->seen());
      }
    }
    return builder_.set_ttl(ttl_ == std::numeric_limits<std::uint32_t>::max() ? 0 : ttl_).build();
  }

 private:
  // Answers for name_ from the change. False when the base's answer for it stands.
  bool step() {
    if (!names_.may_matter(name_)) return names_.blocked() != nullptr;
    if (names_.exists(name_)) return from_node(name_);
    const auto star = names_.closest_encloser(name_).prepend_label("*");
    if (names_.blocked() != nullptr) return true;
    if (!star || !names_.exists(*star)) return names_.blocked() != nullptr || absent(Presence::no_name);
    return from_node(*star);
  }

  // From the records at `node`: name_ itself, or the wildcard that covers it.
  bool from_node(const Name& node) {
    if (names_.blocked() != nullptr) return true;
    const auto* puts = edit_.puts(node);
    if (puts != nullptr) {
      if (const auto at = puts->find(number(type_)); at != puts->end()) return present(at->second);
      if (const auto at = puts->find(number(RrType::cname)); at != puts->end()) {
        const auto& cname = at->second.front();
        return follow(*Name::from_wire(cname.data), cname.ttl);
      }
    }
    if (!names_.existed(node)) return names_.blocked() != nullptr || absent(Presence::no_data);
    const auto* removed = edit_.removals(node);
    if (puts != nullptr || removed != nullptr) {
      const bool had_cname = names_.need(node, RrType::cname).present();
      if (names_.blocked() != nullptr) return true;
      // A put replaces a CNAME; a removal beside one removes nothing.
      if (had_cname && (puts != nullptr || removed->contains(number(RrType::cname))))
        return absent(Presence::no_data);
      if (!had_cname && removed != nullptr && removed->contains(number(type_)))
        return absent(Presence::no_data);
    }
    if (node == name_) return false;
    return from_wildcard(node);
  }

  // The base's records at a wildcard, for a name that it covers.
  bool from_wildcard(const Name& node) {
    const Answer& base = names_.ask(node, type_);
    if (base.open()) {
      (void)names_.need(node, type_);
      return true;
    }
    if (base.has_aliases()) return follow(base.aliases().front(), base.ttl());
    return copy(base);
  }

  // The base's answer for name_, with what the change does to its aliases. False when it stands as it is.
  bool from_base() {
    const Answer& base = names_.ask(name_, type_);
    const auto aliases = base.aliases();
    const Name start = name_;
    for (const auto& alias : aliases) {
      name_ = alias;
      builder_.add_alias(alias);
      visited_.push_back(alias);
      const bool changed = step();
      if (!changed) continue;
      ttl_ = std::min(ttl_, base.ttl());
      return true;
    }
    if (start == asked_ && !moved_) return false;
    if (base.open()) {
      (void)names_.need(start, type_);
      return true;
    }
    return copy(base);
  }

  bool copy(const Answer& base) {
    done_ = true;
    ttl_ = std::min(ttl_, base.ttl());
    builder_.set_seen(base.seen());
    if (base.unknown()) {
      builder_.set_unknown(base.why(), base.detail());
      return true;
    }
    builder_.set_presence(base.presence());
    for (const auto& record : base.records())
      builder_.add_record(base.data(record), record.ttl, record.preference, record.strings);
    return true;
  }

  bool present(const std::vector<EditRecord>& records) {
    for (const auto& record : records) {
      builder_.add_record(record.data, record.ttl, record.preference, record.strings);
      ttl_ = std::min(ttl_, record.ttl);
    }
    return done_ = true;
  }

  bool absent(Presence presence) {
    builder_.set_presence(presence);
    ttl_ = std::min(ttl_, kProposedNegativeTtl);
    return done_ = true;
  }

  bool follow(const Name& target, std::uint32_t ttl) {
    ttl_ = std::min(ttl_, ttl);
    builder_.add_alias(target);
    moved_ = true;
    const bool again = target == asked_ || std::ranges::find(visited_, target) != visited_.end();
    visited_.push_back(target);
    name_ = target;
    if (!again && visited_.size() <= AnswerBuilder::kMaxAliases) return true;
    builder_.set_unknown(Why::cname_loop, fmt::format("{} is a CNAME that leads nowhere", asked_.text()));
    return done_ = true;
  }

  const ZoneEdit& edit_;
  Names names_;
  Name asked_;
  Name name_;
  RrType type_;
  AnswerBuilder builder_;
  std::uint32_t ttl_ = std::numeric_limits<std::uint32_t>::max();
  std::vector<Name> visited_;
  bool moved_ = false;  // a CNAME was followed here
  bool done_ = false;
};

}  // namespace

AnswerPtr ZoneOverlay::answer(const Name& name, RrType type, Facts& base) const {
  return Walk(edit_, name, type, base).run();
}

}  // namespace rampart::facts
